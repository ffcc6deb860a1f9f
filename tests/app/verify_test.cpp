#include <gtest/gtest.h>

#include <algorithm>

#include "cli/verify_report.hpp"
#include "cli/verify_site.hpp"
#include "fakes/fake_host.hpp"

namespace wpns {
namespace {

using verify::Who;

/// A host whose registry knows one site, with probes that never answer.
class VerifySite : public testing::Test {
  protected:
    void SetUp() override {
        File file;
        file.content = "domain = \"site-a.example\"\n";
        fake_.files.write("/etc/wpns/sites.d/site-a.toml", file);
        fake_.files.write("/usr/share/wpns/templates/hosts", {});
    }

    std::vector<verify::Check> run() {
        cli::Session session(globals_, fake_.host);
        SiteRecord record;
        record.allocation.subnet = *Cidr::parse("10.10.1.0/30");
        record.allocation.uid = 400;
        record.allocation.db_uid = 401;
        session.registry().sites[name_] = record;
        fake_.files.sysctls["net.ipv4.conf.veth0-site-a.route_localnet"] = "0";
        fake_.files.sysctls["net.ipv4.conf.veth0-site-a.accept_local"] = "0";
        return cli::verify_site(session, name_, {}, fake_.witness.listen());
    }
    static const verify::Check& find(const std::vector<verify::Check>& checks, const char* id) {
        return *std::ranges::find(checks, id, &verify::Check::id);
    }

    fakes::FakeHost fake_;
    cli::Globals globals_;
    const SiteName name_ = *SiteName::parse("site-a");
};

TEST_F(VerifySite, NoProbePassesWhereNoneCouldRun) {
    for (const auto& check : run()) {
        if (check.who == Who::host) continue;
        EXPECT_FALSE(check.passed) << check.id;
        EXPECT_TRUE(check.got.starts_with("could not run: ")) << check.id << " " << check.got;
    }
}

TEST_F(VerifySite, AResolverThatDoesNotAnswerTheHostIsNotAsked) {
    for (const auto& check : run()) EXPECT_NE(check.id, "N17");
    ASSERT_FALSE(fake_.facts.facts.resolvers.empty());
}

TEST_F(VerifySite, WhereTheHostHasNoRouteThereIsNothingToProbe) {
    const auto asked = [](const std::vector<verify::Check>& checks, const char* id) {
        return std::ranges::any_of(checks, [&](const auto& check) { return check.id == id; });
    };
    EXPECT_TRUE(asked(run(), "N09") && asked(run(), "N10") && asked(run(), "N18"));
    fake_.witness.has_routes = false;
    EXPECT_FALSE(asked(run(), "N09") || asked(run(), "N10") || asked(run(), "N18"));
    EXPECT_TRUE(asked(run(), "N03"));
}

TEST_F(VerifySite, AProcessOfRootIsFound) {
    fake_.witness.running = {{.pid = 7,
                              .unit = "wpns-php@site-a.service",
                              .uids = {400, 400, 400, 400},
                              .namespaces = {{"net", 2}, {"mnt", 9}, {"ipc", 9}},
                              .status = {},
                              .mounts = {}}};
    EXPECT_TRUE(find(run(), "O01").passed);
    EXPECT_TRUE(find(run(), "O02").passed);
    fake_.witness.running[0].uids[2] = 0;
    EXPECT_EQ(find(run(), "O01").got, "process 7 of wpns-php@site-a.service as 0");
    EXPECT_FALSE(find(run(), "O01").passed);
}

TEST_F(VerifySite, AProcessOnTheHostsNetworkIsFound) {
    fake_.witness.running = {{.pid = 7,
                              .unit = "wpns-web@site-a.service",
                              .uids = {400},
                              .namespaces = {{"net", 3}, {"mnt", 9}, {"ipc", 9}},
                              .status = {},
                              .mounts = {}}};
    EXPECT_TRUE(find(run(), "O02").passed);
    fake_.witness.running[0].namespaces["net"] = 1;
    EXPECT_FALSE(find(run(), "O02").passed);
    EXPECT_FALSE(find(run(), "O13").passed);
}

TEST_F(VerifySite, ALingerFileIsFound) {
    EXPECT_TRUE(find(run(), "O08").passed);
    fake_.witness.paths = {"/var/lib/systemd/linger/wp-site-a-db"};
    EXPECT_EQ(find(run(), "O08").got, "/var/lib/systemd/linger/wp-site-a-db");
    EXPECT_FALSE(find(run(), "O08").passed);
}

TEST_F(VerifySite, TheResultIsRootsAndCanBeReadAgain) {
    const auto checks = run();
    EXPECT_FALSE(cli::load_verified(fake_.host, name_));
    cli::save_verified(fake_.host, name_, checks);
    EXPECT_EQ(fake_.files.files.at("/var/lib/wpns/verify/site-a.json").mode, 0600U);
    const auto verified = cli::load_verified(fake_.host, name_);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->probes, checks.size());
    EXPECT_EQ(verified->passed, cli::passed_of(checks));
    fake_.files.files.at("/var/lib/wpns/verify/site-a.json").content = "{\"time\": 1}";
    EXPECT_FALSE(cli::load_verified(fake_.host, name_));
}

}  // namespace
}  // namespace wpns
