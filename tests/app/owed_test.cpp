#include "apply/owed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apply/crowd.hpp"
#include "base/error.hpp"
#include "cli/execution.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"
#include "fakes/fake_host.hpp"
#include "fakes/shipped.hpp"

namespace wpns {
namespace {

/// One more site than are awake at once, all new and all such that may be parked: "site-10" to
/// "site-26", of which all but the first four wait for their first visitors.
class Owing : public testing::Test {
  protected:
    static constexpr std::size_t many = apply::sites_a_turn + 1;

    void SetUp() override {
        fakes::install_templates(fake_.files);
        for (std::size_t n = 0; n < many; ++n) put_site(name(n));
        fake_.units.services["wpns-install@"] = [&](const std::string& site) {
            apply::pay(fake_.host, *SiteName::parse(site));
        };
    }

    static std::string name(std::size_t n) { return "site-" + std::to_string(10 + n); }
    void put_site(const std::string& site) {
        File file;
        file.content = "domain = \"" + site + ".example\"\n[idle]\nafter = \"15m\"\n";
        fake_.files.write("/etc/wpns/sites.d/" + site + ".toml", file);
    }
    int sync() { return cli::cmd_sync(globals_, fake_.host, {}); }
    std::vector<std::string> plan() {
        cli::Session session(globals_, fake_.host);
        std::vector<std::string> lines;
        for (const auto& action : cli::make_plan(session, {}).plan.actions)
            lines.push_back(plan::describe(action));
        return lines;
    }
    [[nodiscard]] bool has(const std::string& path) const {
        return fake_.files.files.contains(path);
    }
    [[nodiscard]] bool is_owed(const std::string& site) const {
        return has("/var/lib/wpns/owed/" + site);
    }
    [[nodiscard]] bool is_installed(const std::string& site) const {
        return has("/var/lib/wpns/sites/" + site + "/wordpress.installed");
    }
    [[nodiscard]] std::size_t shown(const std::string& site) const {
        return fake_.web.asked.count("/run/wpns/" + site + "/http.sock");
    }

