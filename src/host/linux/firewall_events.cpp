#include "host/linux/firewall_events.hpp"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"

namespace wpns::host::linux_os {
namespace {

/// The attribute with the table's name is the first one of tables, chains, rules, sets and
/// elements alike.
constexpr int table_attribute = NFTA_TABLE_NAME;
static_assert(NFTA_CHAIN_TABLE == table_attribute && NFTA_RULE_TABLE == table_attribute &&
              NFTA_SET_TABLE == table_attribute && NFTA_SET_ELEM_LIST_TABLE == table_attribute);

std::string_view text_in(nlmsghdr* message, int attribute) {
    const nlattr* found = nlmsg_find_attr(message, sizeof(nfgenmsg), attribute);
    return found == nullptr ? std::string_view() : std::string_view(nla_get_string(found));
}

bool is_about_our_table(nlmsghdr* message) {
    const auto* head = static_cast<const nfgenmsg*>(nlmsg_data(message));
    const bool family = head->nfgen_family == NFPROTO_INET || head->nfgen_family == NFPROTO_BRIDGE;
    return family && text_in(message, table_attribute) == "wpns";
}

/// iptables-nft writes there for Docker and ufw.
bool is_about_filter(nlmsghdr* message) {
    const auto* head = static_cast<const nfgenmsg*>(nlmsg_data(message));
    return head->nfgen_family == NFPROTO_IPV4 && text_in(message, table_attribute) == "filter";
}

bool is_wpns(std::string_view program) {
    return program == "wpns" || program.starts_with("wpns-");
}

std::string author_of(nlmsghdr* message) {
    const nlattr* pid = nlmsg_find_attr(message, sizeof(nfgenmsg), NFTA_GEN_PROC_PID);
    std::string author = printable(text_in(message, NFTA_GEN_PROC_NAME));
    if (pid != nullptr) author += " (" + std::to_string(ntohl(nla_get_u32(pid))) + ")";
    return author;
}

/// Notices of changes to rules. A transaction shows as one notice an object and one at its end.
class Notices {
  public:
    Notices() : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)) {
        if (!fd_.valid()) throw_errno("open netlink socket", errno);
        // Room for the notices of a whole rule set; where it does not do, ENOBUFS tells.
        constexpr int room = 4 << 20;
        (void)setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
        sockaddr_nl name{};
        name.nl_family = AF_NETLINK;
        name.nl_groups = 1U << (NFNLGRP_NFTABLES - 1);
        if (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
            throw_errno("listen to changes of the firewall", errno);
    }

    /// What others have changed.
    struct Changes {
        std::optional<std::string> author{};  ///< of the last change of our table
        bool filter = false;                  ///< table ip filter
    };

    /// Waits for notices and takes all that have come, so that a flood is one change.
    Changes next() {
        Changes changes;
        for (int flags = 0; receive(flags, changes); flags = MSG_DONTWAIT) {
        }
        return changes;
    }

  private:
    /// Takes one packet of notices; false when there is none.
    bool receive(int flags, Changes& changes) {
        const ssize_t size = recv(fd_.get(), buffer_.data(), buffer_.size(), flags | MSG_TRUNC);
        if (size < 0 && (errno == EINTR || errno == EAGAIN)) return false;
        if (size < 0 && errno != ENOBUFS) throw_errno("listen to changes of the firewall", errno);
        if (size < 0 || static_cast<std::size_t>(size) > buffer_.size()) {
            ours_ = filter_ = false;
            changes = {"somebody whose notices came too fast", true};
            return true;
        }
        int left = static_cast<int>(size);
        auto* message = reinterpret_cast<nlmsghdr*>(buffer_.data());
        for (; nlmsg_ok(message, left) != 0; message = nlmsg_next(message, &left))
            take(message, changes);
        return true;
    }

    /// What a transaction was about counts at its end, where it is somebody else's.
    void take(nlmsghdr* message, Changes& changes) {
        if (message->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES) return;
        if ((message->nlmsg_type & 0xff) != NFT_MSG_NEWGEN) {
            ours_ = ours_ || is_about_our_table(message);
            filter_ = filter_ || is_about_filter(message);
            return;
        }
        if (!is_wpns(text_in(message, NFTA_GEN_PROC_NAME))) {
            if (ours_) changes.author = author_of(message);
            changes.filter = changes.filter || filter_;
        }
        ours_ = filter_ = false;
    }

    UniqueFd fd_;
    alignas(nlmsghdr) std::array<unsigned char, 1U << 16> buffer_{};
    bool ours_ = false;    ///< the transaction whose notices come in is about our table
    bool filter_ = false;  ///< it is about table ip filter
};

class NetlinkFirewallEvents : public FirewallEvents {
  public:
    void watch(const std::function<void(const std::string& who)>& changed,
               const std::function<void()>& neighbours) override {
        const auto notices = std::make_unique<Notices>();
        changed("");
        neighbours();
        for (;;) {
            const auto changes = notices->next();
            if (changes.author) changed(*changes.author);
            if (changes.filter) neighbours();
        }
    }
};

}  // namespace

std::unique_ptr<FirewallEvents> make_firewall_events() {
    return std::make_unique<NetlinkFirewallEvents>();
}

}  // namespace wpns::host::linux_os
