#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "apply/backup.hpp"
#include "apply/journal.hpp"
#include "apply/repository.hpp"
#include "fakes/verbs.hpp"

namespace wpns {
namespace {

constexpr const char* password_path = "/etc/wpns/repository.password";

/// A host with two sites whose backups go to a repository.
class Repositories : public fakes::Verbs {
  protected:
    void SetUp() override {
        put("/etc/wpns/wpns.toml", "[backup]\nrepository = \"/srv/restic\"\nkeep = 2\n");
        put("/etc/wpns/sites.d/site-a.toml", "domain = \"a.example\"\n");
        put("/etc/wpns/sites.d/site-b.toml", "domain = \"b.example\"\n");
        put_secret(0600);
        ASSERT_EQ(sync(), cli::done) << printed_;
    }
    void put_secret(std::uint32_t mode) {
        File file;
        file.content = "secret\n";
        file.mode = mode;
        fake_.files.write(password_path, file);
    }
    int back_up(const std::string& name, const std::string& to = "") {
        return quietly([&] {
            return cli::cmd_backup(globals_, fake_.host, {name, to, false, false, false});
        });
    }
    int back_all_up() {
        return quietly([&] {
            return cli::cmd_backup(globals_, fake_.host, {"", "", false, false, true});
        });
    }
    int check(const std::string& what) {
        return quietly([&] {
            return cli::cmd_backup(globals_, fake_.host, {what, "", true, false, false});
        });
    }
    int prove() {
        return quietly([&] {
            return cli::cmd_backup(globals_, fake_.host, {"site-a", "", false, true, false});
        });
    }
    int restore(const std::string& at = "") {
        return quietly([&] {
            return cli::cmd_restore(globals_, fake_.host, {"site-a", at, true});
        });
    }
    int purge(const std::string& name) {
        return quietly([&] { return cli::cmd_archive_purge(globals_, fake_.host, {name, true}); });
    }
    int list() {
        return quietly([&] { return cli::cmd_archive_list(globals_, fake_.host); });
    }
    int doctor() {
        return quietly([&] { return cli::cmd_doctor(globals_, fake_.host); });
    }
    std::vector<fakes::FakeRepository::Entry>& there() {
        return fake_.process.repository.snapshots;
    }
    /// Names of the snapshots, in the order in which they were made.
    std::vector<std::string> names() {
        std::vector<std::string> names;
        for (const auto& entry : there())
            for (const auto& tag : entry.tags)
                if (tag.starts_with("wpns-site=")) names.push_back(tag.substr(10));
        return names;
    }
    /// What is on the host itself.
    std::pair<std::map<std::string, File>, std::map<std::string, Directory>> state() {
        return {fake_.files.files, fake_.files.directories};
    }

