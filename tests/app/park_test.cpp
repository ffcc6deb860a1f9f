#include "apply/park.hpp"

#include <gtest/gtest.h>

#include "cli/execution.hpp"
#include "cli/report.hpp"
#include "cli/site_status.hpp"
#include "cli/verbs.hpp"
#include "fakes/fake_host.hpp"
#include "fakes/shipped.hpp"

namespace wpns {
namespace {

using std::chrono::seconds;

/// A host with two sites that are up: site-a may be parked after 15 minutes, site-b always runs.
class Parking : public testing::Test {
  protected:
    void SetUp() override {
        fakes::install_templates(fake_.files);
        put_site("site-a", "[idle]\nafter = \"15m\"\n");
        put_site("site-b");
        ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    }

    void put_site(const std::string& site, const std::string& more = {}) {
        File file;
        file.content = "domain = \"" + site + ".example\"\n" + more;
        fake_.files.write("/etc/wpns/sites.d/" + site + ".toml", file);
    }
    std::vector<std::string> plan() {
        cli::Session session(globals_, fake_.host);
        std::vector<std::string> lines;
        for (const auto& action : cli::make_plan(session, {}).plan.actions)
            lines.push_back(plan::describe(action) + ": " + action.reason);
        return lines;
    }
    std::string state(const char* site) {
        cli::Session session(globals_, fake_.host);
        return cli::site_statuses(session).at(*SiteName::parse(site)).state;
    }
    [[nodiscard]] bool runs(const std::string& role, const std::string& site) const {
        const auto found = fake_.units.states.find("wpns-" + role + "@" + site + ".service");
        return found != fake_.units.states.end() && found->second.active == "active";
    }
    [[nodiscard]] std::string target_of(const std::string& site) const {
        return fake_.files.files.at("/etc/systemd/system/wpns@" + site + ".target").content;
    }
    [[nodiscard]] std::string vhost_of(const std::string& site) const {
        return fake_.files.files.at("/etc/nginx/wpns.d/" + site + ".conf").content;
    }
    void nobody_since(seconds silence) { fake_.visits.silence[socket_] = silence; }
    std::string& port_of(const std::string& site) {
        return fake_.units.states["wpns-mysqld-tcp@" + site + ".socket"].active;
    }
    int idle() { return cli::cmd_idle(globals_, fake_.host); }
    void add_process(const std::string& unit) {
        host::Witness::Running process;
        process.unit = unit;
        fake_.witness.running.push_back(process);
    }

