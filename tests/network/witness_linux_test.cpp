#include "host/linux/witness_linux.hpp"

#include <algorithm>

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

}  // namespace
}  // namespace wpns::test
