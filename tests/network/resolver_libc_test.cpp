#include "host/linux/resolver_libc.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <fstream>

#include "base/fd.hpp"
#include "network/world.hpp"

namespace wpns::test {
namespace {

using namespace std::chrono_literals;
using host::linux_os::make_resolver;

using AnyAddresses = std::vector<AnyAddress>;

/// Names in /etc/hosts, and a name server that hears and never answers.
class ResolverTest : public World {
  protected:
    void SetUp() override {
        World::SetUp();
        if (HasFatalFailure()) return;
        std::ofstream hosts("/etc/hosts");
        for (int i = 1; i <= many; ++i) {
            names_.push_back("name" + std::to_string(i) + ".wpns.test");
            hosts << "198.51.100." << i << " " << names_.back() << "\n";
        }
        hosts << "203.0.113.9 two.wpns.test\n203.0.113.8 two.wpns.test\n2001:db8::1 two.wpns.test\n"
                 "2001:db8::2 six.wpns.test\n";
        std::ofstream("/etc/resolv.conf") << "nameserver 127.0.0.1\n";
        std::ofstream("/etc/nsswitch.conf") << "hosts: files dns\n";
        silent_ = UniqueFd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(53);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ASSERT_EQ(bind(silent_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    }

    static constexpr int many = 40;
    std::vector<std::string> names_;

  private:
    UniqueFd silent_;
};

TEST_F(ResolverTest, KnowsEveryAddressOfEveryName) {
    names_.emplace_back("two.wpns.test");
    const auto found = make_resolver()->look_up(names_, host::Families::ipv4, 10s);
    ASSERT_EQ(found.size(), names_.size());
    EXPECT_EQ(found.at("name7.wpns.test"), AnyAddresses{ip("198.51.100.7")});
    EXPECT_EQ(found.at("two.wpns.test"), (AnyAddresses{ip("203.0.113.8"), ip("203.0.113.9")}));
    EXPECT_TRUE(make_resolver()->look_up({}, host::Families::both, 10s).empty());
}

/// The name server is silent, so that the missing family of a name ends with the deadline.
TEST_F(ResolverTest, AFamilyThatANameLacksKeepsNothingOfTheOther) {
    const std::vector<std::string> names = {"two.wpns.test", "six.wpns.test", "name7.wpns.test"};
    const auto found = make_resolver()->look_up(names, host::Families::both, 1s);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found.at("two.wpns.test"),
              (AnyAddresses{ip("203.0.113.8"), ip("203.0.113.9"), *Ipv6::parse("2001:db8::1")}));
    EXPECT_EQ(found.at("six.wpns.test"), AnyAddresses{*Ipv6::parse("2001:db8::2")});
    EXPECT_EQ(found.at("name7.wpns.test"), AnyAddresses{ip("198.51.100.7")});
}

TEST_F(ResolverTest, AnswersThatComeAtTheSameTimeAreAllThere) {
    const auto resolver = make_resolver();
    for (int round = 0; round < 300; ++round)
        ASSERT_EQ(resolver->look_up(names_, host::Families::ipv4, 10s).size(), names_.size())
            << round;
}

TEST_F(ResolverTest, ANameWithoutAnAnswerKeepsTheOthersWaitingUntilTheDeadlineOnly) {
    names_.emplace_back("unknown.wpns.test");
    const auto start = std::chrono::steady_clock::now();
    const auto found = make_resolver()->look_up(names_, host::Families::ipv4, 1s);
    const auto took = std::chrono::steady_clock::now() - start;
    EXPECT_EQ(found.size(), names_.size() - 1);
    EXPECT_FALSE(found.contains("unknown.wpns.test"));
    EXPECT_GE(took, 1s);
    EXPECT_LT(took, 4s);
}

}  // namespace
}  // namespace wpns::test