    fakes::FakeHost fake_;
    cli::Globals globals_;
    const std::string last_ = name(many - 1);
};

TEST_F(Owing, OfACrowdSomeShowTheirFirstPagesWhileTheirDatabasesAreAwake) {
    ASSERT_EQ(sync(), cli::done);
    for (std::size_t n = 0; n < many; ++n) {
        const bool woken = n < apply::proofs;
        EXPECT_EQ(shown(name(n)), woken ? 1 : 0) << n;
        EXPECT_EQ(is_installed(name(n)), woken) << n;
        EXPECT_EQ(is_owed(name(n)), !woken) << n;
        EXPECT_EQ(fake_.web.asked.count("knows " + name(n) + ".example"), 1) << n;
        EXPECT_EQ(fake_.web.asked.count(name(n) + ".example"), 0) << n;
    }
    EXPECT_EQ(plan(), std::vector<std::string>{});
}

TEST_F(Owing, PortsOfACrowdAreOpenedBehindIt) {
    const auto is_open = [&](const std::string& site) {
        const auto found = fake_.units.states.find("wpns-mysqld-tcp@" + site + ".socket");
        return found != fake_.units.states.end() && found->second.active == "active";
    };
    ASSERT_EQ(sync(), cli::done);
    EXPECT_FALSE(is_open(last_));
    ASSERT_EQ(cli::cmd_idle(globals_, fake_.host), cli::done);
    for (std::size_t n = 0; n < many; ++n) EXPECT_TRUE(is_open(name(n))) << n;
    EXPECT_EQ(plan(), std::vector<std::string>{});
}

TEST_F(Owing, WhatIsOwedHoldsNoPasswordAndIsRootsAlone) {
    ASSERT_EQ(sync(), cli::done);
    const File& file = fake_.files.files.at("/var/lib/wpns/owed/" + last_);
    EXPECT_EQ(file.mode, 0600U);
    EXPECT_EQ(file.uid, 0U);
    const auto owed = nlohmann::json::parse(file.content);
    EXPECT_EQ(owed["marker"], "/var/lib/wpns/sites/" + last_ + "/wordpress.installed");
    const auto request = nlohmann::json::parse(owed["request"].get<std::string>());
    EXPECT_FALSE(request.contains("password"));
    EXPECT_FALSE(request["set_password"].get<bool>());
    EXPECT_TRUE(request["password_hash"].get<std::string>().starts_with("$2y$"));
    EXPECT_EQ(request["url"], "http://" + last_ + ".example");
}

TEST_F(Owing, WhereAFirstPageFailsNothingIsPutOff) {
    fake_.process.installer_works = false;
    EXPECT_EQ(sync(), cli::failed);
    EXPECT_FALSE(is_owed(last_));
    fake_.process.installer_works = true;
    EXPECT_EQ(sync(), cli::done);
    EXPECT_EQ(plan(), std::vector<std::string>{});
}

TEST_F(Owing, TheFirstVisitInstalls) {
    ASSERT_EQ(sync(), cli::done);
    ASSERT_EQ(cli::cmd_install(fake_.host, last_), cli::done);
    EXPECT_TRUE(is_installed(last_));
    EXPECT_FALSE(is_owed(last_));
    EXPECT_EQ(plan(), std::vector<std::string>{});
    EXPECT_EQ(cli::cmd_install(fake_.host, last_), cli::done);
}

TEST_F(Owing, WhatFailsIsOwedStill) {
    ASSERT_EQ(sync(), cli::done);
    fake_.process.installer_works = false;
    EXPECT_THROW((void)cli::cmd_install(fake_.host, last_), Error);
    EXPECT_TRUE(is_owed(last_));
    EXPECT_FALSE(is_installed(last_));
    fake_.process.installer_works = true;
    EXPECT_EQ(cli::cmd_install(fake_.host, last_), cli::done);
    EXPECT_TRUE(is_installed(last_));
}

TEST_F(Owing, WhoeverNeedsTheContentHasItInstalled) {
    ASSERT_EQ(sync(), cli::done);
    ASSERT_EQ(cli::cmd_backup(globals_, fake_.host, {.name = last_, .to = {}}), cli::done);
    EXPECT_TRUE(is_installed(last_));
    EXPECT_FALSE(is_owed(last_));
}

TEST_F(Owing, NoBackupIsMadeOfWhatCouldNotBeInstalled) {
    ASSERT_EQ(sync(), cli::done);
    fake_.units.services["wpns-install@"] = [](const std::string&) {
        throw Error(ErrorKind::failed, "it failed");
    };
    try {
        (void)cli::cmd_backup(globals_, fake_.host, {.name = last_, .to = {}});
        FAIL() << "a backup of a site without content";
    } catch (const Error& error) {
        EXPECT_NE(error.message().find("it failed"), std::string::npos) << error.message();
    }
}

TEST_F(Owing, ARemovedSiteIsOwedNothing) {
    ASSERT_EQ(sync(), cli::done);
    ASSERT_EQ(cli::cmd_remove(globals_, fake_.host, {.name = last_, .yes = true}), cli::done);
    EXPECT_FALSE(is_owed(last_));
    put_site(last_);
    ASSERT_EQ(sync(), cli::done);
    EXPECT_TRUE(is_installed(last_));
}

/// Its database went with somebody who deleted the data by hand.
TEST_F(Owing, ADatabaseThatIsMadeAnewIsInstalledAtOnce) {
    ASSERT_EQ(sync(), cli::done);
    const std::string own = "/var/lib/wpns/sites/" + last_;
    std::erase_if(fake_.files.directories,
                  [&](const auto& entry) { return entry.first.starts_with(own); });
    ASSERT_EQ(sync(), cli::done);
    EXPECT_TRUE(is_installed(last_));
    EXPECT_FALSE(is_owed(last_));
}

TEST_F(Owing, WhatIsGoneIsNoticed) {
    ASSERT_EQ(sync(), cli::done);
    fake_.files.files.erase("/var/lib/wpns/owed/" + last_);
    EXPECT_EQ(plan(), std::vector<std::string>{"install wordpress /var/lib/wpns/sites/" + last_ +
                                               "/wordpress.installed"});
}

TEST_F(Owing, ADamagedFileIsNamed) {
    ASSERT_EQ(sync(), cli::done);
    fake_.files.files.at("/var/lib/wpns/owed/" + last_).content = "{";
    try {
        (void)cli::cmd_install(fake_.host, last_);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.message(), "/var/lib/wpns/owed/" + last_ + " is damaged");
    }
}

}  // namespace
}  // namespace wpns
