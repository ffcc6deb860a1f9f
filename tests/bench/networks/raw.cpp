#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include "bench/clock.hpp"
#include "bench/networks/netlink.hpp"

/// Sets up and removes the networks of N sites with as few calls of the kernel as there can be, and
/// without a look at what is there: the limit.
namespace wpns::bench {
namespace {

constexpr std::uint32_t group = 0x7770;
constexpr unsigned inside_index = 2;

void check(int status, const char* step) {
    if (status < 0) throw std::system_error(errno, std::generic_category(), step);
}

std::string path_of(unsigned n) {
    return "/run/netns/s" + std::to_string(n);
}

/// In the order of the network; the host's end is the first, the site's the second.
std::uint32_t address_of(unsigned n, unsigned which) {
    return htonl(0x0a0a0100U + 4 * n + which);
}

void add_address(Messages& messages, unsigned index, std::uint32_t address) {
    ifaddrmsg header{};
    header.ifa_family = AF_INET;
    header.ifa_prefixlen = 30;
    header.ifa_index = index;
    messages.begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, header);
    messages.number(IFA_LOCAL, address);
    messages.number(IFA_ADDRESS, address);
}

ifinfomsg link(unsigned index) {
    ifinfomsg header{};
    header.ifi_index = static_cast<int>(index);
    return header;
}

/// Not in the message that makes a pair: an end is refused to be up before it has its peer.
void set_up_link(Messages& messages, unsigned index) {
    ifinfomsg header = link(index);
    header.ifi_flags = IFF_UP;
    header.ifi_change = IFF_UP;
    messages.begin(RTM_NEWLINK, 0, header);
}

/// Both ends in their places, named and numbered; made from inside.
void add_pair(Messages& messages, unsigned n, unsigned outside_index, int host) {
    messages.begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link(inside_index));
    messages.text(IFLA_IFNAME, "veth1-s" + std::to_string(n));
    const std::size_t info = messages.open(IFLA_LINKINFO);
    messages.text(IFLA_INFO_KIND, "veth");
    const std::size_t data = messages.open(IFLA_INFO_DATA);
    const std::size_t peer = messages.open(VETH_INFO_PEER);
    const ifinfomsg header = link(outside_index);
    messages.append(&header, sizeof header);
    messages.text(IFLA_IFNAME, "veth0-s" + std::to_string(n));
    messages.number(IFLA_GROUP, group);
    messages.number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(host));
    messages.close(peer);
    messages.close(data);
    messages.close(info);
}

void add_default_route(Messages& messages, std::uint32_t gateway) {
    rtmsg header{};
    header.rtm_family = AF_INET;
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_STATIC;
    header.rtm_type = RTN_UNICAST;
    messages.begin(RTM_NEWROUTE, NLM_F_CREATE, header);
    messages.number(RTA_GATEWAY, gateway);
    messages.number(RTA_OIF, inside_index);
}

/// Leaves the thread in the new namespace.
void add_namespace(unsigned n, int host, unsigned outside_index) {
    check(unshare(CLONE_NEWNET), "unshare");
    const std::string path = path_of(n);
    const int file = ::open(path.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0444);
    check(file, "open");
    close(file);
    check(mount("/proc/thread-self/ns/net", path.c_str(), nullptr, MS_BIND, nullptr), "mount");
    const int inside = netlink_socket();
    Messages messages;
    set_up_link(messages, 1);
    add_pair(messages, n, outside_index, host);
    set_up_link(messages, inside_index);
    add_address(messages, inside_index, address_of(n, 2));
    add_default_route(messages, address_of(n, 1));
    messages.send(inside);
    close(inside);
}

constexpr const char* static_rules = R"(}
}
chain forward_all { type filter hook forward priority filter
ct state established,related accept
iifgroup 30576 oifgroup 30576 drop
iifgroup 30576 iifname . ip saddr @sites accept
iifgroup 30576 drop
}
chain nat_all { type nat hook postrouting priority srcnat
ip saddr 10.10.0.0/16 oifgroup != 30576 masquerade
}
}
)";

/// The rules and elements that the way by `ip -batch` and `nft -f` loads.
std::string rules(unsigned size) {
    std::string text =
        "table inet bench {\n"
        "set sites { type ifname . ipv4_addr\n elements = {";
    for (unsigned n = 0; n < size; ++n) {
        in_addr address{address_of(n, 2)};
        text += "\"veth0-s" + std::to_string(n) + "\" . " + inet_ntoa(address) + ",\n";
    }
    return text + static_rules;
}

void load(const std::string& text) {
    nft_ctx* context = nft_ctx_new(NFT_CTX_DEFAULT);
    const int status = nft_run_cmd_from_buffer(context, text.c_str());
    nft_ctx_free(context);
    if (status != 0) throw std::runtime_error("nft refuses the rules");
}

void set_up(unsigned size, int host, int socket) {
    for (unsigned n = 0; n < size; ++n) {
        add_namespace(n, host, 1000 + n);
        Messages outside;
        add_address(outside, 1000 + n, address_of(n, 1));
        set_up_link(outside, 1000 + n);
        outside.send(socket);
    }
    check(setns(host, CLONE_NEWNET), "setns");
    load(rules(size));
}

void take_down(unsigned size, int socket) {
    Messages messages;
    messages.begin(RTM_DELLINK, 0, ifinfomsg{});
    messages.number(IFLA_GROUP, group);
    messages.send(socket);
    load("delete table inet bench");
    for (unsigned n = 0; n < size; ++n) {
        check(umount2(path_of(n).c_str(), MNT_DETACH), "umount");
        check(unlink(path_of(n).c_str()), "unlink");
    }
}

void run(unsigned size) {
    const int host = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    check(host, "open");
    const int socket = netlink_socket();
    measure("networks-up", "raw", size, [&] { set_up(size, host, socket); });
    measure("networks-down", "raw", size, [&] { take_down(size, socket); });
}

}  // namespace
}  // namespace wpns::bench

int main(int argc, char** argv) {
    return wpns::bench::run_main(argc, argv, wpns::bench::run);
}
