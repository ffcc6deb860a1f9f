#include "host/linux/nft_fate.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "model/names.hpp"

namespace wpns::host::linux_os {
namespace {

using nlohmann::json;

/// How many of the packets in question something is for.
enum class Share { none, some, all };

Share other_than(Share share) {
    return share == Share::all ? Share::none : share == Share::none ? Share::all : Share::some;
}

bool has(const json& object, const char* key) {
    return object.is_object() && object.contains(key);
}

std::optional<AnyNetwork> network_from(const std::string& address, std::optional<unsigned> prefix) {
    if (const auto four = Ipv4::parse(address)) return Cidr::of(*four, prefix.value_or(32));
    if (const auto six = Ipv6::parse(address)) return Cidr6::of(*six, prefix.value_or(128));
    return std::nullopt;
}

/// Of "192.0.2.1" or {"prefix": {"addr": "192.0.2.0", "len": 24}}; nothing for ranges and sets
/// with a name.
std::optional<AnyNetwork> network_in(const json& value) {
    if (value.is_string()) return network_from(value.get<std::string>(), std::nullopt);
    if (!has(value, "prefix")) return std::nullopt;
    const json& prefix = value.at("prefix");
    return network_from(prefix.at("addr").get<std::string>(), prefix.at("len").get<unsigned>());
}

/// A part of the pool counts as none of it: there are sites in the rest.
Share by_source(const json& value, const AnyNetwork& pool) {
    const auto network = network_in(value);
    if (!network) return Share::some;
    return network->contains(pool) ? Share::all : Share::none;
}

Share by_target(const json& value) {
    const auto network = network_in(value);
    return network && network->prefix() == 0 ? Share::all : Share::some;
}

/// "NAME" or "BEGINNING*".
Share by_link(const json& value) {
    if (!value.is_string()) return Share::some;
    const auto name = value.get<std::string>();
    const bool open = name.ends_with('*');
    const auto beginning = std::string_view(name).substr(0, name.size() - (open ? 1 : 0));
    Share share = Share::none;
    for (const std::string_view ours : {"veth0-", "wpbr-"}) {
        if (open && ours.starts_with(beginning)) return Share::all;
        if (beginning.starts_with(ours)) share = Share::some;
    }
    return name.starts_with('@') ? Share::some : share;
}

Share if_all(bool all) {
    return all ? Share::all : Share::none;
}

Share by_meta(const std::string& key, const json& value, bool ipv6) {
    if (key == "iifname" || key == "iif") return by_link(value);
    if (key == "iifgroup") return if_all(value == names::link_group);
    if (key == "nfproto") return if_all(value == (ipv6 ? "ipv6" : "ipv4"));
    if (key == "protocol") return if_all(value == (ipv6 ? "ip6" : "ip"));
    return Share::some;
}

/// It is new, and nobody translates where it goes.
Share by_connection(const std::string& key, const json& value) {
    if (key == "state") return if_all(value == "new");
    if (key == "status") return Share::none;
    return Share::some;
}

Share by_value(const json& left, const json& value, const AnyNetwork& pool) {
    if (has(left, "meta"))
        return by_meta(left.at("meta").at("key").get<std::string>(), value, pool.is_ipv6());
    if (has(left, "ct")) return by_connection(left.at("ct").at("key").get<std::string>(), value);
    if (!has(left, "payload")) return Share::some;
    const std::string field = left.at("payload").value("field", "");
    return field == "saddr"   ? by_source(value, pool)
           : field == "daddr" ? by_target(value)
                              : Share::some;
}

/// A rule about heads of the other family is for none, whatever it says of them.
bool is_of_other_family(const json& left, bool ipv6) {
    return has(left, "payload") &&
           left.at("payload").value("protocol", "") == (ipv6 ? "ip" : "ip6");
}

Share by_match(const json& match, const AnyNetwork& pool) {
    const json& left = match.at("left");
    const json& right = match.at("right");
    if (is_of_other_family(left, pool.is_ipv6())) return Share::none;
    const std::string op = match.value("op", "==");
    if (op != "==" && op != "!=" && op != "in") return Share::some;
    const json& values = has(right, "set") ? right.at("set") : right;
    Share share = Share::none;
    if (values.is_array())
        for (const json& value : values) share = std::max(share, by_value(left, value, pool));
    else
        share = by_value(left, values, pool);
    return op == "!=" ? other_than(share) : share;
}

/// What says nothing about which packets a rule is for.
bool asks_nothing(const json& part) {
    constexpr std::array words = {"counter", "log", "comment", "mangle", "notrack"};
    return std::ranges::any_of(words, [&](const char* word) { return has(part, word); });
}

/// A rule: which packets it is for, and what it does to them.
struct Effect {
    Share share = Share::all;
    std::string verb;  ///< "accept", "refuse", "return", "jump", "goto"; empty for none
    std::string target{};
};

/// What nft shows of iptables' own matches and targets is their name.
void take_foreign(const json& part, Effect& effect) {
    const std::string name = part.value("name", "");
    if (part.value("type", "") == "target") {
        if (name == "REJECT" || name == "DROP") effect.verb = "refuse";
    } else if (name != "comment") {
        effect.share = std::min(effect.share, Share::some);
    }
}

void take(const json& part, const AnyNetwork& pool, Effect& effect) {
    if (has(part, "match"))
        effect.share = std::min(effect.share, by_match(part.at("match"), pool));
    else if (has(part, "xt"))
        take_foreign(part.at("xt"), effect);
    else if (has(part, "accept") || has(part, "return"))
        effect.verb = has(part, "accept") ? "accept" : "return";
    else if (has(part, "drop") || has(part, "reject"))
        effect.verb = "refuse";
    else if (has(part, "jump") || has(part, "goto")) {
        effect.verb = has(part, "jump") ? "jump" : "goto";
        effect.target = part.at(effect.verb).at("target").get<std::string>();
    } else if (!asks_nothing(part)) {
        effect.share = std::min(effect.share, Share::some);
    }
}

class Judge {
  public:
    Judge(const NftRules& rules, const AnyNetwork& pool) : rules_(rules), pool_(pool) {}

    Fate of(const std::string& chain) {
        const auto found = rules_.find(chain);
        if (found == rules_.end()) return Fate::undecided;
        for (const json& rule : found->second) {
            Effect effect;
            for (const json& part : rule.at("expr")) take(part, pool_, effect);
            if (const auto fate = fate_by(effect)) return *fate;
        }
        return Fate::undecided;
    }

  private:
    /// Nothing where the next rule decides.
    std::optional<Fate> fate_by(const Effect& effect) {
        const bool all = effect.share == Share::all;
        if (effect.share == Share::none) return std::nullopt;
        if (!effect.target.empty()) return fate_beyond(effect, all);
        if (!all || effect.verb.empty()) return std::nullopt;
        return effect.verb == "accept"   ? Fate::accepted
               : effect.verb == "refuse" ? Fate::refused
                                         : Fate::undecided;
    }
    /// The kernel loads no loops.
    std::optional<Fate> fate_beyond(const Effect& effect, bool all) {
        const Fate fate = of(effect.target);
        if (fate == Fate::accepted) return fate;
        if (!all) return std::nullopt;
        if (fate == Fate::undecided && effect.verb == "jump") return std::nullopt;
        return fate;
    }

    const NftRules& rules_;
    const AnyNetwork& pool_;
};

}  // namespace

Fate fate_of(const NftRules& rules, const std::string& chain, const AnyNetwork& pool) {
    return Judge(rules, pool).of(chain);
}

}  // namespace wpns::host::linux_os
