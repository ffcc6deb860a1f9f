#include <gtest/gtest.h>

#include "apply/journal.hpp"
#include "fakes/verbs.hpp"
#include "model/registry_text.hpp"

namespace wpns {
namespace {

constexpr const char* copy_data = "/var/lib/wpns/sites/site-b";
constexpr const char* copy_file = "/etc/wpns/sites.d/site-b.toml";
constexpr const char* copy_place = "/var/lib/wpns/archive/site-b-20261122T055500Z";

/// A host with one site. Programs that dump a database do not run on it.
class Clones : public fakes::Verbs {
  protected:
    void SetUp() override {
        fake_.process.has_client = false;
        put("/etc/wpns/sites.d/site-a.toml", "domain = \"a.example\"\ntitle = \"A\"\n");
        ASSERT_EQ(sync(), cli::done);
    }

    int clone(const char* original, const char* copy, const char* domain = "") {
        return quietly([&] {
            return cli::cmd_clone(globals_, fake_.host, {original, copy, domain});
        });
    }
    /// A copy that has come as far as a killed run with that intent in the journal.
    void interrupt(bool exchanged) {
        put(copy_file, "domain = \"b.example\"\n");
        ASSERT_EQ(sync(), cli::done);
        if (!exchanged)
            fake_.files.remove_file(std::string(copy_data) + "/" + names::installed_file);
        else
            put(std::string(copy_data) + "/unfinished", "");
        fake_.files.make_directory(copy_place, {});
        apply::Journal(fake_.files)
            .begin({apply::Intent::Operation::clone, *SiteName::parse("site-b"), copy_place,
                    copy_data, copy_file});
    }
    Registry registry() {
        return *parse_registry(fake_.files.files.at("/var/lib/wpns/registry.toml").content);
    }
    bool is_settled() {
        return apply::Journal(fake_.files).unfinished().empty() &&
               !fake_.files.is_directory(copy_place) &&
               !fake_.files.is_directory("/var/lib/wpns/backups/.site-b.clone");
    }
    bool is_there() { return registry().sites.contains(*SiteName::parse("site-b")); }
};

TEST_F(Clones, RefusesWhatIsThereOrIsNot) {
    put(copy_file, "domain = \"b.example\"\n");
    const auto before = fake_.files.files;
    EXPECT_EQ(clone("site-a", "site-b"), cli::failed);
    EXPECT_EQ(error_, "there is a site site-b already; nothing was changed");
    clone("site-a", "site-a");
    EXPECT_EQ(error_, "there is a site site-a already; nothing was changed");
    clone("site-x", "site-c");
    EXPECT_EQ(error_, "site site-x is not set up");
    clone("site-a", "site-c", "a.example");
    EXPECT_NE(error_.find("a.example"), std::string::npos);
    EXPECT_EQ(fake_.files.files, before);
}

TEST_F(Clones, RefusesDataThatNobodyOwns) {
    fake_.files.make_directory(copy_data, {});
    clone("site-a", "site-b");
    EXPECT_EQ(error_, "there is a site site-b already; nothing was changed");
}

TEST_F(Clones, LeavesNothingWhenTheOriginalCannotBeRead) {
    const auto before = registry().sites;
    EXPECT_EQ(clone("site-a", "site-b"), cli::failed);
    EXPECT_NE(error_.find("site-a: dump the database"), std::string::npos) << error_;
    EXPECT_FALSE(fake_.files.files.contains(copy_file));
    EXPECT_FALSE(fake_.files.is_directory(copy_data));
    EXPECT_EQ(registry().sites, before);
    EXPECT_TRUE(is_settled());
}

TEST_F(Clones, AreTakenBackBeforeTheCopyIsInItsPlace) {
    interrupt(false);
    EXPECT_EQ(sync(), cli::done);
    EXPECT_FALSE(is_there());
    EXPECT_FALSE(fake_.files.files.contains(copy_file));
    EXPECT_FALSE(fake_.files.is_directory(copy_data));
    EXPECT_TRUE(is_settled());
}

TEST_F(Clones, StayOnceTheCopyIsInItsPlace) {
    interrupt(true);
    EXPECT_EQ(sync(), cli::done);
    EXPECT_TRUE(is_there());
    EXPECT_FALSE(fake_.files.files.contains(std::string(copy_data) + "/unfinished"));
    EXPECT_TRUE(is_settled());
}

TEST_F(Clones, AreGoneForRemoveToo) {
    interrupt(false);
    EXPECT_EQ(quietly([&] {
                  return cli::cmd_remove(globals_, fake_.host, {"site-b", false, true});
              }),
              cli::done);
    EXPECT_FALSE(is_there());
    EXPECT_TRUE(is_settled());
}

}  // namespace
}  // namespace wpns
