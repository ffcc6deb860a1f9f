#include <gtest/gtest.h>

#include "apply/journal.hpp"
#include "fakes/verbs.hpp"

namespace wpns {
namespace {

constexpr const char* live_files = "/var/lib/wpns/sites/site-a/www/wp-content";

/// How a run is cut short.
enum class Cut { killed, fails };

/// A site that holds "live", with a backup that holds "restored". Verbs are killed, or fail, at
/// each of their changes to the host, one after the other; `sync` must heal each time.
class CutShort : public fakes::Verbs, public testing::WithParamInterface<Cut> {
  protected:
    void SetUp() override {
        put("/etc/wpns/sites.d/site-a.toml", "domain = \"a.example\"\n");
        ASSERT_EQ(sync(), cli::done);
        put(std::string(live_files) + "/live", "live");
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
    int remove(const char* name) {
        return quietly([&] { return cli::cmd_remove(globals_, fake_.host, {name, true, true}); });
    }
    int plan() {
        return quietly([&] { return cli::cmd_plan(globals_, fake_.host, {{}, false, true}); });
    }
    /// Cuts the verb short at one change after the other until it passes untouched, heals, and
    /// looks. How often it was cut.
    template <typename Verb, typename Look>
    unsigned at_every_change(Verb verb, Look look) {
        const fakes::FakeHost* const host = &fake_;
        for (unsigned step = 1;; ++step) {
            GetParam() == Cut::killed ? fake_.kill_at(step) : fake_.fail_at(step);
            const bool cut = verb() != cli::done || host->faults.changes >= step;
            fake_.fail_at(0);
            heal(step);
            look(cut);
            if (HasFatalFailure() || HasNonfatalFailure()) ADD_FAILURE() << "at change " << step;
            if (!cut || HasFailure()) return step - 1;
        }
    }
    void heal(unsigned step) {
        EXPECT_EQ(sync(), cli::done) << step << printed_;
        EXPECT_EQ(plan(), cli::done) << step << printed_;
        EXPECT_TRUE(apply::Journal(fake_.files).unfinished().empty()) << step;
        for (const auto& [path, directory] : fake_.files.directories)
            EXPECT_TRUE(path.find(".restore") == path.npos && path.find(".partial") == path.npos &&
                        path.find(".clone") == path.npos)
                << step << " " << path;
        for (const auto& [path, file] : fake_.files.files)
            EXPECT_FALSE(path.ends_with("/unfinished")) << step << " " << path;
    }
    bool holds(const std::string& directory, const char* name) {
        return fake_.files.files.contains(directory + "/" + name);
    }
    /// "live" or "restored" of the site; what is replaced is in the archive.
    std::string state() {
        const bool live = holds(live_files, "live");
        return live == holds(live_files, "restored") ? "between" : live ? "live" : "restored";
    }
    bool archive_holds(const char* name) {
        for (const auto& archive : fake_.files.list("/var/lib/wpns/archive"))
            if (holds("/var/lib/wpns/archive/" + archive + "/www/wp-content", name)) return true;
        return false;
    }
};

TEST_P(CutShort, BackupsAreWholeOrNotThere) {
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
            EXPECT_EQ(state(), "live");
        });
    EXPECT_GT(cuts, 8U);
    RecordProperty("cuts", static_cast<int>(cuts));
}

TEST_P(CutShort, ARestoreIsBeforeOrAfter) {
    const auto cuts =
        at_every_change([&] { return restore(); },
                        [&](bool cut) {
                            if (state() == "live") {
                                EXPECT_TRUE(cut);
                                return;
                            }
                            ASSERT_EQ(state(), "restored");
                            EXPECT_TRUE(archive_holds("live"));
                            // As it was, for the next cut.
                            fake_.files.files.erase(std::string(live_files) + "/restored");
                            put(std::string(live_files) + "/live", "live");
                        });
    EXPECT_GT(cuts, 25U);
    RecordProperty("cuts", static_cast<int>(cuts));
}

TEST_P(CutShort, ACloneIsWholeOrNotThere) {
    const auto cuts = at_every_change(
        [&] { return clone(); },
        [&](bool cut) {
            EXPECT_EQ(state(), "live");
            if (!fake_.files.files.contains("/etc/wpns/sites.d/site-b.toml")) {
                EXPECT_TRUE(cut);
                EXPECT_FALSE(fake_.files.is_directory("/var/lib/wpns/sites/site-b"));
                return;
            }
            EXPECT_TRUE(holds("/var/lib/wpns/sites/site-b/www/wp-content", "restored"));
            EXPECT_EQ(remove("site-b"), cli::done);
        });
    EXPECT_GT(cuts, 40U);
    RecordProperty("cuts", static_cast<int>(cuts));
}

INSTANTIATE_TEST_SUITE_P(Verbs, CutShort, testing::Values(Cut::killed, Cut::fails),
                         [](const auto& how) {
                             return how.param == Cut::killed ? "Killed" : "Fails";
                         });

}  // namespace
}  // namespace wpns
