#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "model_world.hpp"

namespace wpns::plan {

/// Random wishes for up to three sites and the host, and random mishaps.
class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t limit) { return random_() % limit; }
    bool chance(unsigned percent) { return below(100) < percent; }

    Desired desired() {
        made_.clear();
        absent_.clear();
        Desired result;
        for (const auto& key : host_keys()) wish(result, key);
        for (const std::string site : {"a", "b", "c"})
            if (chance(75))
                for (const auto& key : site_keys(site)) wish(result, key);
        for (auto& [key, wanted] : result) digest_inputs(wanted, result);
        return result;
    }

    /// Something of ours is lost, changed or stopped.
    void damage(World& world) {
        for (const auto& [key, digest] : Recorded(world.recorded))
            if (chance(12)) damage(world, key);
    }

    /// Somebody else puts things where ours may come to be.
    void intrude(World& world) {
        for (const std::string site : {"a", "b", "c"})
            for (const auto& key : site_keys(site))
                if (chance(5) && key.kind != Kind::unit && !world.recorded.contains(key))
                    world.things.try_emplace(key, value(key));
    }

  private:
    static std::vector<ResourceKey> host_keys() {
        return {{Kind::directory, "/etc/wpns", ""},
                {Kind::core, "/var/core/1", ""},
                {Kind::file, "/etc/wpns/sysctl", ""},
                {Kind::firewall, "inet-wpns", ""},
                {Kind::unit, "wpns.service", ""}};
    }

    /// In an order in which each may need those before it; not that of the kinds.
    static std::vector<ResourceKey> site_keys(const std::string& s) {
        const std::string data = "/data/" + s;
        return {{Kind::account, "wp-" + s, s},
                {Kind::directory, data, s},
                {Kind::quota, data, s},
                {Kind::directory, data + "/www", s},
                {Kind::directory, data + "/www/content", s},
                {Kind::directory, "/etc/wpns/" + s, s},
                {Kind::file, "/etc/wpns/" + s + "/1", s},
                {Kind::file, "/etc/wpns/" + s + "/2", s},
                {Kind::netns, s, s},
                {Kind::firewall, "veth0-" + s, s},
                {Kind::unit, "netns@" + s, s},
                {Kind::link, "veth0-" + s, s},
                {Kind::file, "/etc/wpns/" + s + "/3", s},
                {Kind::unit, "mysqld@" + s, s},
                {Kind::database, data + "/mysql", s},
                {Kind::unit, "php@" + s, s},
                {Kind::wordpress, data + "/www/marker", s},
                {Kind::vhost, "/etc/nginx/" + s, s}};
    }

    Resource value(const ResourceKey& key) {
        return key.kind == Kind::unit ? unit(key.site)
                                      : value(key, static_cast<std::uint32_t>(below(3)));
    }

    static Resource value(const ResourceKey& key, std::uint32_t variant) {
        switch (key.kind) {
            case Kind::account:
                return Account{400 + variant};
            case Kind::directory:
                return Directory{0, 0, 0700 + variant};
            case Kind::quota:
                return Quota{variant, 0};
            case Kind::core:
                return Core{"/src", std::to_string(variant)};
            case Kind::file:
                return File{std::to_string(variant), "", 0, 0, 0644};
            case Kind::firewall:
                return firewall(key, variant);
            case Kind::link:
                return link(1500 + variant);
            case Kind::database:
                return Database{};
            case Kind::wordpress:
                return Wordpress{};
            case Kind::vhost:
                return vhost(variant);
            default:
                return Netns{};
        }
    }

    static Resource firewall(const ResourceKey& key, std::uint32_t variant) {
        if (key.site.empty()) return FirewallTable{"", std::to_string(variant)};
        return FirewallSite{key.id, Ipv4{variant}, {}, Egress::open};
    }

    static Resource link(unsigned mtu) {
        Link result;
        result.mtu = mtu;
        return result;
    }

    static Resource vhost(std::uint32_t variant) {
        Vhost result;
        result.content = std::to_string(variant);
        return result;
    }

    Resource unit(const std::string& site) {
        Unit result;
        result.active = chance(85);
        result.enabled = chance(50);
        for (const auto& key : made_)
            if (key.kind != Kind::directory && key.site == site && chance(35))
                result.inputs.push_back(key);
        return result;
    }

    static bool below(const ResourceKey& key, const std::string& directory) {
        return key.id.starts_with(directory + "/");
    }

    /// Nothing is wanted in a directory that is not.
    [[nodiscard]] bool wanted_at_all(const ResourceKey& key) {
        return chance(85) && std::ranges::none_of(absent_, [&](const std::string& directory) {
                   return below(key, directory);
               });
    }

    void wish(Desired& desired, const ResourceKey& key) {
        if (!wanted_at_all(key)) {
            if (key.kind == Kind::directory) absent_.push_back(key.id);
            return;
        }
        Wanted wanted{value(key), {}};
        for (const auto& earlier : made_)
            if (below(key, earlier.id) ||
                (chance(15) && (earlier.site.empty() || earlier.site == key.site)))
                wanted.needs.push_back(earlier);
        if (chance(10)) wanted.needs.push_back({Kind::file, "/not/desired", key.site});
        desired.emplace(key, std::move(wanted));
        made_.push_back(key);
    }

    /// As the maker of desired state does.
    static void digest_inputs(Wanted& wanted, const Desired& desired) {
        auto* unit = std::get_if<Unit>(&wanted.value);
        if (unit == nullptr) return;
        std::string text;
        for (const auto& input : unit->inputs)
            if (input.kind != Kind::unit)
                text += input.str() + digest_of(input, desired.at(input).value);
        unit->inputs_digest = sha256_hex(text);
    }

    static void lose(World& world, const ResourceKey& key) {
        std::erase_if(world.things, [&](const auto& thing) {
            return thing.first == key ||
                   (key.kind == Kind::directory && below(thing.first, key.id));
        });
    }

    void damage(World& world, const ResourceKey& key) {
        const auto found = world.things.find(key);
        if (found == world.things.end()) return;
        if (auto* unit = std::get_if<Unit>(&found->second))
            damage(world, key, *unit);
        else if (chance(50))
            lose(world, key);
        else if (key.kind != Kind::unit)
            found->second = value(key, 10 + next_damage_++);
    }

    /// Stopped, switched, or restarted while what it reads is damaged.
    void damage(World& world, const ResourceKey& key, Unit& unit) {
        if (chance(30)) unit.enabled = !unit.enabled;
        if (unit.active && chance(50)) {
            world.running[key] = world.readings(unit);
        } else {
            unit.active = false;
            world.running.erase(key);
            if (chance(50)) world.things.erase(key);
        }
    }

    std::uint32_t next_damage_ = 0;  ///< no damage leads back to what was wanted
    std::mt19937_64 random_;
    std::vector<ResourceKey> made_;    ///< wishes so far
    std::vector<std::string> absent_;  ///< directories that are not wished
};

}  // namespace wpns::plan
