#pragma once

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "model/address.hpp"
#include "model/address6.hpp"

namespace wpns::host::linux_os::nl {

/// One rtnetlink request under construction: a fixed header, then attributes. A message that does
/// not fit a page is a bug of the caller.
class Message {
  public:
    /// `type` is RTM_*, `flags` are NLM_F_*; NLM_F_REQUEST is added.
    Message(int type, int flags);

    /// Appends a fixed structure (ifinfomsg, ifaddrmsg, ...); also the one inside VETH_INFO_PEER.
    template <typename Header>
    Message& header(Header fixed) {
        check(nlmsg_append(message_.get(), &fixed, sizeof fixed, NLMSG_ALIGNTO));
        return *this;
    }
    Message& u32(int attribute, std::uint32_t value);
    Message& text(int attribute, const std::string& value);  ///< with its final NUL
    Message& ipv4(int attribute, Ipv4 value);
    Message& ipv6(int attribute, const Ipv6& value) { return fixed(attribute, value.bytes); }
    Message& mac(int attribute, const Mac& value);
    /// A structure of the kernel's.
    template <typename Fixed>
    Message& fixed(int attribute, const Fixed& value) {
        check(nla_put(message_.get(), attribute, static_cast<int>(sizeof value), &value));
        return *this;
    }
    /// An attribute of another message, as it is there.
    Message& copy(const nlattr& attribute);

    /// A nested attribute with what `fill` puts.
    template <typename Fill>
    Message& nest(int attribute, Fill fill) {
        nlattr* start = nla_nest_start(message_.get(), attribute);
        check(start == nullptr ? -1 : 0);
        fill(*this);
        nla_nest_end(message_.get(), start);
        return *this;
    }

    [[nodiscard]] nl_msg* get() noexcept { return message_.get(); }

  private:
    static void check(int result);

    struct Free {
        void operator()(nl_msg* message) const noexcept { nlmsg_free(message); }
    };
    std::unique_ptr<nl_msg, Free> message_;
};

/// The attributes of a message by number; null where absent. `Last` is the highest of interest.
template <int Last>
using Attributes = std::array<nlattr*, static_cast<std::size_t>(Last) + 1>;

/// What is nested in an attribute, by number; nothing in null.
template <int Last>
[[nodiscard]] Attributes<Last> nested(nlattr* attribute) {
    Attributes<Last> found{};
    if (attribute != nullptr) nla_parse_nested(found.data(), Last, attribute, nullptr);
    return found;
}

/// Calls `visit(nlattr*)` for each member of a list, which null is not.
template <typename Visit>
void each_nested(nlattr* list, Visit visit) {
    if (list == nullptr) return;
    int left = nla_len(list);
    for (auto* at = static_cast<nlattr*>(nla_data(list)); nla_ok(at, left) != 0;
         at = nla_next(at, &left))
        visit(at);
}

/// An address; zero for null and for what is no IPv6 address.
[[nodiscard]] Ipv6 ipv6_of(const nlattr* attribute);
/// An address in network byte order; 0.0.0.0 for null.
[[nodiscard]] Ipv4 ipv4_of(const nlattr* attribute);

}  // namespace wpns::host::linux_os::nl
