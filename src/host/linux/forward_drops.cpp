#include "host/linux/forward_drops.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/error.hpp"
#include "model/names.hpp"

namespace wpns::host::linux_os {
namespace {

using nlohmann::json;

/// The rules of one table by chain.
using Rules = std::map<std::string, std::vector<json>>;

bool has(const json& object, const char* key) {
    return object.is_object() && object.contains(key);
}

/// {"payload": {"protocol": "ip", "field": "saddr"}} == {"prefix": {...}} or an address
bool holds_pool(const json& match, const Cidr& pool) {
    static const json source = {{"payload", {{"protocol", "ip"}, {"field", "saddr"}}}};
    if (match.value("op", "==") != "==" || match.at("left") != source) return false;
    const json& right = match.at("right");
    if (!has(right, "prefix")) return false;
    const json& prefix = right.at("prefix");
    const auto network = Ipv4::parse(prefix.at("addr").get<std::string>());
    return network && Cidr::of(*network, prefix.at("len").get<unsigned>()).contains(pool);
}

/// {"meta": {"key": "iifgroup"}} == our group
bool is_our_group(const json& match) {
    static const json group = {{"meta", {{"key", "iifgroup"}}}};
    return match.value("op", "==") == "==" && match.at("left") == group &&
           match.at("right") == names::link_group;
}

/// True when the rule lets everything through that sites send.
bool accepts_sites(const json& rule, const Cidr& pool) {
    bool accepts = false;
    for (const json& part : rule) {
        if (has(part, "match")) {
            const json& match = part.at("match");
            if (!holds_pool(match, pool) && !is_our_group(match)) return false;
        } else if (has(part, "accept")) {
            accepts = true;
        } else if (!has(part, "counter") && !has(part, "comment")) {
            return false;
        }
    }
    return accepts;
}

/// The chains that a rule leads to.
std::vector<std::string> targets_of(const json& rule) {
    std::vector<std::string> targets;
    for (const json& part : rule)
        for (const char* verb : {"jump", "goto"})
            if (has(part, verb)) targets.push_back(part.at(verb).at("target").get<std::string>());
    return targets;
}

bool lets_sites_through(const Rules& rules, const std::string& start, const Cidr& pool) {
    std::vector<std::string> open{start};
    std::set<std::string> seen;
    while (!open.empty()) {
        const std::string chain = open.back();
        open.pop_back();
        const auto found = rules.find(chain);
        if (!seen.insert(chain).second || found == rules.end()) continue;
        for (const json& rule : found->second) {
            if (accepts_sites(rule, pool)) return true;
            for (auto& target : targets_of(rule)) open.push_back(std::move(target));
        }
    }
    return false;
}

Rules rules_of(NftContext& nft, const ForwardDrop& at) {
    Rules rules;
    const auto listing = json::parse(
        nft.list("list table " + at.family + " " + at.table, NftContext::Listing::json));
    for (const json& object : listing.at("nftables")) {
        if (has(object, "chain")) rules[object.at("chain").at("name").get<std::string>()];
        if (!has(object, "rule")) continue;
        const json& rule = object.at("rule");
        rules[rule.at("chain").get<std::string>()].push_back(rule.at("expr"));
    }
    return rules;
}

ForwardDrop::Owner owner_of(const Rules& rules) {
    if (rules.contains("DOCKER-USER")) return ForwardDrop::Owner::docker;
    if (rules.contains("ufw-user-forward")) return ForwardDrop::Owner::ufw;
    return ForwardDrop::Owner::other;
}

/// Chains that see forwarded IPv4 and drop it by policy, all but our own.
std::vector<ForwardDrop> dropping_chains(NftContext& nft) {
    std::vector<ForwardDrop> found;
    const auto listing = json::parse(nft.list("list chains", NftContext::Listing::json));
    for (const json& object : listing.at("nftables")) {
        if (!has(object, "chain")) continue;
        const json& chain = object.at("chain");
        ForwardDrop drop{chain.at("family").get<std::string>(),
                         chain.at("table").get<std::string>(), chain.at("name").get<std::string>()};
        const bool sees_us = drop.family == "ip" || drop.family == "inet";
        const bool ours = drop.family == "inet" && drop.table == "wpns";
        if (sees_us && !ours && chain.value("hook", "") == "forward" &&
            chain.value("policy", "") == "drop")
            found.push_back(std::move(drop));
    }
    return found;
}

}  // namespace

std::vector<ForwardDrop> find_forward_drops(NftContext& nft, const Cidr& pool) {
    try {
        auto drops = dropping_chains(nft);
        std::erase_if(drops, [&](ForwardDrop& drop) {
            const Rules rules = rules_of(nft, drop);
            drop.owner = owner_of(rules);
            return lets_sites_through(rules, drop.chain, pool);
        });
        return drops;
    } catch (const json::exception& error) {
        throw Error(ErrorKind::failed,
                    std::string("nft's listing is not as expected: ") + error.what());
    }
}

}  // namespace wpns::host::linux_os
