#include "fakes/cut_short.hpp"

namespace wpns {
namespace {

/// Files that somebody edits while a run is under way: the run is as the files were when it read
/// them, under the lock; the next one follows. Nothing is taken for something else meanwhile.
class ChangingFiles : public fakes::Verbs {
  protected:
    void SetUp() override {
        put_site("site-a", "");
        put_site("site-b", "");
        ASSERT_EQ(sync(), cli::done);
        put("/var/lib/wpns/sites/site-a/www/wp-content/live", "live");
    }
    void put_site(const std::string& site, const std::string& more) {
        put(path_of(site), "domain = \"" + site + ".example\"\n" + more);
    }
    static std::string path_of(const std::string& site) {
        return "/etc/wpns/sites.d/" + site + ".toml";
    }
    int plan() {
        return quietly([&] { return cli::cmd_plan(globals_, fake_.host, {{}, false, true}); });
    }
    std::string pool() const {
        const auto& text = fake_.files.files.at("/etc/wpns/rendered/site-a/php-fpm.conf").content;
        const auto at = text.find("pm.max_children");
        return text.substr(at, text.find('\n', at) - at);
    }
    /// Somebody meddles before one change of a sync after the other, each time on the same host.
    template <typename Look>
    void at_every_change(const std::function<void()>& meddle, Look look) {
        const auto before = fakes::kept(fake_.state());
        for (unsigned step = 1;; ++step) {
            put_site("site-a", "[php]\nmax_children = 3\n");
            fake_.meddle_at(step, meddle);
            const int code = sync();
            const bool meddled = fake_.faults.changes >= step;
            fake_.fail_at(0);
            look(code, meddled);
            if (HasFailure()) ADD_FAILURE() << "at change " << step << printed_ << error_;
            if (!meddled || HasFailure()) {
                EXPECT_GT(step, 5U);
                return;
            }
            fake_.state() = before;
        }
    }
};

TEST_F(ChangingFiles, ASecondEditIsTheNextRuns) {
    at_every_change([&] { put_site("site-a", "[php]\nmax_children = 7\n"); },
                    [&](int code, bool meddled) {
                        EXPECT_EQ(code, cli::done);
                        if (!meddled) return;
                        EXPECT_EQ(sync(), cli::done);
                        EXPECT_EQ(pool(), "pm.max_children = 7");
                        EXPECT_EQ(plan(), cli::done) << printed_;
                    });
}

TEST_F(ChangingFiles, AFileThatIsGoneRemovesNothing) {
    at_every_change([&] { fake_.files.files.erase(path_of("site-a")); },
                    [&](int code, bool meddled) {
                        EXPECT_EQ(code, cli::done);
                        if (!meddled) return;
                        EXPECT_EQ(sync(), cli::done) << "nothing is removed without --prune";
                        EXPECT_TRUE(fake_.files.files.contains(
                            "/var/lib/wpns/sites/site-a/www/wp-content/live"));
                        EXPECT_TRUE(fake_.units.states.contains("wpns-php@site-a.service"));
                        put_site("site-a", "[php]\nmax_children = 3\n");
                        EXPECT_EQ(sync(), cli::done);
                        EXPECT_EQ(plan(), cli::done) << printed_;
                    });
}

TEST_F(ChangingFiles, AFileThatIsBrokenStopsTheNextRunOnly) {
    at_every_change(
        [&] { put_site("site-b", "[php\n"); },
        [&](int code, bool meddled) {
            // The first changes come before the files are read.
            EXPECT_EQ(pool(), code == cli::done ? "pm.max_children = 3" : "pm.max_children = 8");
            if (!meddled) return;
            EXPECT_EQ(sync(), cli::failed);
            EXPECT_NE(error_.find("site-b.toml:2:"), std::string::npos) << error_;
            put_site("site-b", "");
            EXPECT_EQ(sync(), cli::done);
            EXPECT_EQ(plan(), cli::done) << printed_;
        });
}

TEST_F(ChangingFiles, AnotherSiteThatComesIsTheNextRuns) {
    at_every_change([&] { put_site("site-c", ""); },
                    [&](int code, bool meddled) {
                        EXPECT_EQ(code, cli::done);
                        if (!meddled) return;
                        EXPECT_EQ(sync(), cli::done);
                        EXPECT_TRUE(fake_.units.states.contains("wpns-php@site-c.service"));
                        EXPECT_EQ(plan(), cli::done) << printed_;
                    });
}

TEST_F(ChangingFiles, WhoWaitsForTheLockReadsTheFilesThen) {
    ASSERT_EQ(plan(), cli::done);
    fake_.lock.while_waiting = [&] { put_site("site-a", "[php]\nmax_children = 7\n"); };
    ASSERT_EQ(sync(), cli::done);
    EXPECT_EQ(pool(), "pm.max_children = 7");
    EXPECT_EQ(plan(), cli::done) << printed_;
}

}  // namespace
}  // namespace wpns
