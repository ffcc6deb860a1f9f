#include "host/linux/nl_message.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/error.hpp"

namespace wpns::host::linux_os::nl {

Message::Message(int type, int flags) : message_(nlmsg_alloc_simple(type, NLM_F_REQUEST | flags)) {
    check(message_ == nullptr ? -1 : 0);
}

Message& Message::u32(int attribute, std::uint32_t value) {
    check(nla_put_u32(message_.get(), attribute, value));
    return *this;
}

Message& Message::text(int attribute, const std::string& value) {
    check(nla_put_string(message_.get(), attribute, value.c_str()));
    return *this;
}

Message& Message::ipv4(int attribute, Ipv4 value) {
    return u32(attribute, htonl(value.value));
}

Message& Message::mac(int attribute, const Mac& value) {
    const int size = static_cast<int>(value.bytes.size());
    check(nla_put(message_.get(), attribute, size, value.bytes.data()));
    return *this;
}

Message& Message::copy(const nlattr& attribute) {
    check(nla_put(message_.get(), attribute.nla_type, nla_len(&attribute), nla_data(&attribute)));
    return *this;
}

void Message::check(int result) {
    if (result < 0) throw Error(ErrorKind::bug, "netlink message does not fit its buffer");
}

Ipv6 ipv6_of(const nlattr* attribute) {
    Ipv6 address;
    if (attribute != nullptr && nla_len(attribute) == static_cast<int>(address.bytes.size()))
        std::copy_n(static_cast<const std::uint8_t*>(nla_data(attribute)), address.bytes.size(),
                    address.bytes.begin());
    return address;
}

Ipv4 ipv4_of(const nlattr* attribute) {
    return attribute == nullptr ? Ipv4{} : Ipv4{ntohl(nla_get_u32(attribute))};
}

}  // namespace wpns::host::linux_os::nl
