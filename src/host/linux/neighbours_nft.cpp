#include "host/linux/neighbours_nft.hpp"

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/neighbours_ufw.hpp"
#include "host/linux/nft_context.hpp"
#include "model/names.hpp"
#include "render/accept_text.hpp"

namespace wpns::host::linux_os {
namespace {

using nlohmann::json;

/// The rules of one table by chain, as nft lists them.
using Rules = std::map<std::string, std::vector<json>>;
/// Family and table.
using TableName = std::pair<std::string, std::string>;

bool has(const json& object, const char* key) {
    return object.is_object() && object.contains(key);
}

/// The network of {"payload": {"protocol": "ip", "field": FIELD}} == {"prefix": {...}}
std::optional<Cidr> network_in(const json& match, const char* field) {
    const json left = {{"payload", {{"protocol", "ip"}, {"field", field}}}};
    if (match.value("op", "==") != "==" || match.at("left") != left) return std::nullopt;
    const json& right = match.at("right");
    if (!has(right, "prefix")) return std::nullopt;
    const json& prefix = right.at("prefix");
    const auto network = Ipv4::parse(prefix.at("addr").get<std::string>());
    if (!network) return std::nullopt;
    return Cidr::of(*network, prefix.at("len").get<unsigned>());
}

bool holds_pool(const json& match, const Cidr& pool) {
    const auto source = network_in(match, "saddr");
    return source && source->contains(pool);
}

/// As iptables writes and restores it; it asks for nothing.
bool is_comment(const json& part) {
    static const json comment = {{"type", "match"}, {"name", "comment"}};
    return has(part, "comment") || (has(part, "xt") && part.at("xt") == comment);
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
    for (const json& part : rule.at("expr")) {
        if (has(part, "match")) {
            const json& match = part.at("match");
            if (!holds_pool(match, pool) && !is_our_group(match)) return false;
        } else if (has(part, "accept")) {
            accepts = true;
        } else if (!has(part, "counter") && !is_comment(part)) {
            return false;
        }
    }
    return accepts;
}

/// The chains that a rule leads to.
std::vector<std::string> targets_of(const json& rule) {
    std::vector<std::string> targets;
    for (const json& part : rule.at("expr"))
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

Rules rules_of(NftContext& nft, const TableName& table) {
    Rules rules;
    const auto listing = json::parse(
        nft.list("list table " + table.first + " " + table.second, NftContext::Listing::json));
    for (const json& object : listing.at("nftables")) {
        if (has(object, "chain")) rules[object.at("chain").at("name").get<std::string>()];
        if (!has(object, "rule")) continue;
        const json& rule = object.at("rule");
        rules[rule.at("chain").get<std::string>()].push_back(rule);
    }
    return rules;
}

ForwardDrop::Owner owner_of(const Rules& rules) {
    if (rules.contains(names::in_docker)) return ForwardDrop::Owner::docker;
    if (rules.contains("ufw-user-forward")) return ForwardDrop::Owner::ufw;
    return ForwardDrop::Owner::other;
}

/// What one listing of all chains shows.
struct Chains {
    std::vector<ForwardDrop> drops;  ///< those that see forwarded IPv4, all but our own
    bool docker = false;             ///< there is a place for ours
};

Chains list_chains(NftContext& nft) {
    Chains found;
    const auto listing = json::parse(nft.list("list chains", NftContext::Listing::json));
    for (const json& object : listing.at("nftables")) {
        if (!has(object, "chain")) continue;
        const json& chain = object.at("chain");
        ForwardDrop drop{chain.at("family").get<std::string>(),
                         chain.at("table").get<std::string>(), chain.at("name").get<std::string>()};
        if (drop.family == "ip" && drop.table == "filter" && drop.chain == names::in_docker)
            found.docker = true;
        const bool sees_us = drop.family == "ip" || drop.family == "inet";
        const bool ours = drop.family == "inet" && drop.table == "wpns";
        if (sees_us && !ours && chain.value("hook", "") == "forward" &&
            chain.value("policy", "") == "drop")
            found.drops.push_back(std::move(drop));
    }
    return found;
}

bool is_ours(const json& rule) {
    return rule.value("comment", "") == render::accept_mark;
}

/// Rules of ours among those of chain DOCKER-USER.
std::vector<std::uint64_t> handles_of_ours(const std::vector<json>& rules) {
    std::vector<std::uint64_t> handles;
    for (const json& rule : rules)
        if (is_ours(rule)) handles.push_back(rule.at("handle").get<std::uint64_t>());
    return handles;
}

/// What one of ours lets through in a direction; nothing for a rule that is not as we make it.
std::optional<Cidr> accepted_by(const json& rule, const char* field) {
    const json& parts = rule.at("expr");
    if (parts.size() != 3 || !has(parts[0], "match") || !has(parts[1], "counter") ||
        !has(parts[2], "accept"))
        return std::nullopt;
    return network_in(parts[0].at("match"), field);
}

/// Two rules are ours: from the pool, and to it.
std::optional<Accept> accept_of(const std::vector<json>& rules) {
    std::vector<json> ours;
    for (const json& rule : rules)
        if (is_ours(rule)) ours.push_back(rule);
    if (ours.empty()) return std::nullopt;
    if (ours.size() != 2) return Accept{};
    const auto from = accepted_by(ours[0], "saddr");
    return Accept{from == accepted_by(ours[1], "daddr") ? from : std::nullopt};
}

template <typename Step>
auto parsed(Step&& step) {
    try {
        return step();
    } catch (const json::exception& error) {
        throw Error(ErrorKind::failed,
                    std::string("nft's listing is not as expected: ") + error.what());
    }
}

class NftNeighbours : public Neighbours {
  public:
    NftNeighbours(const Files& files, Process& process) : files_(files), process_(process) {}

    [[nodiscard]] Passage look(const Cidr& pool) const override {
        return with_context("look at the firewalls of others", [&] {
            Passage passage = parsed([&] { return look_at_chains(pool); });
            passage.ufw = find_ufw_accept(files_);
            return passage;
        });
    }

    void accept(const std::string& place, const Cidr& pool) override {
        if (place == names::in_ufw) return put_ufw_accept(files_, process_, pool);
        change_docker(pool);
    }

    void take_back(const std::string& place) override {
        if (place == names::in_ufw) return remove_ufw_accept(files_, process_);
        change_docker(std::nullopt);
    }

  private:
    [[nodiscard]] Passage look_at_chains(const Cidr& pool) const {
        Chains chains = list_chains(nft());
        std::map<TableName, Rules> tables;
        if (chains.docker) tables[docker_table()];
        for (const auto& drop : chains.drops) tables[{drop.family, drop.table}];
        for (auto& [name, rules] : tables) rules = rules_of(nft(), name);
        Passage passage;
        for (ForwardDrop& drop : chains.drops) {
            const Rules& rules = tables.at({drop.family, drop.table});
            drop.owner = owner_of(rules);
            drop.accepted = lets_sites_through(rules, drop.chain, pool);
        }
        passage.drops = std::move(chains.drops);
        if (chains.docker) passage.docker = accept_of(tables.at(docker_table())[names::in_docker]);
        return passage;
    }

    void change_docker(const std::optional<Cidr>& pool) {
        with_context("change chain DOCKER-USER", [&] {
            const bool there = parsed([&] { return list_chains(nft()).docker; });
            if (!there && !pool) return;
            const auto handles = parsed(
                [&] { return handles_of_ours(rules_of(nft(), docker_table())[names::in_docker]); });
            const std::string text = render::docker_accept_text(handles, pool);
            if (text.empty()) return;
            failpoint(Failpoint::neighbour_change);
            nft().run(text);
        });
    }

    static TableName docker_table() { return {"ip", "filter"}; }

    [[nodiscard]] NftContext& nft() const {
        if (!nft_) nft_.emplace();
        return *nft_;
    }

    const Files& files_;
    Process& process_;
    mutable std::optional<NftContext> nft_;
};

}  // namespace

std::unique_ptr<Neighbours> make_neighbours(const Files& files, Process& process) {
    return std::make_unique<NftNeighbours>(files, process);
}

}  // namespace wpns::host::linux_os
