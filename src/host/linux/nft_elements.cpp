#include "host/linux/nft_elements.hpp"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "host/linux/nl_message.hpp"

namespace wpns::host::linux_os {
namespace {

using nl::Attributes;
using nl::nested;

constexpr int subsystem = NFNL_SUBSYS_NFTABLES << 8;
/// The parts of a concatenation begin at multiples of a register (net/netfilter/nf_tables_api.c).
constexpr std::size_t register_size = 4;
/// What libnftables calls a comment in the data that the kernel keeps for it
/// (NFTNL_UDATA_SET_ELEM_COMMENT of libnftnl/udata.h): a byte for the type, one for the length.
constexpr char comment_type = 0;

std::string bytes_of(const nlattr* attribute) {
    if (attribute == nullptr) return {};
    return {static_cast<const char*>(nla_data(attribute)),
            static_cast<std::size_t>(nla_len(attribute))};
}

/// Text that may or may not end with a NUL.
std::string text_of(const nlattr* attribute) {
    const std::string bytes = bytes_of(attribute);
    return bytes.substr(0, bytes.find('\0'));
}

std::string value_of(nlattr* data) {
    return bytes_of(nested<NFTA_DATA_MAX>(data)[NFTA_DATA_VALUE]);
}

void take_data(nlattr* data, NftElement& element) {
    const auto parts = nested<NFTA_DATA_MAX>(data);
    element.data = bytes_of(parts[NFTA_DATA_VALUE]);
    const auto verdict = nested<NFTA_VERDICT_MAX>(parts[NFTA_DATA_VERDICT]);
    if (verdict[NFTA_VERDICT_CODE] == nullptr) return;
    const auto code = static_cast<int>(ntohl(nla_get_u32(verdict[NFTA_VERDICT_CODE])));
    if (code == NFT_JUMP) element.jump = text_of(verdict[NFTA_VERDICT_CHAIN]);
    if (code == NFT_GOTO) element.go = text_of(verdict[NFTA_VERDICT_CHAIN]);
}

std::string comment_in(const std::string& user_data) {
    for (std::size_t at = 0; at + 2 <= user_data.size();) {
        const auto size = static_cast<unsigned char>(user_data[at + 1]);
        const std::string value = user_data.substr(at + 2, size);
        if (user_data[at] == comment_type) return value.substr(0, value.find('\0'));
        at += 2 + std::size_t{size};
    }
    return {};
}

/// Of an expression that is a counter; zero for any other.
std::uint64_t packets_of(nlattr* expression) {
    const auto parts = nested<NFTA_EXPR_MAX>(expression);
    if (text_of(parts[NFTA_EXPR_NAME]) != "counter") return 0;
    const auto counter = nested<NFTA_COUNTER_MAX>(parts[NFTA_EXPR_DATA]);
    const std::string bytes = bytes_of(counter[NFTA_COUNTER_PACKETS]);
    std::uint64_t packets = 0;
    for (const char byte : bytes) packets = packets << 8U | static_cast<unsigned char>(byte);
    return packets;
}

/// The kernel sends one expression in an attribute of its own, several in a list.
std::uint64_t packets_in(const Attributes<NFTA_SET_ELEM_MAX>& parts) {
    if (auto* one = parts[NFTA_SET_ELEM_EXPR]) return packets_of(one);
    std::uint64_t packets = 0;
    nl::each_nested(parts[NFTA_SET_ELEM_EXPRESSIONS],
                    [&](nlattr* one) { packets += packets_of(one); });
    return packets;
}

NftElement element_of(nlattr* attribute) {
    const auto parts = nested<NFTA_SET_ELEM_MAX>(attribute);
    NftElement element;
    element.key = value_of(parts[NFTA_SET_ELEM_KEY]);
    element.last = parts[NFTA_SET_ELEM_KEY_END] == nullptr ? element.key
                                                           : value_of(parts[NFTA_SET_ELEM_KEY_END]);
    take_data(parts[NFTA_SET_ELEM_DATA], element);
    element.comment = comment_in(bytes_of(parts[NFTA_SET_ELEM_USERDATA]));
    element.packets = packets_in(parts);
    return element;
}

void take_elements(nlmsghdr* message, std::vector<NftElement>& elements) {
    Attributes<NFTA_SET_ELEM_LIST_MAX> found{};
    nlmsg_parse(message, sizeof(nfgenmsg), found.data(), NFTA_SET_ELEM_LIST_MAX, nullptr);
    nl::each_nested(found[NFTA_SET_ELEM_LIST_ELEMENTS],
                    [&](nlattr* one) { elements.push_back(element_of(one)); });
}

}  // namespace

std::string_view NftKey::take(std::size_t size) {
    const std::size_t padded = (size + register_size - 1) / register_size * register_size;
    // One that stands alone is not padded.
    if (rest_.size() < size)
        throw Error(ErrorKind::failed, "a key of the kernel's is shorter than those of its set");
    const auto part = rest_.substr(0, size);
    rest_.remove_prefix(std::min(padded, rest_.size()));
    return part;
}

std::string NftKey::link() {
    const auto bytes = take(IFNAMSIZ);
    return std::string(bytes.substr(0, bytes.find('\0')));
}

Ipv4 NftKey::ipv4() {
    std::uint32_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return Ipv4{ntohl(value)};
}

Ipv6 NftKey::ipv6() {
    Ipv6 address;
    std::ranges::copy(take(address.bytes.size()), address.bytes.begin());
    return address;
}

Mac NftKey::mac() {
    Mac mac;
    std::ranges::copy(take(mac.bytes.size()), mac.bytes.begin());
    return mac;
}

std::uint8_t NftKey::protocol() {
    return static_cast<std::uint8_t>(take(1).front());
}

std::uint16_t NftKey::port() {
    std::uint16_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return ntohs(value);
}

nl::Message nft_request(int type, NftFamily family) {
    nl::Message message(subsystem | type, 0);
    message.header(nfgenmsg{
        .nfgen_family = static_cast<std::uint8_t>(family), .version = NFNETLINK_V0, .res_id = 0});
    return message;
}

std::optional<std::vector<NftElement>> find_elements(nl::Socket& socket, NftFamily family,
                                                     const std::string& set) {
    nl::Message ask = nft_request(NFT_MSG_GETSETELEM, family);
    ask.text(NFTA_SET_ELEM_LIST_TABLE, "wpns").text(NFTA_SET_ELEM_LIST_SET, set);
    const auto replies = socket.find(ask, "list set " + set);
    if (!replies) return std::nullopt;
    std::vector<NftElement> elements;
    replies->each(subsystem | NFT_MSG_NEWSETELEM,
                  [&](nlmsghdr* message) { take_elements(message, elements); });
    return elements;
}

}  // namespace wpns::host::linux_os
