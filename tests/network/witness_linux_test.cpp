#include "host/linux/witness_linux.hpp"

#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "host/linux/process_linux.hpp"
#include "network/world.hpp"

namespace wpns::test {
namespace {

class WitnessTest : public World {
  protected:
    std::unique_ptr<host::Process> process_ = host::linux_os::make_process();
    std::unique_ptr<host::Witness> witness_ = host::linux_os::make_witness(*process_);
};

TEST_F(WitnessTest, KnowsWhereTheHostHasARoute) {
    const Link link = link_of("site-a");
    EXPECT_FALSE(witness_->routes(link.site_address));
    network->create_namespace("site-a");
    network->ensure_link(link);
    EXPECT_TRUE(witness_->routes(link.site_address));
    EXPECT_FALSE(witness_->routes(ip("192.0.2.1")));
}

TEST_F(WitnessTest, SeesTheAddressesOfTheHostButNotLoopback) {
    network->create_namespace("site-a");
    network->ensure_link(link_of("site-a"));
    const auto addresses = witness_->addresses();
    EXPECT_EQ(std::ranges::count(addresses, link_of("site-a").host_address), 1);
    EXPECT_EQ(std::ranges::count(addresses, ip("127.0.0.1")), 0);
}

/// Ethernet and IPv6 heads without a content; `label` is the flow label.
std::string frame_of(const Link& link, std::uint32_t label) {
    std::string frame;
    for (const auto& mac : {link.host_mac, link.site_mac})
        frame.append(mac.bytes.begin(), mac.bytes.end());
    frame += {'\x86', '\xdd', '\x60'};
    for (const unsigned shift : {16U, 8U, 0U}) frame += static_cast<char>(label >> shift);
    frame += {0, 0, 59, '\xff'};
    return frame.append(32, '\x11');
}

void send_from(const Link& link, const std::string& frame, int times) {
    in(link.netns, [&] {
        const UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
        sockaddr_ll to{};
        to.sll_family = AF_PACKET;
        to.sll_ifindex = static_cast<int>(::if_nametoindex(link.site_end.name.c_str()));
        for (int i = 0; i < times; ++i)
            ASSERT_EQ(::sendto(fd.get(), frame.data(), frame.size(), 0,
                               reinterpret_cast<const sockaddr*>(&to), sizeof to),
                      static_cast<ssize_t>(frame.size()));
    });
}

/// However much else there is: its queue would be full long before.
TEST_F(WitnessTest, HearsTheFramesOfProbesByteForByteAndNoOthers) {
    const Link link = link_of("site-a");
    network->create_namespace("site-a");
    network->ensure_link(link);
    const auto tap = witness_->tap(link.host_end.name);
    send_from(link, frame_of(link, 1), 5000);
    const std::string marked = frame_of(link, 0x57500);
    send_from(link, marked, 1);
    EXPECT_EQ(tap->heard(), std::set<std::string>{to_hex(marked)});
    EXPECT_THROW((void)witness_->tap("no-such-link"), Error);
}

}  // namespace
}  // namespace wpns::test
