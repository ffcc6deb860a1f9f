#include <gtest/gtest.h>

#include <algorithm>

#include "case_text.hpp"

namespace wpns::plan {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> case_names() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(WPNS_SOURCE_DIR "/tests/cases/plan"))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

class PlanCase : public testing::TestWithParam<std::string> {};

TEST_P(PlanCase, GivesTheExpectedSentences) {
    const auto folder = fs::path(WPNS_SOURCE_DIR "/tests/cases/plan") / GetParam();
    ASSERT_TRUE(fs::exists(folder / "expected.txt"));
    const auto desired = cases::desired(folder / "desired.txt");
    const auto recorded = cases::recorded(folder / "recorded.txt", desired);
    const auto observed = cases::observed(folder / "observed.txt");
    EXPECT_EQ(cases::text_of(make_plan(desired, recorded, observed)),
              cases::content(folder / "expected.txt"));
}

std::string identifier(std::string name) {
    std::ranges::replace(name, '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, PlanCase, testing::ValuesIn(case_names()),
                         [](const auto& name) { return identifier(name.param); });

}  // namespace
}  // namespace wpns::plan
