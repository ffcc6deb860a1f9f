#include "host/linux/neighbours_nft.hpp"

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/neighbours_ufw.hpp"
#include "host/linux/nft_context.hpp"
#include "host/linux/nft_fate.hpp"
#include "model/names.hpp"
#include "render/accept_text.hpp"

namespace wpns::host::linux_os {
namespace {

using nlohmann::json;

using Rules = NftRules;
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

ForwardDrop::Owner owner_of(const std::string& table, const Rules& rules) {
    using enum ForwardDrop::Owner;
    if (table == "firewalld") return firewalld;
    if (rules.contains(names::in_docker)) return docker;
    const bool is_ufw = rules.contains("ufw-user-forward") || rules.contains("ufw6-user-forward");
    return is_ufw ? ufw : other;
}

/// A chain of somebody else that sees what is forwarded.
struct ForwardChain {
    ForwardDrop name;
    bool drops = false;  ///< by policy, what its rules leave undecided
};

/// What one listing of all chains shows.
struct Chains {
    std::vector<ForwardChain> forward;
    bool docker = false;  ///< there is a place for ours
};

Chains list_chains(NftContext& nft) {
    Chains found;
    const auto listing = json::parse(nft.list("list chains", NftContext::Listing::json));
    for (const json& object : listing.at("nftables")) {
        if (!has(object, "chain")) continue;
        const json& chain = object.at("chain");
        ForwardDrop name{chain.at("family").get<std::string>(),
                         chain.at("table").get<std::string>(), chain.at("name").get<std::string>()};
        if (name.family == "ip" && name.table == "filter" && name.chain == names::in_docker)
            found.docker = true;
        const bool routed = name.family == "ip" || name.family == "ip6" || name.family == "inet";
        const bool ours = name.family == "inet" && name.table == "wpns";
        if (routed && !ours && chain.value("hook", "") == "forward")
            found.forward.push_back({std::move(name), chain.value("policy", "") == "drop"});
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

    [[nodiscard]] std::vector<ForwardDrop> refusals(const AnyNetwork& pool) const override {
        return with_context("look at the firewalls of others",
                            [&] { return parsed([&] { return find_refusals(pool); }); });
    }

    void accept(const std::string& place, const Cidr& pool) override {
        failpoint(Failpoint::accept_put);
        if (place == names::in_ufw) return put_ufw_accept(files_, process_, pool);
        change_docker(pool);
    }

    void take_back(const std::string& place) override {
        failpoint(Failpoint::accept_remove);
        if (place == names::in_ufw) return remove_ufw_accept(files_, process_);
        change_docker(std::nullopt);
    }

  private:
    [[nodiscard]] Passage look_at_chains(const Cidr& pool) const {
        Chains chains = list_chains(nft());
        std::erase_if(chains.forward, [](const ForwardChain& chain) {
            return !chain.drops || chain.name.family == "ip6";
        });
        std::map<TableName, Rules> tables = rules_of_all(chains.forward);
        if (chains.docker && !tables.contains(docker_table()))
            tables[docker_table()] = rules_of(nft(), docker_table());
        Passage passage;
        for (auto& [drop, by_policy] : chains.forward) {
            const Rules& rules = tables.at({drop.family, drop.table});
            drop.owner = owner_of(drop.table, rules);
            drop.accepted = fate_of(rules, drop.chain, pool) == Fate::accepted;
            passage.drops.push_back(std::move(drop));
        }
        if (chains.docker) passage.docker = accept_of(tables.at(docker_table())[names::in_docker]);
        return passage;
    }

    [[nodiscard]] std::vector<ForwardDrop> find_refusals(const AnyNetwork& pool) const {
        Chains chains = list_chains(nft());
        std::erase_if(chains.forward, [&](const ForwardChain& chain) {
            return chain.name.family == (pool.is_ipv6() ? "ip" : "ip6");
        });
        const std::map<TableName, Rules> tables = rules_of_all(chains.forward);
        std::vector<ForwardDrop> refusals;
        for (auto& [chain, drops] : chains.forward) {
            const Rules& rules = tables.at({chain.family, chain.table});
            const Fate fate = fate_of(rules, chain.chain, pool);
            if (fate == Fate::accepted || (fate == Fate::undecided && !drops)) continue;
            chain.owner = owner_of(chain.table, rules);
            chain.ipv6 = pool.is_ipv6();
            refusals.push_back(std::move(chain));
        }
        return refusals;
    }

    [[nodiscard]] std::map<TableName, Rules> rules_of_all(
        const std::vector<ForwardChain>& chains) const {
        std::map<TableName, Rules> tables;
        for (const auto& [name, drops] : chains) tables[{name.family, name.table}];
        for (auto& [name, rules] : tables) rules = rules_of(nft(), name);
        return tables;
    }

    void change_docker(const std::optional<Cidr>& pool) {
        with_context("change chain DOCKER-USER", [&] {
            const bool there = parsed([&] { return list_chains(nft()).docker; });
            if (!there && !pool) return;
            const auto handles = parsed(
                [&] { return handles_of_ours(rules_of(nft(), docker_table())[names::in_docker]); });
            const std::string text = render::docker_accept_text(handles, pool);
            if (!text.empty()) nft().run(text);
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
