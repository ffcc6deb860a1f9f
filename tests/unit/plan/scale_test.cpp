#include <gtest/gtest.h>

#include <ctime>

#include "plan/plan.hpp"

#if defined(__SANITIZE_ADDRESS__)
constexpr double limit = 10.0;
#else
constexpr double limit = 1.0;
#endif

namespace wpns::plan {
namespace {

/// 45 resources a site, as many as a real one has, in layers that need each other.
void add_site(Desired& desired, const std::string& site) {
    const ResourceKey account{Kind::account, "wp-" + site, site};
    const ResourceKey directory{Kind::directory, "/etc/wpns/rendered/" + site, site};
    const ResourceKey table{Kind::firewall, "inet wpns", ""};
    desired.emplace(account, Wanted{Account{400}, {}});
    desired.emplace(directory, Wanted{Directory{}, {account}});
    std::vector<ResourceKey> files;
    for (int i = 0; i < 30; ++i) {
        files.push_back({Kind::file, directory.id + "/file-" + std::to_string(i), site});
        desired.emplace(files.back(),
                        Wanted{File{std::string(500, 'x'), "", 0, 0, 0644}, {account, directory}});
    }
    for (int i = 0; i < 13; ++i) {
        Unit unit;
        unit.inputs = {files.begin() + 2 * i, files.begin() + 2 * i + 5};
        desired.emplace(
            ResourceKey{Kind::unit, "wpns-" + std::to_string(i) + "@" + site + ".service", site},
            Wanted{unit, {table}});
    }
}

Desired wishes(int sites) {
    Desired desired;
    desired.emplace(ResourceKey{Kind::firewall, "inet wpns", ""}, Wanted{FirewallTable{}, {}});
    for (int i = 0; i < sites; ++i) add_site(desired, "customer-" + std::to_string(i));
    return desired;
}

double seconds(const auto& step) {
    const auto start = std::clock();
    step();
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

class PlanScale : public testing::Test {
  protected:
    void expect_quick(const Desired& wanted, const Recorded& known, const Observed& there,
                      std::size_t actions) {
        Plan plan;
        const double time = seconds([&] { plan = make_plan(wanted, known, there); });
        EXPECT_EQ(plan.actions.size(), actions);
        EXPECT_LT(time, limit);
        RecordProperty("seconds", std::to_string(time));
    }

    static constexpr std::size_t count = 45'001;
    Desired desired = wishes(1000);
    Recorded recorded;
    Observed observed;

    void settle() {
        for (const auto& [key, wanted] : desired) {
            recorded.emplace(key, digest_of(key, wanted.value));
            observed.emplace(key, wanted.value);
        }
    }
};

TEST_F(PlanScale, AThousandNewSites) {
    expect_quick(desired, {}, {}, count);
}

TEST_F(PlanScale, AThousandSettledSites) {
    settle();
    expect_quick(desired, recorded, observed, 0);
}

TEST_F(PlanScale, AThousandLeavingSites) {
    settle();
    expect_quick({}, recorded, observed, count);
}

}  // namespace
}  // namespace wpns::plan
