#include "verify/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "verify/mounts.hpp"
#include "verify/walls.hpp"

namespace wpns::verify {
namespace {

constexpr Wall wall{"means", "remedy"};

TEST(VerifyTable, EachIdIsUniqueForEachWhoAndHasAnExplanation) {
    std::set<std::pair<std::string, Who>> seen;
    for (const auto& probe : table()) {
        EXPECT_FALSE(probe.who.empty()) << probe.id;
        EXPECT_NE(std::string(probe.name), "") << probe.id;
        EXPECT_NE(std::string(probe.expected), "") << probe.id;
        ASSERT_NE(probe.wall, nullptr) << probe.id;
        EXPECT_GT(std::string(probe.wall->means).size(), 20U) << probe.id;
        EXPECT_GT(std::string(probe.wall->remedy).size(), 8U) << probe.id;
        for (const Who who : probe.who)
            EXPECT_TRUE(seen.emplace(probe.id, who).second) << probe.id << " " << to_string(who);
    }
    EXPECT_GT(seen.size(), 300U);
}

TEST(VerifyTable, TheRunningPhpIsAskedAllThatTheUnitOfPhpIsAsked) {
    const auto asks = [](const Probe& probe, Who who) {
        return std::ranges::find(probe.who, who) != probe.who.end();
    };
    for (const auto& probe : table())
        EXPECT_EQ(asks(probe, Who::fpm), asks(probe, Who::php)) << probe.id;
}

/// Other errors come from beyond it: the packet went out.
TEST(VerifyTable, WhatTheFirewallRefusesHasTheFirewallsOwnError) {
    for (const auto& probe : table()) {
        if (std::string(probe.request).substr(0, 4) != "tcp " || probe.wall == nullptr) continue;
        if (std::ranges::find(probe.who, Who::firewall) == probe.who.end()) continue;
        if (std::string(probe.id) == "N11a") continue;  // IPv6, which is not there at all
        if (probe.control == Control::works) continue;  // what it is to let through
        EXPECT_STREQ(probe.expected, "ECONNREFUSED") << probe.id;
    }
}

TEST(VerifyTable, AProbeThatMustNotWorkDoesNotExpectSuccess) {
    for (const auto& probe : table()) {
        const bool positive = probe.control == Control::works || probe.control == Control::alike;
        if (positive || std::string(probe.expected) == "!") continue;
        for (const char* success : {"ok", "connected", "answered", "could not run", "silent|ok"})
            EXPECT_FALSE(as_expected(probe.expected, success, {})) << probe.id << " " << success;
    }
}

TEST(VerifyExpand, ARowIsAskedOnceForEachValueAndNotAtAllWithoutOne) {
    const std::vector<Probe> rows = {
        {"X1", {Who::php}, "peer", "tcp {peer} {port}", "EPERM", Control::none, &wall},
        {"X2", {Who::php, Who::web}, "none", "read {missing}", "ENOENT", Control::none, &wall}};
    const auto checks = expand(rows, {{"peer", {"10.0.0.2", "10.0.0.6"}}, {"port", {"80"}}});
    ASSERT_EQ(checks.size(), 2U);
    EXPECT_EQ(checks[0].request, "tcp 10.0.0.2 80");
    EXPECT_EQ(checks[1].request, "tcp 10.0.0.6 80");
    EXPECT_EQ(checks[1].name, "peer (10.0.0.6)");
    EXPECT_EQ(requests(checks, Who::php), "0 tcp 10.0.0.2 80\n1 tcp 10.0.0.6 80\n");
    EXPECT_EQ(requests(checks, Who::web), "");
}

std::vector<Check> two_checks() {
    return expand({{"X1", {Who::php}, "a", "call a", "EPERM", Control::none, &wall},
                   {"X2", {Who::php}, "b", "call b", "EPERM", Control::none, &wall}},
                  {});
}

TEST(VerifyJudge, WhatCouldNotRunIsNotPassed) {
    auto checks = two_checks();
    take_answers(checks, Who::php, "0\tEPERM\n7\tEPERM\nnonsense\n", "status 225");
    judge(checks, {});
    EXPECT_TRUE(checks[0].passed);
    EXPECT_FALSE(checks[1].passed);
    EXPECT_EQ(checks[1].got, "could not run: status 225");
}

TEST(VerifyJudge, WithoutItsControlAProbeIsNotPassed) {
    auto checks = two_checks();
    take_answers(checks, Who::php, "0\tEPERM\n1\tEPERM\n", "");
    checks[1].control_held = false;
    judge(checks, {});
    EXPECT_TRUE(checks[0].passed);
    EXPECT_FALSE(checks[1].passed);
}

TEST(VerifyJudge, AnswersOfOneWhoAreNotTakenForAnothers) {
    auto checks = two_checks();
    take_answers(checks, Who::web, "0\tEPERM\n", "");
    EXPECT_EQ(checks[0].got, "");
}

TEST(VerifyExpected, Choices) {
    struct Case {
        const char* expected;
        const char* got;
        bool passed;
    };
    const std::set<std::string> foreign = {"sites/site-b", "wp-site-b", "@site-b"};
    for (const auto& [expected, got, passed] : {
             Case{"EPERM|EACCES", "EACCES", true},
             Case{"EPERM|EACCES", "EACCE", false},
             Case{"EPERM|EACCES", "EPERM|EACCES", false},
             Case{"EPERM", "", false},
             Case{"~a,b", "a", true},
             Case{"~a,b", "b,a", true},
             Case{"~a,b", "empty", true},
             Case{"~a,b", "a,c", false},
             Case{"~a,b", "EACCES", false},
             Case{"!", "/var/lib/wpns/sites/site-a/www", true},
             Case{"!", "/var/lib/wpns/sites/site-b/www", false},
             Case{"!", "/var/lib/wpns/sites/site-bc/www", true},
             Case{"!", "wp-site-b:x:402", false},
             Case{"!", "could not run: no answer", false},
             Case{"!", "EACCES", false},
         })
        EXPECT_EQ(as_expected(expected, got, foreign), passed) << expected << " " << got;
}

TEST(VerifyWalls, WhatAServiceRunsIsNoWall) {
    const auto walls = walls_of(
        "[Unit]\nRequires=x.service\n[Service]\nType=notify\nExecStart=/bin/x\nUser=wp-a\n"
        "NoNewPrivileges=yes\nRestart=always\nNoExecPaths=/tmp\n[Service]\nNoNewPrivileges=no\n");
    ASSERT_TRUE(walls.has_value());
    EXPECT_EQ(*walls,
              "[Service]\nUser=wp-a\nNoNewPrivileges=yes\nNoExecPaths=/tmp\nNoNewPrivileges=no\n");
    EXPECT_FALSE(walls_of("no unit").has_value());
}

TEST(VerifyMounts, OnlyWhatMakesADifferenceCounts) {
    const std::string one =
        "1 0 0:1 /usr/share/wpns/sandbox / ro,nosuid shared:5 - ext4 /dev/a rw\n"
        "2 1 0:1 /tmp/systemd-private-abc/tmp /tmp rw,nosuid,noexec - ext4 /dev/a rw\n"
        "3 1 0:2 /systemd/notify /run/systemd/notify ro - tmpfs tmpfs rw\n";
    const std::string same =
        "9 8 0:1 /usr/share/wpns/sandbox / ro,nosuid - ext4 /dev/a rw\n"
        "8 9 0:1 /tmp/systemd-private-xyz/tmp /tmp rw,nosuid,noexec - ext4 /dev/a rw\n";
    EXPECT_EQ(difference_of_mounts(one, same), "same");
    EXPECT_NE(difference_of_mounts(one, same + "7 9 0:1 /etc /etc ro - ext4 /dev/a rw\n"), "same");
    std::string writable = same;
    writable.replace(writable.find("ro,nosuid"), 2, "rw");
    EXPECT_EQ(difference_of_mounts(one, writable).substr(0, 3), "/: ");
    EXPECT_TRUE(difference_of_mounts("", same).starts_with("could not run"));
}

TEST(VerifyRights, AreThoseOfTheStatusFile) {
    const std::string status =
        "Name:\tphp\nCapInh:\t0\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t1\nCapAmb:\t0\nNoNewPrivs:\t1\n"
        "Seccomp:\t2\nSeccomp_filters:\t39\n";
    EXPECT_EQ(rights_in(status),
              "CapInh=0,CapPrm=0,CapEff=0,CapBnd=1,CapAmb=0,NoNewPrivs=1,"
              "Seccomp=2");
    EXPECT_EQ(filters_in(status), "39");
}

}  // namespace
}  // namespace wpns::verify
