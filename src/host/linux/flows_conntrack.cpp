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
using nl::ipv6_of;
using nl::nested;

void take_addresses(const Attributes<CTA_IP_MAX>& ip, Ipv4& source, Ipv4& target) {
    source = ipv4_of(ip[CTA_IP_V4_SRC]);
    target = ipv4_of(ip[CTA_IP_V4_DST]);
}
void take_addresses(const Attributes<CTA_IP_MAX>& ip, Ipv6& source, Ipv6& target) {
    source = ipv6_of(ip[CTA_IP_V6_SRC]);
    target = ipv6_of(ip[CTA_IP_V6_DST]);
}

template <typename AnyFlow>
AnyFlow half_of(nlattr* attribute) {
    const auto parts = nested<CTA_TUPLE_MAX>(attribute);
    const auto ip = nested<CTA_IP_MAX>(parts[CTA_TUPLE_IP]);
    const auto proto = nested<CTA_PROTO_MAX>(parts[CTA_TUPLE_PROTO]);
    AnyFlow half;
    take_addresses(ip, half.source, half.target);
    if (proto[CTA_PROTO_NUM] != nullptr) half.protocol = nla_get_u8(proto[CTA_PROTO_NUM]);
    if (proto[CTA_PROTO_DST_PORT] != nullptr)
        half.port = ntohs(nla_get_u16(proto[CTA_PROTO_DST_PORT]));
    return half;
}

template <typename AnyFlow>
constexpr std::uint8_t family_of = AF_INET;
template <>
constexpr std::uint8_t family_of<Flow6> = AF_INET6;

nl::Message request(int type, std::uint8_t family) {
    nl::Message message((NFNL_SUBSYS_CTNETLINK << 8) | type, 0);
    message.header(nfgenmsg{.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0});
    return message;
}

/// Where in a message of ctnetlink its attributes are, by number.
Attributes<CTA_MAX> attributes_of(nlmsghdr* message) {
    Attributes<CTA_MAX> found{};
    nlmsg_parse(message, sizeof(nfgenmsg), found.data(), CTA_MAX, nullptr);
    return found;
}

template <typename AnyFlow>
AnyFlow flow_of(const Attributes<CTA_MAX>& attributes) {
    AnyFlow flow = half_of<AnyFlow>(attributes[CTA_TUPLE_ORIG]);
    flow.answers_to = half_of<AnyFlow>(attributes[CTA_TUPLE_REPLY]).target;
    return flow;
}

/// The request that ends this flow and none that came to have the same addresses and ports since.
nl::Message deletion_of(const Attributes<CTA_MAX>& attributes, std::uint8_t family) {
    nl::Message message = request(IPCTNL_MSG_CT_DELETE, family);
    for (const int which : {CTA_TUPLE_ORIG, CTA_ZONE, CTA_ID})
        if (const auto* attribute = attributes[static_cast<std::size_t>(which)])
            message.copy(*attribute);
    return message;
}

class ConntrackFlows : public Flows {
  public:
    unsigned cut(const std::function<bool(const Flow&)>& forbidden) override {
        return cut_all(forbidden);
    }
    unsigned cut6(const std::function<bool(const Flow6&)>& forbidden) override {
        return cut_all(forbidden);
    }

  private:
    template <typename AnyFlow>
    unsigned cut_all(const std::function<bool(const AnyFlow&)>& forbidden) {
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

    template <typename AnyFlow>
    [[nodiscard]] std::vector<nl::Message> deletions(
        const std::function<bool(const AnyFlow&)>& forbidden) {
        std::vector<nl::Message> found;
        nl::Message ask = request(IPCTNL_MSG_CT_GET, family_of<AnyFlow>);
        constexpr int answer_type = (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_NEW;
        socket().stream(ask, "list flows", [&](nlmsghdr* message) {
            if (message->nlmsg_type != answer_type) return;
            const auto attributes = attributes_of(message);
            if (forbidden(flow_of<AnyFlow>(attributes)))
                found.push_back(deletion_of(attributes, family_of<AnyFlow>));
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
