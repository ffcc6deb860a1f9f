#include "host/linux/flows_conntrack.hpp"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "host/linux/nl_message.hpp"
#include "host/linux/nl_socket.hpp"

namespace wpns::host::linux_os {
namespace {

using nl::Attributes;
using nl::ipv4_of;

template <int Last>
Attributes<Last> nested(nlattr* attribute) {
    Attributes<Last> found{};
    if (attribute != nullptr) nla_parse_nested(found.data(), Last, attribute, nullptr);
    return found;
}

struct Tuple {
    Ipv4 source;
    Ipv4 target;
    std::uint8_t protocol = 0;
    std::uint16_t port = 0;
};

Tuple tuple_of(nlattr* attribute) {
    const auto parts = nested<CTA_TUPLE_MAX>(attribute);
    const auto ip = nested<CTA_IP_MAX>(parts[CTA_TUPLE_IP]);
    const auto proto = nested<CTA_PROTO_MAX>(parts[CTA_TUPLE_PROTO]);
    Tuple tuple{ipv4_of(ip[CTA_IP_V4_SRC]), ipv4_of(ip[CTA_IP_V4_DST])};
    if (proto[CTA_PROTO_NUM] != nullptr) tuple.protocol = nla_get_u8(proto[CTA_PROTO_NUM]);
    if (proto[CTA_PROTO_DST_PORT] != nullptr)
        tuple.port = ntohs(nla_get_u16(proto[CTA_PROTO_DST_PORT]));
    return tuple;
}

nl::Message request(int type) {
    nl::Message message((NFNL_SUBSYS_CTNETLINK << 8) | type, 0);
    message.header(nfgenmsg{.nfgen_family = AF_INET, .version = NFNETLINK_V0, .res_id = 0});
    return message;
}

/// Where in a message of ctnetlink its attributes are, by number.
Attributes<CTA_MAX> attributes_of(nlmsghdr* message) {
    Attributes<CTA_MAX> found{};
    nlmsg_parse(message, sizeof(nfgenmsg), found.data(), CTA_MAX, nullptr);
    return found;
}

Flow flow_of(const Attributes<CTA_MAX>& attributes) {
    const Tuple there = tuple_of(attributes[CTA_TUPLE_ORIG]);
    const Tuple back = tuple_of(attributes[CTA_TUPLE_REPLY]);
    return {there.source, there.target, there.protocol, there.port, back.target};
}

/// The request that ends this flow and none that came to have the same addresses and ports since.
nl::Message deletion_of(const Attributes<CTA_MAX>& attributes) {
    nl::Message message = request(IPCTNL_MSG_CT_DELETE);
    for (const int which : {CTA_TUPLE_ORIG, CTA_ZONE, CTA_ID})
        if (const auto* attribute = attributes[static_cast<std::size_t>(which)])
            message.copy(*attribute);
    return message;
}

class ConntrackFlows : public Flows {
  public:
    unsigned cut(const std::function<bool(const Flow&)>& forbidden) override {
        return with_context("cut open connections", [&] {
            unsigned count = 0;
            for (nl::Message& deletion : deletions(forbidden)) {
                const nl::Answer answer = socket().exchange(deletion);
                if (answer.error == ENOENT) continue;  // it has ended meanwhile
                if (answer.error != 0) nl::throw_answer("delete a flow", answer);
                ++count;
            }
            return count;
        });
    }

  private:
    [[nodiscard]] std::vector<nl::Message> deletions(
        const std::function<bool(const Flow&)>& forbidden) {
        std::vector<nl::Message> found;
        nl::Message ask = request(IPCTNL_MSG_CT_GET);
        constexpr int answer_type = (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_NEW;
        socket().stream(ask, "list flows", [&](nlmsghdr* message) {
            if (message->nlmsg_type != answer_type) return;
            const auto attributes = attributes_of(message);
            if (forbidden(flow_of(attributes))) found.push_back(deletion_of(attributes));
        });
        return found;
    }

    [[nodiscard]] nl::Socket& socket() {
        if (!socket_) socket_.emplace(NETLINK_NETFILTER);
        return *socket_;
    }

    std::optional<nl::Socket> socket_;
};

}  // namespace

std::unique_ptr<Flows> make_flows() {
    return std::make_unique<ConntrackFlows>();
}

}  // namespace wpns::host::linux_os
