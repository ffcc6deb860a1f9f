#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <thread>

#include "base/error.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/network_state.hpp"
#include "network/traffic.hpp"
#include "network/world.hpp"

namespace wpns::test {
namespace {

using host::linux_os::read_link;

class LinkTest : public World {
  protected:
    void SetUp() override {
        World::SetUp();
        if (network) network->create_namespace("site-a");
    }
    [[nodiscard]] std::map<std::string, Link> find(const Link& link) const {
        return network->find_links(std::vector{link});
    }
    [[nodiscard]] std::map<std::string, Error> remove(const std::vector<std::string>& names) const {
        return network->remove_links(names);
    }
    [[nodiscard]] Link found(const Link& link) const { return find(link).at(link.host_end.name); }
};

/// Hears every change of links, addresses, routes and neighbours in one namespace.
class Listener {
  public:
    explicit Listener(const std::string& netns) {
        in(netns, [&] {
            fd_ = UniqueFd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            sockaddr_nl name{};
            name.nl_family = AF_NETLINK;
            name.nl_groups = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE;
            ASSERT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
        });
    }
    [[nodiscard]] int messages() const {
        std::array<char, 8192> bytes{};
        int count = 0;
        while (recv(fd_.get(), bytes.data(), bytes.size(), 0) > 0) ++count;
        return count;
    }

