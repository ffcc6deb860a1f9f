#include <gtest/gtest.h>

#include "apply/backup.hpp"
#include "fakes/fake_host.hpp"

namespace wpns::apply {
namespace {

/// A directory with backups.
class KeepNewest : public testing::Test {
  protected:
    Backup put(const char* site, const std::string& stamp, bool scheduled) {
        Manifest manifest{.site = *SiteName::parse(site),
                          .created = stamp.substr(0, 16),
                          .domain = "a.example",
                          .core = CoreMode::managed,
                          .wordpress = "6.1",
                          .php = "8.2",
                          .scheduled = scheduled,
                          .changed = false,
                          .database = {1, 1, std::string(64, 'a')},
                          .files = {1, 1, std::string(64, 'b')},
                          .settings_sha256 = std::string(64, 'c')};
        Backup backup{std::string(backup_dir) + "/" + site + "-" + stamp, manifest};
        fake_.files.make_directory(backup.path, {});
        File file;
        file.content = to_text(manifest);
        fake_.files.write(backup.path + "/" + manifest_file, file);
        return backup;
    }
    std::vector<std::string> there() { return fake_.files.list(backup_dir); }

    fakes::FakeHost fake_;
};

TEST_F(KeepNewest, DeletesTheOldestOfTheScheduleOnly) {
    put("site-a", "20260101T000000Z", false);
    put("site-a", "20260102T000000Z", true);
    put("site-a", "20260103T000000Z-2", true);
    put("site-a", "20260103T000000Z-10", true);
    put("site-b", "20250101T000000Z", true);
    keep_newest(fake_.files, put("site-a", "20260104T000000Z", true), 2);
    EXPECT_EQ(there(),
              (std::vector<std::string>{"site-a-20260101T000000Z", "site-a-20260103T000000Z-10",
                                        "site-a-20260104T000000Z", "site-b-20250101T000000Z"}));
}

TEST_F(KeepNewest, KeepsTheOneJustMadeWhenTheClockWentBack) {
    put("site-a", "20260102T000000Z", true);
    put("site-a", "20260103T000000Z", true);
    keep_newest(fake_.files, put("site-a", "20250101T000000Z", true), 1);
    EXPECT_EQ(there(), std::vector<std::string>{"site-a-20250101T000000Z"});
}

TEST_F(KeepNewest, LeavesWhatCannotBeRead) {
    const auto damaged = put("site-a", "20260102T000000Z", true);
    fake_.files.files.at(damaged.path + "/" + manifest_file).content += "x";
    keep_newest(fake_.files, put("site-a", "20260103T000000Z", true), 1);
    EXPECT_EQ(there().size(), 2U);
}

TEST_F(KeepNewest, FinishesWhatWasHalfDeleted) {
    fake_.files.make_directory(std::string(backup_dir) + "/.site-a-20260101T000000Z.purged", {});
    keep_newest(fake_.files, put("site-a", "20260103T000000Z", true), 1);
    EXPECT_EQ(there(), std::vector<std::string>{"site-a-20260103T000000Z"});
}

}  // namespace
}  // namespace wpns::apply
