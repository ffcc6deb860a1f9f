#include <gtest/gtest.h>

#include "apply/archive.hpp"
#include "cli/planning.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "fakes/verbs.hpp"
#include "model/registry_text.hpp"

namespace wpns {
namespace {

constexpr const char* data = "/var/lib/wpns/sites/site-a";
constexpr const char* archives = "/var/lib/wpns/archive";
constexpr const char* post = "/var/lib/wpns/sites/site-a/www/wp-content/post";

/// A host with two sites, one of which has content.
class Archives : public fakes::Verbs {
  protected:
    void SetUp() override {
        put("/etc/wpns/sites.d/site-a.toml", "domain = \"a.example\"\n");
        put("/etc/wpns/sites.d/site-b.toml", "domain = \"b.example\"\n");
        ASSERT_EQ(sync(), cli::done);
        put(post, "hello");
        before_ = registry().sites.at(*SiteName::parse("site-a")).allocation;
    }

    int remove(const char* site = "site-a", bool purge = false) {
        return quietly([&] { return cli::cmd_remove(globals_, fake_.host, {site, purge, true}); });
    }
    int restore(const std::string& name) {
        return quietly([&] {
            return cli::cmd_archive_restore(globals_, fake_.host, {name, false});
        });
    }
    int purge(const std::string& name) {
        return quietly([&] { return cli::cmd_archive_purge(globals_, fake_.host, {name, true}); });
    }
    Registry registry() {
        return *parse_registry(fake_.files.files.at("/var/lib/wpns/registry.toml").content);
    }
    std::string only_archive() {
        const auto names = fake_.files.list(archives);
        return names.size() == 1 ? names.front() : std::to_string(names.size()) + " archives";
    }
    bool nothing_to_do() {
        cli::Session session(globals_, fake_.host);
        const auto planned = cli::make_plan(session, {});
        return planned.plan.actions.empty() && planned.orphans.empty() &&
               planned.site_errors.empty();
    }
    void expect_site_a_back() {
        const auto now = registry();
        ASSERT_TRUE(now.sites.contains(*SiteName::parse("site-a")));
        EXPECT_EQ(now.sites.at(*SiteName::parse("site-a")).allocation, before_);
        EXPECT_TRUE(now.tombstones.empty());
        EXPECT_EQ(fake_.files.files.at(post).content, "hello");
        EXPECT_EQ(fake_.files.files.at("/etc/wpns/sites.d/site-a.toml").content,
                  "domain = \"a.example\"\n");
        EXPECT_EQ(fake_.accounts.accounts.at("wp-site-a").uid, before_.uid);
        EXPECT_TRUE(nothing_to_do());
    }