  private:
    UniqueFd fd_;
};

TEST_F(LinkTest, NewPairIsFoundAsWantedAndCarriesPackets) {
    const Link link = link_of("site-a");
    EXPECT_TRUE(find(link).empty());
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
    EXPECT_EQ(ping("", link.site_address), Reach::yes);
    EXPECT_EQ(ping("site-a", link.host_address), Reach::yes);
}

TEST_F(LinkTest, EndsAreInTheirPlacesWithGroupAndMacsOfTheirOwn) {
    const Link link = link_of("site-a");
    network->ensure_link(link);
    Socket host;
    Socket inside = socket_of("site-a");
    const auto outer = read_link(host, "veth0-site-a");
    const auto inner = read_link(inside, "veth1-site-a");
    ASSERT_TRUE(outer && inner);
    EXPECT_EQ(outer->group, names::link_group);
    EXPECT_EQ(outer->mac, link.host_mac);
    EXPECT_EQ(inner->mac, link.site_mac);
    EXPECT_FALSE(read_link(host, "veth1-site-a"));
    EXPECT_EQ(read_sysctl("", "net/ipv6/conf/veth0-site-a/disable_ipv6"), "1");
    EXPECT_EQ(read_sysctl("site-a", "net/ipv6/conf/veth1-site-a/disable_ipv6"), "1");
}

TEST_F(LinkTest, EnsureAgainChangesNothing) {
    const Link link = link_of("site-a");
    network->ensure_link(link);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const Listener host("");
    const Listener inside("site-a");
    network->ensure_link(link);
    EXPECT_EQ(host.messages(), 0);
    EXPECT_EQ(inside.messages(), 0);
}

TEST_F(LinkTest, LongNamesGetAShortOneAndTheFullAsAltname) {
    const Link link = link_of("a-rather-long-site-name");
    ASSERT_NE(link.host_end.name, link.host_end.full);
    network->create_namespace(link.netns);
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
    Socket host;
    Socket inside = socket_of(link.netns);
    EXPECT_EQ(read_link(host, "veth0-a-rather-long-site-name")->name, link.host_end.name);
    EXPECT_EQ(read_link(inside, "veth1-a-rather-long-site-name")->name, link.site_end.name);
}

TEST_F(LinkTest, MtuIsThatOfBothEnds) {
    Link link = link_of("site-a");
    link.mtu = 1400;
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
    link.mtu = 9000;
    EXPECT_EQ(found(link).mtu, 1400U);
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
}

TEST_F(LinkTest, AMacIsChangedInPlaceUnderAnOpenConnection) {
    Link link = link_of("site-a");
    network->ensure_link(link);
    Socket inside = socket_of("site-a");
    const int index = read_link(inside, link.site_end.name)->index;
    const UniqueFd listener = listen_tcp("", 8080);
    const auto connection = Connection::open_tcp("site-a", listener, link.host_address, 8080);
    link.site_mac = *Mac::parse("02:00:5e:10:00:01");
    EXPECT_NE(found(link), link);
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
    EXPECT_EQ(read_link(inside, link.site_end.name)->index, index);
    EXPECT_TRUE(connection.carries());
    EXPECT_EQ(ping("", link.site_address), Reach::yes);
}

TEST_F(LinkTest, PairOfAnEarlierNamespaceIsReplacedWhileThatStillLives) {
    const Link link = link_of("site-a");
    network->ensure_link(link);
    // A process that still runs in it keeps the old namespace, with its end, alive.
    const UniqueFd old = host::linux_os::open_namespace("site-a");
    network->remove_namespace("site-a");
    network->create_namespace("site-a");
    EXPECT_EQ(found(link).netns, "");
    EXPECT_EQ(found(link).site_address, Ipv4{});
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
    EXPECT_EQ(ping("", link.site_address), Reach::yes);
    Socket in_old = host::linux_os::socket_inside(old.get());
    EXPECT_FALSE(read_link(in_old, "veth1-site-a"));
}

TEST_F(LinkTest, NamesOfADyingNamespaceAreWaitedFor) {
    const Link link = link_of("site-a");
    for (int round = 0; round < 30; ++round) {
        network->ensure_link(link);
        network->remove_namespace("site-a");
        network->create_namespace("site-a");
    }
    network->ensure_link(link);
    EXPECT_EQ(found(link), link);
}

TEST_F(LinkTest, MissingNamespaceShowsAsAnEndThatIsNotThere) {
    const Link link = link_of("site-a");
    network->ensure_link(link);
    const UniqueFd held = host::linux_os::open_namespace("site-a");
    network->remove_namespace("site-a");
    const Link broken = found(link);
    EXPECT_EQ(broken.host_end, link.host_end);
    EXPECT_EQ(broken.netns, "");
    EXPECT_EQ(broken.host_address, Ipv4{});
}

ErrorKind refusal_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::bug;
}

TEST_F(LinkTest, ForeignLinksOfOurNamesAreLeftAlone) {
    const Link link = link_of("site-a");
    Socket host;
    add_bridge(host, "veth0-site-a");
    EXPECT_EQ(refusal_of([&] { network->ensure_link(link); }), ErrorKind::conflict);
    EXPECT_EQ(remove({"veth0-site-a"}).at("veth0-site-a").kind(), ErrorKind::conflict);
    EXPECT_TRUE(read_link(host, "veth0-site-a"));
}

TEST_F(LinkTest, ForeignVethOfOurNameIsLeftAlone) {
    const Link link = link_of("site-a");
    Link foreign = link;
    foreign.host_mac = Mac::derive("somebody");
    network->ensure_link(foreign);
    Socket host;
    set_group(host, "veth0-site-a", 0);
    EXPECT_EQ(refusal_of([&] { network->ensure_link(link); }), ErrorKind::conflict);
    EXPECT_EQ(read_link(host, "veth0-site-a")->mac, foreign.host_mac);
}

TEST_F(LinkTest, ErrorsNameStepAndObject) {
    Link link = link_of("site-a");
    link.mtu = 20;  // below what the kernel takes for veth
    try {
        network->ensure_link(link);
        FAIL() << "nothing was thrown";
    } catch (const Error& error) {
        EXPECT_NE(error.message().find("create link veth0-site-a"), std::string::npos)
            << error.message();
    }
}

TEST_F(LinkTest, RemoveTakesBothEndsAndIsFineWithNothing) {
    const Link link = link_of("site-a");
    network->ensure_link(link);
    EXPECT_TRUE(remove({link.host_end.name}).empty());
    Socket host;
    Socket inside = socket_of("site-a");
    EXPECT_FALSE(read_link(host, link.host_end.name));
    EXPECT_FALSE(read_link(inside, link.site_end.name));
    EXPECT_TRUE(remove({link.host_end.name}).empty());
    EXPECT_TRUE(find(link).empty());
}

TEST_F(LinkTest, ManyGoAtOnceAndNoneOfOthers) {
    const Link a = link_of("site-a");
    network->create_namespace("site-b");
    const Link b = link_of("site-b", 1);
    network->create_namespace("site-c");
    const Link c = link_of("site-c", 2);
    for (const Link& link : {a, b, c}) network->ensure_link(link);
    Socket host;
    add_bridge(host, "foreign");
    EXPECT_EQ(remove({a.host_end.name, "foreign", b.host_end.name}).size(), 1U);
    EXPECT_FALSE(read_link(host, a.host_end.name));
    EXPECT_FALSE(read_link(host, b.host_end.name));
    EXPECT_TRUE(read_link(host, "foreign"));
    EXPECT_EQ(find(c), (std::map<std::string, Link>{{c.host_end.name, c}}));
}

TEST_F(LinkTest, ALinkOfOthersInTheGroupOfThoseThatLeaveStays) {
    const Link a = link_of("site-a");
    network->create_namespace("site-b");
    const Link b = link_of("site-b", 1);
    for (const Link& link : {a, b}) network->ensure_link(link);
    Socket host;
    add_bridge(host, "foreign");
    set_group(host, "foreign", names::leaving_group);
    EXPECT_TRUE(remove({a.host_end.name, b.host_end.name}).empty());
    EXPECT_FALSE(read_link(host, a.host_end.name));
    EXPECT_TRUE(read_link(host, "foreign"));
}

}  // namespace
}  // namespace wpns::test
