#include "fakes/cut_short.hpp"

namespace wpns {
namespace {

/// A site that holds "live", with a backup that holds "restored".
class CutShortCopies : public fakes::CutShort {
  protected:
    void SetUp() override {
        put_site("site-a");
        ASSERT_EQ(sync(), cli::done);
        put_content("site-a");
        ASSERT_EQ(back_up(), cli::done) << error_;
    }
    int back_up() {
        return quietly([&] {
            return cli::cmd_backup(globals_, fake_.host, {"site-a", "", false, false, false});
        });
    }
    int restore() {
        return quietly([&] {
            return cli::cmd_restore(globals_, fake_.host, {"site-a", "", true});
        });
    }
    int clone() {
        return quietly([&] {
            return cli::cmd_clone(globals_, fake_.host, {"site-a", "site-b", "", false, false});
        });
    }
    /// "live" or "restored" of the site; what is replaced is in the archive.
    std::string content() {
        const bool live = holds(content_of("site-a"), "live");
        return live == holds(content_of("site-a"), "restored") ? "between"
               : live                                          ? "live"
                                                               : "restored";
    }
};

TEST_P(CutShortCopies, BackupsAreWholeOrNotThere) {
    const auto cuts = at_every_change(
        [&] { return back_up(); },
        [&](bool) {
            for (const auto& name : fake_.files.list("/var/lib/wpns/backups"))
                EXPECT_EQ(quietly([&] {
                              return cli::cmd_backup(globals_, fake_.host,
                                                     {name, "", true, false, false});
                          }),
                          cli::done)
                    << name << error_;
            EXPECT_EQ(content(), "live");
        });
    EXPECT_GT(cuts, 8U);
    RecordProperty("cuts", static_cast<int>(cuts));
}

TEST_P(CutShortCopies, ARestoreIsBeforeOrAfter) {
    const auto cuts = at_every_change_anew([&] { return restore(); },
                                           [&](bool cut) {
                                               if (content() == "live") {
                                                   EXPECT_TRUE(cut);
                                                   return;
                                               }
                                               EXPECT_EQ(content(), "restored");
                                               EXPECT_TRUE(archive_holds("live"));
                                           });
    EXPECT_GT(cuts, 25U);
}

TEST_P(CutShortCopies, ACloneIsWholeOrNotThere) {
    const auto cuts = at_every_change_anew(
        [&] { return clone(); },
        [&](bool cut) {
            EXPECT_EQ(content(), "live");
            if (!fake_.files.files.contains("/etc/wpns/sites.d/site-b.toml")) {
                EXPECT_TRUE(cut);
                EXPECT_FALSE(fake_.files.is_directory("/var/lib/wpns/sites/site-b"));
                return;
            }
            EXPECT_TRUE(holds(content_of("site-b"), "restored"));
            EXPECT_EQ(remove("site-b"), cli::done);
        });
    EXPECT_GT(cuts, 40U);
}

INSTANTIATE_TEST_SUITE_P(Verbs, CutShortCopies,
                         testing::Values(fakes::Cut::killed, fakes::Cut::fails), fakes::name_of);

}  // namespace
}  // namespace wpns
