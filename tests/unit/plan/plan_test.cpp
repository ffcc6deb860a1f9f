#include "plan/plan.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "plan/batch.hpp"

namespace wpns::plan {
namespace {

ResourceKey file(const std::string& id, const std::string& site = "a") {
    return {Kind::file, id, site};
}

Action action(Verb verb, ResourceKey key, unsigned wave = 0) {
    return {verb, std::move(key), {}, {}, "", wave};
}

std::string circle_of(const Desired& desired) {
    try {
        (void)make_plan(desired, {}, {});
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bug);
        return error.message();
    }
    return "none";
}

TEST(Plan, CarriesWhatIsThereAndWhatIsWanted) {
    const File wanted{"new", "", 0, 0, 0640};
    const File found{"old", "", 0, 0, 0640};
    const auto plan =
        make_plan({{file("/f"), {wanted, {}}}}, {{file("/f"), pending}}, {{file("/f"), found}});
    ASSERT_EQ(plan.actions.size(), 1U);
    EXPECT_EQ(plan.actions[0].verb, Verb::update);
    EXPECT_EQ(plan.actions[0].key, file("/f"));
    EXPECT_EQ(plan.actions[0].before, Resource(found));
    EXPECT_EQ(plan.actions[0].after, Resource(wanted));
}

TEST(Plan, OfARemovalCarriesWhatIsThere) {
    const File found{"old", "", 0, 0, 0640};
    const auto plan =
        make_plan({}, {{file("/f"), pending}, {file("/g"), "made"}}, {{file("/f"), found}});
    ASSERT_EQ(plan.actions.size(), 2U);
    EXPECT_EQ(plan.actions[0].before, Resource(found));
    EXPECT_EQ(plan.actions[0].after, std::nullopt);
    EXPECT_EQ(plan.actions[1].verb, Verb::forget);
    EXPECT_EQ(plan.actions[1].before, std::nullopt);
}

TEST(Plan, ClearsAwayWhatAKilledWriteHasStaged) {
    const auto plan = make_plan({}, {{file("/f"), pending}}, {});
    ASSERT_EQ(plan.actions.size(), 1U);
    EXPECT_EQ(plan.actions[0].verb, Verb::remove);
    EXPECT_EQ(plan.actions[0].before, std::nullopt);
}

TEST(Plan, NamesTheMembersOfACircle) {
    // "outside" only leads into the circle.
    const Desired desired = {{file("/1"), {File{}, {file("/3")}}},
                             {file("/2"), {File{}, {file("/1")}}},
                             {file("/3"), {File{}, {file("/2")}}},
                             {file("/0-outside"), {File{}, {file("/1")}}},
                             {file("/9-free"), {File{}, {}}}};
    EXPECT_EQ(circle_of(desired),
              "the needs form a circle: file /1 needs file /3 needs file /2 needs file /1");
}

TEST(Plan, ThatNeedsItselfIsACircle) {
    EXPECT_EQ(circle_of({{file("/1"), {File{}, {file("/1")}}}}),
              "the needs form a circle: file /1 needs file /1");
}

TEST(Plan, AnInputCountsAsANeed) {
    Unit unit;
    unit.inputs = {file("/f")};
    const ResourceKey key{Kind::unit, "u", "a"};
    EXPECT_EQ(circle_of({{key, {unit, {}}}, {file("/f"), {File{}, {key}}}}),
              "the needs form a circle: file /f needs unit u needs file /f");
}

TEST(Plan, ANeedThatIsNamedTwiceIsNoCircle) {
    EXPECT_EQ(
        circle_of({{file("/1"), {File{}, {file("/2"), file("/2")}}}, {file("/2"), {File{}, {}}}}),
        "none");
}

std::vector<std::size_t> batch_sizes(const std::vector<Action>& actions) {
    std::vector<std::size_t> sizes;
    for (const auto& batch : batches({actions, {}})) sizes.push_back(batch.size());
    return sizes;
}

TEST(Batches, KeepPutsOfOneKindTogether) {
    EXPECT_EQ(batch_sizes({}), std::vector<std::size_t>{});
    EXPECT_EQ(batch_sizes({action(Verb::create, file("/1")), action(Verb::update, file("/2")),
                           action(Verb::adopt, file("/3")), action(Verb::restart, file("/4"))}),
              std::vector<std::size_t>{4});
}

TEST(Batches, EndWhereKindClassOrWaveChanges) {
    const ResourceKey unit{Kind::unit, "u", "a"};
    EXPECT_EQ(batch_sizes({action(Verb::create, file("/1"), 1), action(Verb::create, unit, 1),
                           action(Verb::create, unit, 2), action(Verb::remove, unit, 2),
                           action(Verb::forget, unit, 2)}),
              (std::vector<std::size_t>{1, 1, 1, 2}));
}

TEST(Batches, PointIntoThePlanInItsOrder) {
    const Plan plan{{action(Verb::create, file("/1")), action(Verb::create, file("/2"))}, {}};
    const auto result = batches(plan);
    ASSERT_EQ(result.size(), 1U);
    EXPECT_EQ(result[0], (std::vector{&plan.actions[0], &plan.actions[1]}));
}

TEST(Describe, NeedsNoValues) {
    EXPECT_EQ(describe(action(Verb::update, {Kind::unit, "u", "a"})), "update unit u");
    EXPECT_EQ(describe(action(Verb::restart, {Kind::unit, "u", "a"})), "restart unit u");
}

TEST(Verb, HasTheNameOfTheJsonOutput) {
    EXPECT_EQ(to_string(Verb::create), "create");
    EXPECT_EQ(to_string(Verb::update), "update");
    EXPECT_EQ(to_string(Verb::restart), "restart");
    EXPECT_EQ(to_string(Verb::adopt), "adopt");
    EXPECT_EQ(to_string(Verb::remove), "remove");
    EXPECT_EQ(to_string(Verb::forget), "forget");
}

}  // namespace
}  // namespace wpns::plan
