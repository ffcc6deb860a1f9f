#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "base/digest.hpp"
#include "model_world.hpp"

namespace wpns::plan {
namespace {

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

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

Plan plan_for(const World& world, const Desired& desired) {
    return make_plan(desired, world.recorded, world.things);
}

std::string text_of(const Plan& plan) {
    std::string text;
    for (const auto& action : plan.actions) text += describe(action) + ": " + action.reason + '\n';
    for (const auto& conflict : plan.conflicts)
        text += "conflict " + conflict.key.str() + ": " + conflict.reason + '\n';
    return text;
}

/// What is wanted is there and recorded, nothing else of ours is, and every unit has read what is
/// there now.
void expect_as_wanted(const World& world, const Desired& desired) {
    for (const auto& [key, wanted] : desired) {
        const auto* unit = std::get_if<Unit>(&wanted.value);
        const bool off = unit != nullptr && !unit->active && !unit->enabled;
        const auto found = world.things.find(key);
        if (found == world.things.end())
            EXPECT_TRUE(off) << key.str() << " is not there";
        else
            EXPECT_EQ(difference(wanted.value, found->second), "") << key.str();
        EXPECT_EQ(world.recorded.at(key), digest_of(key, wanted.value)) << key.str();
        if (unit != nullptr && unit->active) {
            EXPECT_EQ(world.running.at(key), world.readings(*unit)) << key.str() << " is stale";
        }
    }
    EXPECT_EQ(world.recorded.size(), desired.size());
}

void expect_no_complaints(const World& world) {
    for (const auto& complaint : world.complaints) ADD_FAILURE() << complaint;
}

TEST(PlanProperty, OneRunMakesTheHostAsWantedAndTheNextHasNothingToDo) {
    for (unsigned seed = 0; seed < 600 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Generator generator(seed);
        World world;
        for (int round = 0; round < 4; ++round) {
            const auto desired = generator.desired();
            world.apply(plan_for(world, desired), desired, all);
            expect_as_wanted(world, desired);
            EXPECT_EQ(text_of(plan_for(world, desired)), "");
            generator.damage(world);
            const auto repair = plan_for(world, desired);
            world.apply(repair, desired, all);
            expect_as_wanted(world, desired);
            EXPECT_EQ(text_of(plan_for(world, desired)), "");
        }
        expect_no_complaints(world);
    }
}

TEST(PlanProperty, RunsThatBreakOffAnywhereAreHealedByTheNext) {
    for (unsigned seed = 0; seed < 1500 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Generator generator(seed);
        World world;
        auto desired = generator.desired();
        for (int round = 0; round < 6; ++round) {
            if (generator.chance(60)) desired = generator.desired();
            if (generator.chance(40)) generator.damage(world);
            const auto plan = plan_for(world, desired);
            world.apply(plan, desired, generator.below(plan.actions.size() + 1));
        }
        world.apply(plan_for(world, desired), desired, all);
        expect_as_wanted(world, desired);
        EXPECT_EQ(text_of(plan_for(world, desired)), "");
        expect_no_complaints(world);
    }
}

TEST(PlanProperty, WhatIsNotOursIsNeverTouched) {
    unsigned conflicts = 0;
    for (unsigned seed = 0; seed < 2000 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Generator generator(seed);
        World world;
        generator.intrude(world);
        const World before = world;
        const auto desired = generator.desired();
        const auto plan = plan_for(world, desired);
        world.apply(plan, desired, all);
        for (const auto& [key, thing] : before.things)
            EXPECT_TRUE(world.things.at(key) == thing) << key.str();
        EXPECT_EQ(plan_for(world, desired).actions.size(), 0U);
        EXPECT_EQ(plan_for(world, desired).conflicts.size(), plan.conflicts.size());
        conflicts += static_cast<unsigned>(plan.conflicts.size());
        expect_no_complaints(world);
    }
    EXPECT_GT(conflicts, 500U);
}

/// Position of each key among the actions.
std::map<ResourceKey, std::size_t> positions(const Plan& plan) {
    std::map<ResourceKey, std::size_t> result;
    for (std::size_t i = 0; i < plan.actions.size(); ++i) result[plan.actions[i].key] = i;
    return result;
}

/// Whether `first` has to go before `second` does.
bool goes_before(const Action& first, const Action& second) {
    if (first.key.site != second.key.site) return second.key.site.empty();
    if (first.verb != second.verb) return first.verb == Verb::remove;
    return first.key.kind > second.key.kind;
}

void expect_mirrored(const Plan& plan) {
    for (std::size_t i = 0; i < plan.actions.size(); ++i)
        for (std::size_t later = i + 1; later < plan.actions.size(); ++later)
            EXPECT_FALSE(goes_before(plan.actions[later], plan.actions[i]))
                << describe(plan.actions[later]) << " after " << describe(plan.actions[i]);
}

TEST(PlanProperty, RemovingEverythingIsMirroredAndLeavesNothing) {
    for (unsigned seed = 0; seed < 1000 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Generator generator(seed);
        World world;
        const auto former = generator.desired();
        world.apply(plan_for(world, former), former, all);
        if (generator.chance(50)) generator.damage(world);
        const auto plan = plan_for(world, {});
        EXPECT_TRUE(std::ranges::all_of(plan.actions, takes, &Action::verb));
        expect_mirrored(plan);
        world.apply(plan, {}, all);
        EXPECT_EQ(world.recorded.size(), 0U);
        EXPECT_EQ(world.running.size(), 0U);
        expect_no_complaints(world);
    }
}

/// A site's database and WordPress are in its data directory: gone with it, kept without.
TEST(PlanProperty, NothingIsLeftOfASiteWhoseDataDirectoryGoes) {
    for (unsigned seed = 0; seed < 1000 && !testing::Test::HasFailure(); ++seed) {
        Generator generator(seed);
        World world;
        const auto former = generator.desired();
        if (!former.contains({Kind::directory, "/data/a", "a"})) continue;
        world.apply(plan_for(world, former), former, all);
        Desired rest = former;
        std::erase_if(rest, [](const auto& wish) { return wish.first.site == "a"; });
        world.apply(plan_for(world, rest), rest, all);
        for (const auto& [key, thing] : world.things) EXPECT_NE(key.site, "a") << key.str();
        expect_as_wanted(world, rest);
    }
}

TEST(PlanProperty, OrderDoesNotDependOnWhatIsThere) {
    for (unsigned seed = 0; seed < 500 && !testing::Test::HasFailure(); ++seed) {
        Generator generator(seed);
        World world;
        const auto desired = generator.desired();
        const auto everything = positions(plan_for(world, desired));
        world.apply(plan_for(world, desired), desired, all);
        generator.damage(world);
        const auto plan = plan_for(world, desired);
        EXPECT_TRUE(std::ranges::is_sorted(
            plan.actions, {}, [&](const Action& action) { return everything.at(action.key); }));
    }
}

}  // namespace
}  // namespace wpns::plan