    fakes::FakeHost fake_;
    cli::Globals globals_;
    const std::string socket_ = "/run/wpns/site-a/http.sock";
};

TEST_F(Parking, AParkedSiteIsNoDriftAndNotDegraded) {
    ASSERT_EQ(cli::cmd_park(globals_, fake_.host, {{"site-a"}}), cli::done);
    for (const char* role : {"mysqld", "php", "web"}) {
        EXPECT_FALSE(runs(role, "site-a")) << role;
        EXPECT_TRUE(runs(role, "site-b")) << role;
    }
    EXPECT_EQ(fake_.units.states.at("wpns-web@site-a.socket").active, "active");
    EXPECT_EQ(plan(), std::vector<std::string>{});
    EXPECT_EQ(state("site-a"), "parked");
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    EXPECT_FALSE(runs("php", "site-a"));
}

TEST_F(Parking, ABootStartsOnlyTheSocketsOfASiteThatMayBeParked) {
    EXPECT_EQ(target_of("site-a").find(".service"), std::string::npos);
    EXPECT_NE(target_of("site-a").find("Wants=wpns-mysqld@site-a.socket"), std::string::npos);
    EXPECT_NE(target_of("site-b").find("Wants=wpns-web@site-b.service"), std::string::npos);
}

TEST_F(Parking, APortThatABootHasLeftOutIsOpenedLater) {
    ASSERT_EQ(cli::cmd_park(globals_, fake_.host, {{"site-a"}}), cli::done);
    EXPECT_EQ(target_of("site-a").find("mysqld-tcp"), std::string::npos);
    port_of("site-a") = "inactive";
    EXPECT_EQ(state("site-a"), "parked");
    EXPECT_EQ(plan(), std::vector<std::string>{});
    EXPECT_EQ(idle(), cli::done);
    EXPECT_EQ(port_of("site-a"), "active");
    EXPECT_FALSE(runs("mysqld", "site-a"));
}

TEST_F(Parking, APortIsNotOpenedWhereNobodyIsWaitedFor) {
    port_of("site-a") = "inactive";
    fake_.units.states.at("wpns-web@site-a.socket").active = "inactive";
    EXPECT_EQ(idle(), cli::done);
    EXPECT_EQ(port_of("site-a"), "inactive") << "somebody has stopped the site";
    fake_.units.states.at("wpns-web@site-a.socket").active = "active";
    port_of("site-a") = "failed";
    EXPECT_EQ(idle(), cli::done);
    EXPECT_EQ(port_of("site-a"), "failed");
    EXPECT_FALSE(plan().empty());
}

TEST_F(Parking, APortOfASiteThatAlwaysRunsIsDriftWhereItIsClosed) {
    port_of("site-b") = "inactive";
    EXPECT_EQ(idle(), cli::done);
    EXPECT_EQ(port_of("site-b"), "inactive");
    EXPECT_FALSE(plan().empty());
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    EXPECT_EQ(port_of("site-b"), "active");
}

TEST_F(Parking, NoConnectionOfTheHostIsKeptOpenToASiteThatMayBeParked) {
    EXPECT_EQ(vhost_of("site-a").find("keepalive"), std::string::npos);
    EXPECT_NE(vhost_of("site-b").find("keepalive 4;"), std::string::npos);
}

TEST_F(Parking, AChangedSettingWakesNobody) {
    ASSERT_EQ(cli::cmd_park(globals_, fake_.host, {{"site-a"}}), cli::done);
    put_site("site-a", "[idle]\nafter = \"15m\"\n[php]\nmax_children = 3\n");
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    EXPECT_FALSE(runs("php", "site-a"));
    EXPECT_EQ(plan(), std::vector<std::string>{});
}

TEST_F(Parking, AChangedSettingRestartsWhatIsAwake) {
    fake_.units.restarted.clear();
    put_site("site-a", "[idle]\nafter = \"15m\"\n[php]\nmax_children = 3\n");
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    EXPECT_EQ(fake_.units.restarted, std::vector<std::string>{"wpns-php@site-a.service"});
}

TEST_F(Parking, ToBeParkedOrNotIsChangedWithoutARestart) {
    fake_.units.restarted.clear();
    put_site("site-a");
    put_site("site-b", "[idle]\nafter = \"1h\"\n");
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    EXPECT_TRUE(fake_.units.restarted.empty());
    EXPECT_EQ(plan(), std::vector<std::string>{});
}

TEST_F(Parking, AServiceThatFailedIsStarted) {
    fake_.units.states["wpns-php@site-a.service"] = {"loaded", "failed", "failed"};
    EXPECT_EQ(state("site-a"), "degraded");
    EXPECT_EQ(plan(), std::vector<std::string>{
                          "start unit wpns-php@site-a.service: drift: inactive, wanted active"});
}

TEST_F(Parking, AServiceOfASiteThatAlwaysRunsIsStarted) {
    fake_.units.states.erase("wpns-php@site-b.service");
    EXPECT_EQ(plan().size(), 1U);
}

TEST_F(Parking, ASiteThatAlwaysRunsStaysParkedUntilItIsWoken) {
    ASSERT_EQ(cli::cmd_park(globals_, fake_.host, {{"site-b"}}), cli::done);
    EXPECT_EQ(state("site-b"), "parked");
    EXPECT_EQ(plan(), std::vector<std::string>{});
    EXPECT_EQ(target_of("site-b").find(".service"), std::string::npos);
    ASSERT_EQ(cli::cmd_wake(globals_, fake_.host, {{"site-b"}}), cli::done);
    EXPECT_EQ(state("site-b"), "active");
    EXPECT_NE(target_of("site-b").find(".service"), std::string::npos);
    EXPECT_EQ(plan(), std::vector<std::string>{});
}

TEST_F(Parking, ManyNewSitesAreNotAwakeAllAtOnce) {
    constexpr int many = 20;
    for (int i = 0; i < many; ++i)
        put_site("new-" + std::to_string(i), "[idle]\nafter = \"15m\"\n");
    put_site("new-always");
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    for (int i = 0; i < many; ++i)
        for (const char* role : {"mysqld", "php", "web"})
            EXPECT_FALSE(runs(role, "new-" + std::to_string(i))) << role << i;
    EXPECT_TRUE(runs("mysqld", "new-always"));
    EXPECT_TRUE(runs("php", "site-a"));
    EXPECT_EQ(state("new-0"), "parked");
    EXPECT_EQ(plan(), std::vector<std::string>{});
}

TEST_F(Parking, AFewNewSitesAreUpAtOnce) {
    put_site("site-c", "[idle]\nafter = \"15m\"\n");
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    for (const char* role : {"mysqld", "php", "web"}) EXPECT_TRUE(runs(role, "site-c")) << role;
}

TEST_F(Parking, WakingCountsAsAVisit) {
    nobody_since(seconds(10000));
    ASSERT_EQ(cli::cmd_wake(globals_, fake_.host, {{"site-a"}}), cli::done);
    EXPECT_EQ(fake_.visits.marked, std::vector<std::string>{socket_});
    ASSERT_EQ(idle(), cli::done);
    EXPECT_TRUE(runs("web", "site-a"));
}

TEST_F(Parking, OnlyKnownSitesAreParked) {
    EXPECT_THROW((void)cli::cmd_park(globals_, fake_.host, {{"site-a", "site-x"}}), Error);
    EXPECT_TRUE(runs("php", "site-a"));
}

TEST_F(Parking, TheLookGoesBySilence) {
    nobody_since(seconds(899));
    ASSERT_EQ(idle(), cli::done);
    EXPECT_TRUE(runs("php", "site-a"));
    nobody_since(seconds(900));
    ASSERT_EQ(idle(), cli::done);
    EXPECT_EQ(state("site-a"), "parked");
    EXPECT_EQ(state("site-b"), "active");
}

TEST_F(Parking, AnotherLimitIsAChangeThatTakesEffect) {
    put_site("site-a", "[idle]\nafter = \"30s\"\n");
    EXPECT_EQ(plan().size(), 1U);
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    nobody_since(seconds(30));
    ASSERT_EQ(idle(), cli::done);
    EXPECT_EQ(state("site-a"), "parked");
}

TEST_F(Parking, ADatabaseThatATaskHasWokenSleepsAgain) {
    nobody_since(seconds(900));
    ASSERT_EQ(idle(), cli::done);
    fake_.units.states["wpns-mysqld@site-a.service"] = {"loaded", "active", "running"};
    ASSERT_EQ(idle(), cli::done);
    EXPECT_FALSE(runs("mysqld", "site-a"));
}

/// After a boot all sockets are new, as if somebody had come: with the tasks of a thousand sites
/// that would be a thousand databases.
TEST_F(Parking, ADatabaseAloneNeedNotWaitAsLongAsAVisitor) {
    nobody_since(seconds(30));
    for (const char* role : {"web", "php"})
        fake_.units.states["wpns-" + std::string(role) + "@site-a.service"] = {"loaded", "inactive",
                                                                               "dead"};
    add_process("wpns-cron@site-a.service");
    ASSERT_EQ(idle(), cli::done);
    EXPECT_TRUE(runs("mysqld", "site-a")) << "a task needs it";
    fake_.witness.running.clear();
    ASSERT_EQ(idle(), cli::done);
    EXPECT_FALSE(runs("mysqld", "site-a"));
}

TEST_F(Parking, WhoeverIsStillConnectedIsAVisitor) {
    nobody_since(seconds(900));
    fake_.visits.connected = {socket_};
    ASSERT_EQ(idle(), cli::done);
    EXPECT_TRUE(runs("web", "site-a"));
    fake_.visits.connected.clear();
    ASSERT_EQ(idle(), cli::done);
    EXPECT_TRUE(runs("web", "site-a")) << "its time begins when the connection ends";
}

TEST_F(Parking, WorkThatIsDoneForASiteIsNotCutOff) {
    nobody_since(seconds(900));
    add_process("wpns-mysqld@site-a.service");
    add_process("wpns-php@site-a.service");
    add_process("wpns-cron@site-a.service");
    ASSERT_EQ(idle(), cli::done);
    EXPECT_TRUE(runs("mysqld", "site-a")) << "a task";
    fake_.witness.running.back().unit = "wpns-php@site-a.service";
    ASSERT_EQ(idle(), cli::done);
    EXPECT_TRUE(runs("php", "site-a")) << "a worker of PHP";
    fake_.witness.running.pop_back();
    ASSERT_EQ(idle(), cli::done);
    EXPECT_FALSE(runs("php", "site-a"));
}

TEST_F(Parking, TheTimerRunsAsLongAsASiteMayBeParked) {
    EXPECT_TRUE(fake_.units.enabled_units.contains("wpns-idle.timer"));
    put_site("site-a");
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    EXPECT_FALSE(fake_.units.enabled_units.contains("wpns-idle.timer"));
}

TEST_F(Parking, AFewNewSitesAreAskedForTheirFirstPagesByTheHostsNginx) {
    put_site("new-1", "[idle]\nafter = \"15m\"\n");
    fake_.web.asked.clear();
    ASSERT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
    EXPECT_EQ(fake_.web.asked,
              (std::multiset<std::string>{"new-1.example", "php at /run/wpns/new-1/php.sock"}));
}

}  // namespace
}  // namespace wpns
