#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "generator.hpp"
#include "model_world.hpp"

namespace wpns::plan {
namespace {

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

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
