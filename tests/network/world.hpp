#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "host/host.hpp"
#include "host/linux/firewall_nftables.hpp"
#include "host/linux/network_libnl.hpp"
#include "network/rtnl.hpp"

namespace wpns::test {

/// A throw-away host: whatever a test makes in it is removed at its end. Fails at once when it is
/// run on a real one.
class World : public ::testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;
    /// Makes the pair and its namespace "world", where they are not there, and takes the near end,
    /// which is of no site, for a network card of the host.
    void connect_world(const Link& uplink);

    std::unique_ptr<host::Network> network;
    std::unique_ptr<host::Firewall> firewall;
};

[[nodiscard]] Ipv4 ip(const std::string& text);
[[nodiscard]] Cidr cidr(const std::string& text);

/// The link of the site with that name in the n-th /30 of 10.10.0.0/16, from 10.10.1.0/30 on.
[[nodiscard]] Link link_of(const std::string& site, unsigned n = 0);
/// The host's card eth0 with 203.0.113.1/24, and wan0 with .2 in "world".
[[nodiscard]] Link uplink_to_world();
[[nodiscard]] FirewallSite firewall_of(const Link& link, Egress egress = Egress::open);
/// The table for the default pool.
[[nodiscard]] FirewallTable table_with(const std::vector<Ipv4>& resolvers = {});

/// Runs `work` in the namespace of that name; on the host where the name is empty.
void in(const std::string& netns, const std::function<void()>& work);
[[nodiscard]] Socket socket_of(const std::string& netns);

/// Writes a file under /proc/sys of the namespace.
void write_sysctl(const std::string& netns, const std::string& path, const std::string& value);
[[nodiscard]] std::string read_sysctl(const std::string& netns, const std::string& path);

}  // namespace wpns::test