    Allocation before_;
};

TEST_F(Archives, ARemovedSiteComesBackAsItWas) {
    fake_.process.database_runs.clear();
    ASSERT_EQ(remove(), cli::done);
    EXPECT_FALSE(fake_.files.files.contains(post));
    ASSERT_EQ(restore(only_archive()), cli::done) << error_;
    expect_site_a_back();
    EXPECT_TRUE(fake_.process.database_runs.empty()) << "a database was initialised again";
    EXPECT_TRUE(fake_.files.list(archives).empty());
    EXPECT_TRUE(fake_.files.list("/var/lib/wpns/journal").empty());
}

TEST_F(Archives, TheListNamesThem) {
    ASSERT_EQ(remove(), cli::done);
    cli::Globals json = globals_;
    json.json = true;
    ASSERT_EQ(quietly([&] { return cli::cmd_archive_list(json, fake_.host); }), cli::done);
    for (const char* part : {"\"site\": \"site-a\"", "\"kind\": \"removed\"", archives})
        EXPECT_NE(printed_.find(part), std::string::npos) << part << " in " << printed_;
}

TEST_F(Archives, PurgeLeavesNothingAndFreesTheNumbers) {
    ASSERT_EQ(remove(), cli::done);
    EXPECT_EQ(registry().tombstones.size(), 1U);
    ASSERT_EQ(purge(only_archive()), cli::done) << error_;
    EXPECT_TRUE(fake_.files.list(archives).empty());
    EXPECT_TRUE(registry().tombstones.empty());
}

TEST_F(Archives, ASiteThatIsThereIsNotReplaced) {
    ASSERT_EQ(remove(), cli::done);
    const auto archive = only_archive();
    put("/etc/wpns/sites.d/site-a.toml", "domain = \"new.example\"\n");
    ASSERT_EQ(sync(), cli::done);
    EXPECT_EQ(restore(archive), cli::failed);
    EXPECT_NE(error_.find("site-a"), std::string::npos);
    EXPECT_EQ(only_archive(), archive);
    EXPECT_TRUE(nothing_to_do());
}

TEST_F(Archives, ADomainThatAnotherSiteTookIsRefused) {
    ASSERT_EQ(remove(), cli::done);
    put("/etc/wpns/sites.d/site-b.toml", "domain = \"b.example\"\naliases = [\"a.example\"]\n");
    EXPECT_EQ(restore(only_archive()), cli::failed);
    EXPECT_NE(error_.find("a.example"), std::string::npos) << error_;
    EXPECT_FALSE(registry().sites.contains(*SiteName::parse("site-a")));
}

TEST_F(Archives, ADamagedRecordIsRefused) {
    ASSERT_EQ(remove(), cli::done);
    const auto archive = only_archive();
    auto& record = fake_.files.files.at(std::string(archives) + "/" + archive + "/record.toml");
    record.content.back() = 'x';
    EXPECT_EQ(restore(archive), cli::failed);
    EXPECT_NE(error_.find("checksum"), std::string::npos) << error_;
    EXPECT_TRUE(fake_.files.directories.contains(std::string(archives) + "/" + archive));
}

TEST_F(Archives, ASubnetThatAnotherSiteTookIsReplaced) {
    ASSERT_EQ(remove(), cli::done);
    put("/etc/wpns/sites.d/site-c.toml", "domain = \"c.example\"\n");
    ASSERT_EQ(sync(), cli::done);
    ASSERT_EQ(restore(only_archive()), cli::done) << error_;
    const auto now = registry();
    const auto& given = now.sites.at(*SiteName::parse("site-a")).allocation;
    EXPECT_EQ(given.uid, before_.uid);
    EXPECT_EQ(given.seed, before_.seed);
    EXPECT_NE(given.subnet, before_.subnet);
    EXPECT_TRUE(nothing_to_do());
}

TEST_F(Archives, NamesAreNoPaths) {
    for (const char* name : {"", "..", "../sites/site-b", "/etc", "site-a"}) {
        EXPECT_EQ(purge(name), cli::failed) << name;
        EXPECT_EQ(restore(name), cli::failed) << name;
    }
    EXPECT_TRUE(nothing_to_do());
}

/// Fails at every change until a run passes untouched; after each, the site is either still in its
/// archive or one sync brings it back, with all it had.
TEST_F(Archives, ARestoreThatFailsAnywhereIsNeverBetween) {
    ASSERT_EQ(remove(), cli::done);
    const fakes::FakeHost* const host = &fake_;
    unsigned step = 1;
    for (bool passed = false; !passed; ++step) {
        const auto archive = only_archive();
        fake_.fail_at(step);
        passed = restore(archive) == cli::done && host->faults.changes < step;
        fake_.fail_at(0);
        ASSERT_EQ(sync(), cli::done) << step << ": " << error_;
        if (!fake_.files.list(archives).empty()) {
            ASSERT_FALSE(fake_.files.directories.contains(data)) << step;
            continue;
        }
        expect_site_a_back();
        ASSERT_FALSE(HasFatalFailure() || HasNonfatalFailure()) << step;
        if (!passed) {
            ASSERT_EQ(remove(), cli::done) << step;
        }
    }
    EXPECT_GT(step, 30U);
}

/// The same for a purge: what is left is a purge away from nothing, and never comes back half.
TEST_F(Archives, APurgeThatFailsAnywhereIsFinishedByTheNext) {
    const fakes::FakeHost* const host = &fake_;
    unsigned step = 1;
    for (bool passed = false; !passed; ++step) {
        ASSERT_EQ(remove(), cli::done);
        const auto archive = only_archive();
        fake_.fail_at(step);
        passed = purge(archive) == cli::done && host->faults.changes < step;
        const unsigned changes = host->faults.changes;
        fake_.fail_at(0);
        // The first change sweeps the journal, the second one marks the archive.
        if (!passed && changes > 2 && !fake_.files.list(archives).empty()) {
            ASSERT_EQ(restore(archive), cli::failed) << step;
        }
        if (!passed) {
            ASSERT_EQ(purge(archive), cli::done) << step << error_;
        }
        ASSERT_TRUE(fake_.files.list(archives).empty()) << step;
        ASSERT_TRUE(registry().tombstones.empty()) << step;
        put("/etc/wpns/sites.d/site-a.toml", "domain = \"a.example\"\n");
        ASSERT_EQ(sync(), cli::done) << step;
    }
    EXPECT_GT(step, 6U);
}

TEST_F(Archives, NoTwoHaveTheSameNameInAnyDirectory) {
    const auto site = *SiteName::parse("site-a");
    const std::vector<std::string> directories = {archives, "/var/lib/wpns/backups"};
    const auto first = apply::unused_name(fake_.files, directories, site);
    fake_.files.make_directory(directories.back() + "/" + first.str(), {});
    EXPECT_NE(apply::unused_name(fake_.files, directories, site), first);
}

}  // namespace
}  // namespace wpns
