#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "apply/journal.hpp"
#include "fakes/verbs.hpp"

namespace wpns {
namespace {

constexpr const char* result_file = "/var/lib/wpns/proofs/site-a.json";

/// A host with one site that has a backup.
class Proofs : public fakes::Verbs {
  protected:
    void SetUp() override {
        put("/etc/wpns/sites.d/site-a.toml", "domain = \"a.example\"\n");
        ASSERT_EQ(sync(), cli::done);
        ASSERT_EQ(back_up("site-a"), cli::done) << error_;
        ASSERT_EQ(sync(), cli::done);
    }
    int back_up(const std::string& name) {
        return quietly([&] {
            return cli::cmd_backup(globals_, fake_.host, {name, "", false, false, false});
        });
    }
    int prove(const std::string& name = "site-a") {
        return quietly([&] {
            return cli::cmd_backup(globals_, fake_.host, {name, "", false, true, name.empty()});
        });
    }
    nlohmann::json result() {
        return nlohmann::json::parse(fake_.files.files.at(result_file).content);
    }
    /// Everything on the host but what proofs have said.
    std::pair<std::map<std::string, File>, std::map<std::string, Directory>> state() {
        auto files = fake_.files.files;
        auto directories = fake_.files.directories;
        files.erase(result_file);
        directories.erase("/var/lib/wpns/proofs");
        return {files, directories};
    }
};

TEST_F(Proofs, SayWhatCameBackAndLeaveNothing) {
    ASSERT_EQ(prove(), cli::done) << error_;
    const auto before = state();
    ASSERT_EQ(prove(), cli::done) << error_;
    EXPECT_EQ(state(), before);
    EXPECT_TRUE(result()["ok"]);
    EXPECT_EQ(result()["tables"], 1);
    EXPECT_EQ(result()["files"], 2);
    (void)quietly([&] { return cli::cmd_doctor(globals_, fake_.host); });
    EXPECT_NE(printed_.find("ok    backups restored for a test"), std::string::npos) << printed_;
}

TEST_F(Proofs, ThatFailAreRememberedAndShown) {
    fake_.process.tables_found = 7;
    EXPECT_EQ(prove(), cli::failed);
    EXPECT_FALSE(result()["ok"]);
    globals_.json = true;
    quietly([&] { return cli::cmd_status(globals_, fake_.host, {"site-a", false}); });
    const auto status = nlohmann::json::parse(printed_);
    EXPECT_EQ(status["proof"]["problem"],
              "look at what came back: the backup holds 1 tables, but 7 came back");
    globals_.json = false;
    EXPECT_EQ(quietly([&] { return cli::cmd_doctor(globals_, fake_.host); }), cli::failed);
    EXPECT_NE(printed_.find("BAD   backups of site-a"), std::string::npos) << printed_;
    EXPECT_TRUE(apply::Journal(fake_.files).unfinished().empty());
}

TEST_F(Proofs, FindADamagedBackup) {
    for (auto& [path, file] : fake_.files.files)
        if (path.ends_with("/files.tar.zst")) file.content[0] ^= 1;
    EXPECT_EQ(prove(), cli::failed);
    EXPECT_NE(result()["problem"].get<std::string>().find("files.tar.zst"), std::string::npos);
}

TEST_F(Proofs, AreNotTriedWithoutRoom) {
    fake_.files.room = 1000;
    EXPECT_EQ(prove(), cli::failed);
    EXPECT_NE(result()["problem"].get<std::string>().find("it was not tried"), std::string::npos);
}

TEST_F(Proofs, OfAllLeaveOutSitesWithoutABackup) {
    put("/etc/wpns/sites.d/site-b.toml", "domain = \"b.example\"\n");
    ASSERT_EQ(sync(), cli::done);
    EXPECT_EQ(prove(""), cli::done) << error_;
    EXPECT_FALSE(fake_.files.files.contains("/var/lib/wpns/proofs/site-b.json"));
    EXPECT_EQ(prove("site-b"), cli::failed);
    EXPECT_EQ(error_, "there is no backup of site-b");
}

TEST_F(Proofs, GoWithTheSite) {
    ASSERT_EQ(prove(), cli::done);
    ASSERT_EQ(quietly([&] {
                  return cli::cmd_remove(globals_, fake_.host, {"site-a", true, true});
              }),
              cli::done);
    EXPECT_FALSE(fake_.files.files.contains(result_file));
}

TEST_F(Proofs, ThatAreKilledAnywhereAreCleanedUpByTheNextRun) {
    ASSERT_EQ(prove(), cli::done);
    const auto before = state();
    unsigned step = 1;
    for (bool passed = false; !passed; ++step) {
        fake_.kill_at(step);
        passed = prove() == cli::done;
        fake_.kill_at(0);
        ASSERT_EQ(sync(), cli::done) << step << printed_;
        ASSERT_EQ(state(), before) << step;
    }
    EXPECT_GT(step, 15U);
}

TEST_F(Proofs, ThatFailAnywhereLeaveNothing) {
    ASSERT_EQ(prove(), cli::done);
    const auto before = state();
    const fakes::FakeHost* const host = &fake_;
    unsigned step = 1;
    for (bool passed = false; !passed; ++step) {
        fake_.fail_at(step);
        passed = prove() == cli::done && host->faults.changes < step;
        fake_.fail_at(0);
        ASSERT_EQ(sync(), cli::done) << step << printed_;
        ASSERT_EQ(state(), before) << step;
    }
    EXPECT_GT(step, 15U);
}

/// A clone that keeps the address of its original.
class Shadows : public Proofs {
  protected:
    int clone(bool same_url) {
        return quietly([&] {
            return cli::cmd_clone(globals_, fake_.host,
                                  {"site-a", "site-b", "b.example", false, same_url});
        });
    }
    std::string text(const std::string& path) { return fake_.files.files.at(path).content; }
    bool has(const std::string& path, const std::string& words) {
        return text(path).find(words) != std::string::npos;
    }
};

TEST_F(Shadows, KeepTheAddressReachNobodyAndRunNoTasks) {
    ASSERT_EQ(clone(true), cli::done) << error_;
    EXPECT_NE(printed_.find("site-b: http://b.example/ is a shadow of site-a"), std::string::npos);
    EXPECT_TRUE(has("/etc/wpns/sites.d/site-b.toml", "shadow = \"a.example\""));
    EXPECT_TRUE(has("/etc/wpns/sites.d/site-b.toml", "egress = \"none\""));
    EXPECT_TRUE(has("/etc/wpns/rendered/site-b/wp-config.php", "'http://a.example'"));
    EXPECT_TRUE(has("/etc/nginx/wpns.d/site-b.conf", "server_name b.example;"));
    EXPECT_TRUE(has("/etc/nginx/wpns.d/site-b.conf", "proxy_set_header Host a.example;"));
    EXPECT_TRUE(fake_.files.files.contains("/etc/wpns/rendered/site-b/shadow"));
    EXPECT_FALSE(has("/etc/wpns/rendered/site-b/hosts", "a.example"));
    EXPECT_NE(text("/etc/wpns/rendered/site-a/wp-config.php"),
              text("/etc/wpns/rendered/site-b/wp-config.php"));
    globals_.json = true;
    quietly([&] { return cli::cmd_status(globals_, fake_.host, {"site-b", false}); });
    EXPECT_EQ(nlohmann::json::parse(printed_)["shadow"], "a.example");
}

TEST_F(Shadows, AreCopiedAsSitesOfTheirOwn) {
    ASSERT_EQ(clone(true), cli::done) << error_;
    ASSERT_EQ(
        quietly([&] {
            return cli::cmd_clone(globals_, fake_.host, {"site-b", "site-c", "", false, false});
        }),
        cli::done)
        << error_;
    EXPECT_TRUE(has("/etc/wpns/rendered/site-c/wp-config.php", "'http://site-c.example'"));
    EXPECT_FALSE(has("/etc/wpns/sites.d/site-c.toml", "shadow"));
}

/// Backups and proofs let other verbs work.
class WorkMeanwhile : public Proofs {
  protected:
    void SetUp() override {
        Proofs::SetUp();
        // As another process, which cannot take the lock of site-a.
        fake_.process.while_dumping = [this] {
            fake_.lock.busy = {"site-a"};
            meanwhile();
            fake_.lock.busy.clear();
        };
    }
    std::function<void()> meanwhile = [] {};
};

TEST_F(WorkMeanwhile, ABackupIsNoUnfinishedRun) {
    meanwhile = [&] {
        put("/etc/wpns/sites.d/site-b.toml", "domain = \"b.example\"\n");
        EXPECT_EQ(cli::cmd_sync(globals_, fake_.host, {}), cli::done);
        EXPECT_EQ(apply::Journal(fake_.files).unfinished().size(), 1U);
        try {
            (void)cli::cmd_remove(globals_, fake_.host, {"site-a", true, true});
            ADD_FAILURE() << "site-a was removed under its backup";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::busy);
        }
    };
    EXPECT_EQ(back_up("site-a"), cli::done) << error_;
    EXPECT_TRUE(apply::Journal(fake_.files).unfinished().empty());
    EXPECT_TRUE(fake_.network.names.contains("site-b"));
    EXPECT_EQ(prove(), cli::done) << error_;
}

TEST_F(WorkMeanwhile, SyncWaitsForASiteThatItChanges) {
    fake_.lock.busy = {"site-a"};
    fake_.lock.busy_until = fake_.lock.taken + 2;
    put("/etc/wpns/sites.d/site-a.toml", "domain = \"a.example\"\n[php]\nmax_children = 3\n");
    EXPECT_EQ(sync(), cli::done);
    EXPECT_EQ(fake_.lock.taken, fake_.lock.busy_until);
    EXPECT_NE(fake_.files.files.at("/etc/wpns/rendered/site-a/php-fpm.conf").content.find("= 3"),
              std::string::npos);
}

}  // namespace
}  // namespace wpns