    fakes::FakeRepository& repository_ = fake_.process.repository;
};

TEST_F(Repositories, GetBackupsAndNothingStaysBeside) {
    ASSERT_EQ(back_up("site-a"), cli::done) << error_;
    ASSERT_EQ(names(), std::vector<std::string>{"site-a"});
    EXPECT_EQ(there()[0].files.size(), 4U);
    EXPECT_TRUE(there()[0].files.contains("files.tar"));
    EXPECT_TRUE(fake_.files.list(apply::backup_dir).empty());
    EXPECT_TRUE(apply::Journal(fake_.files).unfinished().empty());
}

TEST_F(Repositories, KeepEveryDirectoryThatIsAskedFor) {
    ASSERT_EQ(back_up("site-a", "/srv/backups"), cli::done) << error_;
    EXPECT_TRUE(there().empty());
    EXPECT_EQ(fake_.files.list("/srv/backups").size(), 1U);
    ASSERT_EQ(back_up("site-a", "repository"), cli::done) << error_;
    EXPECT_EQ(there().size(), 1U);
    EXPECT_EQ(back_up("site-a", "elsewhere"), cli::failed);
}

TEST_F(Repositories, AreReadCheckedProvedAndRestored) {
    ASSERT_EQ(back_up("site-a"), cli::done) << error_;
    const auto before = state();
    EXPECT_EQ(check("site-a"), cli::done) << error_;
    EXPECT_EQ(check("restic:" + there()[0].id.substr(0, 8)), cli::done) << error_;
    EXPECT_EQ(state(), before);
    EXPECT_EQ(prove(), cli::done) << error_;
    EXPECT_EQ(restore(), cli::done) << error_;
    EXPECT_TRUE(fake_.files.list(apply::backup_dir).empty());
    EXPECT_TRUE(apply::Journal(fake_.files).unfinished().empty());
    EXPECT_TRUE(fake_.files.files.contains("/var/lib/wpns/sites/site-a/www/wp-content/restored"));
}

TEST_F(Repositories, ThatAreDamagedAreFoundBeforeAnythingLiveIsTouched) {
    ASSERT_EQ(back_up("site-a"), cli::done) << error_;
    const auto before = state();
    const auto good = there()[0].files;
    for (const auto& [name, content] : good) {
        there()[0].files[name].back() ^= 1;
        EXPECT_EQ(restore(), cli::failed) << name;
        EXPECT_EQ(check("site-a"), cli::failed) << name;
        EXPECT_EQ(state(), before) << name;
        there()[0].files.erase(name);
        EXPECT_EQ(restore(), cli::failed) << name;
        EXPECT_EQ(state(), before) << name;
        there()[0].files = good;
    }
    there()[0].files["files.tar"] += "more";
    EXPECT_EQ(restore(), cli::failed);
    EXPECT_EQ(state(), before);
    there()[0].files["files.tar"][0] ^= 1;
    EXPECT_EQ(prove(), cli::failed);
    const auto proof =
        nlohmann::json::parse(fake_.files.files.at("/var/lib/wpns/proofs/site-a.json").content);
    EXPECT_EQ(proof["backup"], "restic:" + there()[0].id);
    EXPECT_FALSE(proof["ok"]);
}

TEST_F(Repositories, KeepTheNewestOfTheScheduleAndWhatIsNotOurs) {
    ASSERT_EQ(back_up("site-a"), cli::done);
    auto foreign = there()[0];
    foreign.id = sha256_hex("foreign");
    for (auto& tag : foreign.tags)
        if (tag.starts_with("wpns-host=")) tag = "wpns-host=0123";
    foreign.tags.emplace_back("wpns-scheduled");
    there().push_back(foreign);
    there().push_back({sha256_hex("other program"), {"mine"}, {}});
    for (int run = 0; run < 4; ++run) ASSERT_EQ(back_all_up(), cli::done) << printed_;
    EXPECT_EQ(names(), (std::vector<std::string>{"site-a", "site-a", "site-a", "site-b", "site-a",
                                                 "site-b"}));
    EXPECT_EQ(there()[1].id, foreign.id);
    EXPECT_EQ(there()[2].tags, std::vector<std::string>{"mine"});
    // It is not in the list, but whoever names it can have it.
    ASSERT_EQ(list(), cli::done);
    EXPECT_EQ(printed_.find(foreign.id), std::string::npos);
    EXPECT_EQ(restore("restic:" + foreign.id), cli::done) << error_;
}

TEST_F(Repositories, OfAServerThatDoesNotAnswerAreNotTakenForMissing) {
    put("/etc/wpns/wpns.toml",
        "[backup]\nrepository = \"s3:https://s3.example/bucket/wpns\"\n"
        "environment_file = \"/etc/wpns/repository.environment\"\n");
    File keys;
    keys.content = "AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\n";
    keys.mode = 0644;
    fake_.files.write("/etc/wpns/repository.environment", keys);
    EXPECT_EQ(back_up("site-a"), cli::failed);
    EXPECT_NE(error_.find("can be read by others than root"), std::string::npos) << error_;
    fake_.files.files.at("/etc/wpns/repository.environment").mode = 0600;
    EXPECT_EQ(back_up("site-a"), cli::done) << error_;
    repository_.reachable = false;
    EXPECT_EQ(back_up("site-a"), cli::failed);
    EXPECT_EQ(remedy_, "");
}

TEST_F(Repositories, ThatCannotBeReadStopNothingElse) {
    ASSERT_EQ(back_up("site-a", apply::backup_dir), cli::done);
    ASSERT_EQ(back_up("site-a"), cli::done);
    repository_.reachable = false;
    const auto before = state();
    EXPECT_EQ(list(), cli::failed);
    EXPECT_NE(printed_.find("/var/lib/wpns/backups/site-a-"), std::string::npos);
    EXPECT_EQ(back_up("site-b"), cli::failed);
    EXPECT_NE(error_.find("unable to open config file"), std::string::npos) << error_;
    EXPECT_EQ(back_all_up(), cli::failed);
    EXPECT_EQ(error_.find("restic snapshots of /srv/restic ended with status 1"), 0U) << error_;
    EXPECT_EQ(restore(), cli::failed);
    EXPECT_EQ(state(), before);
    EXPECT_EQ(doctor(), cli::failed);
    EXPECT_NE(printed_.find("BAD   repository of backups (/srv/restic)"), std::string::npos);
    const auto stamp = fake_.files.list(apply::backup_dir).at(0).substr(7);
    EXPECT_EQ(restore(stamp), cli::done) << error_;
}

TEST_F(Repositories, TakeResticAndASecretThatIsOne) {
    put_secret(0640);
    EXPECT_EQ(back_up("site-a"), cli::failed);
    EXPECT_NE(error_.find("can be read by others than root"), std::string::npos) << error_;
    put_secret(0600);
    repository_.installed = false;
    EXPECT_EQ(back_up("site-a"), cli::failed);
    EXPECT_NE(error_.find("/usr/bin/restic is not there"), std::string::npos) << error_;
    EXPECT_EQ(doctor(), cli::failed);
    EXPECT_NE(printed_.find("apt install restic"), std::string::npos) << printed_;
    EXPECT_TRUE(apply::Journal(fake_.files).unfinished().empty());
}

TEST_F(Repositories, HoldNoSnapshotOfWhatCouldNotBeRead) {
    repository_.incomplete = true;
    EXPECT_EQ(back_up("site-a"), cli::failed);
    EXPECT_TRUE(there().empty());
    EXPECT_TRUE(fake_.files.list(apply::backup_dir).empty());
}

TEST_F(Repositories, ThatAreLockedAreWaitedFor) {
    repository_.locked_times = 1;
    EXPECT_EQ(back_up("site-a"), cli::done) << error_;
    EXPECT_EQ(there().size(), 1U);
}

TEST_F(Repositories, GiveUpWhatIsPurged) {
    ASSERT_EQ(back_up("site-a"), cli::done);
    globals_.json = true;
    ASSERT_EQ(list(), cli::done);
    const auto entry = nlohmann::json::parse(printed_)["archives"][0];
    globals_.json = false;
    EXPECT_EQ(entry["path"], "restic:" + there()[0].id);
    EXPECT_EQ(entry["kind"], "backup");
    EXPECT_GT(entry["size"], 0);
    EXPECT_EQ(purge(entry["name"]), cli::done) << error_;
    EXPECT_TRUE(there().empty());
    EXPECT_EQ(purge(entry["name"]), cli::failed);
}

/// A backup has all, or there is none; nothing of the run is left after the next sync.
TEST_F(Repositories, AreWholeWhereverABackupIsKilled) {
    fake_.files.make_directory(apply::backup_dir, Directory{0, 0, 0700});
    ASSERT_EQ(back_up("site-a"), cli::done);
    const auto before = state();
    unsigned step = 1;
    for (bool passed = false; !passed; ++step) {
        fake_.kill_at(step);
        passed = back_up("site-a") == cli::done;
        fake_.kill_at(0);
        ASSERT_EQ(sync(), cli::done) << step << printed_;
        ASSERT_EQ(state(), before) << step;
        for (const auto& entry : there()) ASSERT_EQ(entry.files.size(), 4U) << step;
    }
    EXPECT_GT(step, 15U);
}

TEST_F(Repositories, GiveABackWholeOrNotWhereverARestoreIsKilled) {
    ASSERT_EQ(back_up("site-a"), cli::done);
    unsigned step = 1;
    for (bool passed = false; !passed; ++step) {
        fake_.kill_at(step);
        passed = restore() == cli::done;
        fake_.kill_at(0);
        ASSERT_EQ(sync(), cli::done) << step << printed_;
        ASSERT_TRUE(fake_.files.list(apply::backup_dir).empty()) << step;
        ASSERT_TRUE(apply::Journal(fake_.files).unfinished().empty()) << step;
        ASSERT_FALSE(fake_.files.files.contains("/var/lib/wpns/sites/site-a/unfinished")) << step;
    }
    EXPECT_GT(step, 25U);
}

TEST(Snapshots, AreReadAsOldAndNewResticsPrintThem) {
    const std::string id(64, 'a');
    const std::string tags = R"("tags":["wpns","wpns-host=12","wpns-site=site-a",)"
                             R"("wpns-time=20261122T055500Z","wpns-size=70","wpns-scheduled"])";
    const auto list = apply::parse_snapshots(
        R"([{"id":")" + id + "\"," + tags +
        R"(,"summary":{"files_new":4}},{"id":"b","tags":null},)" + R"({"id":")" + id +
        R"(","tags":["wpns","wpns-host=12","wpns-site=../x"]}])");
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 1U);
    EXPECT_EQ(list->front().name.str(), "site-a-20261122T055500Z");
    EXPECT_EQ(list->front().size, 70U);
    EXPECT_TRUE(list->front().scheduled);
    EXPECT_TRUE(apply::parse_snapshots("null")->empty());
    EXPECT_FALSE(apply::parse_snapshots("{}"));
    EXPECT_FALSE(apply::parse_snapshots("[{"));
    const std::string head =
        R"({"message_type":"snapshot","struct_type":"snapshot","id":")" + id + "\"," + tags + "}\n";
    const auto content = apply::parse_content(
        head +
        R"({"message_type":"node","struct_type":"node","type":"file","path":"/x","size":3})");
    ASSERT_TRUE(content);
    EXPECT_EQ(content->files.at("/x"), 3U);
    EXPECT_FALSE(apply::parse_content(""));
    EXPECT_FALSE(apply::parse_content(head + head));
    EXPECT_FALSE(apply::parse_content(R"({"struct_type":"snapshot","id":"x"})"));
}

TEST(TooOld, LeavesTheOneJustMadeWhateverTheClockSays) {
    const auto snapshot = [](char id, const char* stamp, bool scheduled) {
        return apply::Snapshot{
            std::string(64, id), {*SiteName::parse("site-a"), stamp}, "12", scheduled, 0};
    };
    const std::vector<apply::Snapshot> all = {
        snapshot('a', "20260102T000000Z", true), snapshot('b', "20260103T000000Z", true),
        snapshot('c', "20250101T000000Z", true), snapshot('d', "20240101T000000Z", false)};
    const auto old = apply::too_old(all, std::string(64, 'c'), 2);
    ASSERT_EQ(old.size(), 1U);
    EXPECT_EQ(old.front().id, std::string(64, 'a'));
    EXPECT_TRUE(apply::too_old(all, std::string(64, 'b'), 7).empty());
}

}  // namespace
}  // namespace wpns
