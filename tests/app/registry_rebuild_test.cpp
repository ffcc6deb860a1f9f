#include <gtest/gtest.h>

#include "apply/registry_file.hpp"
#include "cli/execution.hpp"
#include "cli/planning.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"
#include "fakes/fake_host.hpp"
#include "fakes/shipped.hpp"
#include "model/given.hpp"
#include "model/registry_text.hpp"

namespace wpns {
namespace {

/// A host with two sites, whose registry is then damaged.
class RegistryRebuild : public testing::Test {
  protected:
    void SetUp() override {
        fakes::install_templates(fake_.files);
        for (const std::string site : {"site-a", "site-b"})
            put("/etc/wpns/sites.d/" + site + ".toml", "domain = \"" + site + ".example\"\n");
        sync();
        sync();
        before_ = registry();
    }

    void put(const std::string& path, std::string content) {
        File file;
        file.content = std::move(content);
        fake_.files.write(path, file);
    }
    void sync() {
        cli::Session session(globals_, fake_.host);
        const auto planned = cli::make_plan(session, {});
        for (const auto& [site, outcome] : cli::execute(session, planned, {}, {}))
            for (const auto& error : outcome.errors) ADD_FAILURE() << error;
    }
    bool nothing_to_do() {
        cli::Session session(globals_, fake_.host);
        return cli::make_plan(session, {}).plan.actions.empty();
    }
    Registry registry() { return *parse_registry(fake_.files.files.at(path_).content); }
    int rebuild(bool write) {
        return cli::cmd_registry_rebuild(globals_, fake_.host, {.write = write, .yes = true});
    }
    void expect_the_same_sites() {
        const auto after = registry();
        ASSERT_EQ(after.sites.size(), before_.sites.size());
        for (const auto& [name, record] : before_.sites) {
            EXPECT_EQ(after.sites.at(name).allocation, record.allocation) << name.str();
            EXPECT_EQ(after.sites.at(name).domain, record.domain);
        }
    }

    const std::string path_ = apply::RegistryFile::path();
    cli::Globals globals_;
    fakes::FakeHost fake_;
    Registry before_;
};

TEST_F(RegistryRebuild, OfAWholeOneChangesNothing) {
    const auto files = fake_.files.files;
    EXPECT_EQ(rebuild(true), cli::done);
    EXPECT_EQ(fake_.files.files, files);
}

TEST_F(RegistryRebuild, OnlyProposesUntilItIsToldToWrite) {
    put(path_, "damaged");
    const auto files = fake_.files.files;
    EXPECT_EQ(rebuild(false), cli::done);
    EXPECT_EQ(fake_.files.files, files);
}

TEST_F(RegistryRebuild, StartsFromTheLastGeneration) {
    put(path_, fake_.files.files.at(path_).content.substr(0, 200));
    EXPECT_THROW(sync(), Error);
    EXPECT_EQ(rebuild(true), cli::done);
    expect_the_same_sites();
    EXPECT_EQ(registry().lineage, before_.lineage);
    sync();
    EXPECT_TRUE(nothing_to_do());
}

TEST_F(RegistryRebuild, NeedsNoGenerationAtAll) {
    for (const char* suffix : {"", ".1", ".2"}) fake_.files.files.erase(path_ + suffix);
    EXPECT_THROW(sync(), Error);
    EXPECT_EQ(rebuild(true), cli::done);
    expect_the_same_sites();
    const auto accounts = fake_.accounts.accounts;
    const auto databases = fake_.process.database_runs;
    sync();
    EXPECT_TRUE(nothing_to_do());
    EXPECT_EQ(fake_.accounts.accounts, accounts);
    EXPECT_EQ(fake_.process.database_runs, databases);
}

TEST_F(RegistryRebuild, LeavesOutWhatSharesANumber) {
    for (const char* suffix : {"", ".1", ".2"}) fake_.files.files.erase(path_ + suffix);
    auto given = *parse_given(fake_.files.files.at("/etc/wpns/rendered/site-a/given.toml").content);
    given.site = *SiteName::parse("site-c");
    fake_.files.files["/etc/wpns/rendered/site-c/given.toml"].content = to_text(given);
    fake_.files.files["/etc/wpns/rendered/site-d/given.toml"].content = "nonsense";
    EXPECT_EQ(rebuild(true), cli::done);
    expect_the_same_sites();
}

TEST_F(RegistryRebuild, KeepsTheDamagedOne) {
    put(path_, "damaged");
    rebuild(true);
    bool kept = false;
    for (const auto& [path, file] : fake_.files.files)
        kept = kept || (path.starts_with(path_ + ".damaged-") && file.content == "damaged");
    EXPECT_TRUE(kept);
}

}  // namespace
}  // namespace wpns
