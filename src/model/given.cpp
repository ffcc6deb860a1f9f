#include "model/given.hpp"

#include <limits>

namespace wpns {
namespace {

constexpr std::string_view given_kind = "given 1";

/// uid_t without root and without (uid_t)-1.
std::uint32_t read_id(CheckedReader& in, const std::string& key) {
    const auto id =
        static_cast<std::uint32_t>(in.number(key, std::numeric_limits<std::uint32_t>::max() - 1));
    if (id == 0) in.fault(key + " is root's");
    return id;
}

Cidr read_subnet(CheckedReader& in) {
    const auto subnet = Cidr::parse(in.text("subnet"));
    if (subnet) return *subnet;
    in.fault("subnet makes no sense");
    return Cidr::of(Ipv4{}, 30);
}

/// What is as everywhere does not stand there.
void put_wire(CheckedText& out, const Wire& wire) {
    if (wire.mtu != Wire{}.mtu) out.number("mtu", wire.mtu);
    if (wire.mac != Mac{}) out.text("mac", wire.mac.str());
    if (wire.up != 0) out.number("up", wire.up);
    if (wire.down != 0) out.number("down", wire.down);
}

Wire read_wire(CheckedReader& in) {
    Wire wire;
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    if (in.has("mtu")) wire.mtu = static_cast<unsigned>(in.number("mtu", 65535));
    if (in.has("up")) wire.up = in.number("up", largest);
    if (in.has("down")) wire.down = in.number("down", largest);
    if (!in.has("mac")) return wire;
    const auto mac = Mac::parse(in.text("mac"));
    if (mac)
        wire.mac = *mac;
    else
        in.fault("mac makes no sense");
    return wire;
}

}  // namespace

void put_allocation(CheckedText& out, const Allocation& allocation) {
    out.text("subnet", allocation.subnet.str())
        .number("uid", allocation.uid)
        .number("db_uid", allocation.db_uid)
        .text("seed", allocation.seed);
    // What the first version did not know stands there only where it is used.
    if (allocation.subnet6) out.text("subnet6", allocation.subnet6->str());
    if (allocation.group.empty()) return;
    out.text("group", allocation.group).text("address", allocation.address.str());
}

Allocation read_allocation(CheckedReader& in) {
    Allocation allocation;
    allocation.subnet = read_subnet(in);
    allocation.uid = read_id(in, "uid");
    allocation.db_uid = read_id(in, "db_uid");
    allocation.seed = in.hex64("seed");
    if (in.has("subnet6")) {
        const auto subnet6 = Cidr6::parse(in.text("subnet6"));
        if (subnet6)
            allocation.subnet6 = *subnet6;
        else
            in.fault("subnet6 makes no sense");
    }
    if (in.has("group")) {
        allocation.group = in.text("group");
        allocation.address = Ipv4::parse(in.text("address")).value_or(Ipv4{});
    }
    if (const auto fault = fault_of(allocation); !fault.empty()) in.fault(fault);
    return allocation;
}

std::string to_text(const Given& given) {
    CheckedText out(given_kind);
    out.text("site", given.site.str()).text("domain", given.domain);
    put_allocation(out, given.allocation);
    put_wire(out, given.wire);
    return out.str();
}

std::expected<Given, std::string> parse_given(std::string_view text) {
    auto in = CheckedReader::parse(given_kind, text);
    if (!in) return std::unexpected(in.error());
    const auto site = SiteName::parse(in->text("site"));
    if (!site) return std::unexpected("site is missing or no name");
    Given given{*site, in->text("domain"), {}, {}};
    given.allocation = read_allocation(*in);
    given.wire = read_wire(*in);
    if (auto fault = in->end(); !fault.empty()) return std::unexpected(std::move(fault));
    return given;
}

}  // namespace wpns
