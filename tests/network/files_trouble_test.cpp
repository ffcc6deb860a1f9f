#include <sys/syscall.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "host/linux/parts_zstd.hpp"
#include "network/bad_disk.hpp"
#include "network/files_fixture.hpp"

/// Every way of writing on filesystems that are really full, read-only or broken.
namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;

enum class Trouble { no_room, no_inodes, read_only, bad_disk };
constexpr std::array troubles = {Trouble::no_room, Trouble::no_inodes, Trouble::read_only,
                                 Trouble::bad_disk};

constexpr std::size_t much = 2U << 20;

struct Write {
    const char* name;
    std::function<void(LinuxFiles&, const std::string& disk, const std::string& source)> run;
};

const std::vector<Write>& writes() {
    static const std::vector<Write> all = {
        {"File", [](auto& files, const auto& disk,
                    const auto&) { files.write(disk + "/old", plain(std::string(much, 'n'))); }},
        {"Files",
         [](auto& files, const auto& disk, const auto&) {
             files.write_many({{disk + "/a", plain("new")},
                               {disk + "/b", plain(std::string(much, 'n'))},
                               {disk + "/old", plain("new")}});
         }},
        {"Link",
         [](auto& files, const auto& disk, const auto&) {
             files.write(disk + "/old", File{.content = "", .link_target = std::string(300, 'n')});
         }},
        {"Directory", [](auto& files, const auto& disk,
                         const auto&) { files.make_directory(disk + "/a/b", Directory{}); }},
        {"Rename", [](auto& files, const auto& disk,
                      const auto&) { files.rename(disk + "/tree", disk + "/moved"); }},
        {"Exchange", [](auto& files, const auto& disk,
                        const auto&) { files.exchange(disk + "/tree", disk + "/other"); }},
        {"Copy", [](auto& files, const auto& disk,
                    const auto& source) { files.copy_trusted_tree(source, disk + "/copy", {}); }},
        {"Fill", [](auto& files, const auto& disk,
                    const auto& source) { files.fill_directory(source, disk + "/other"); }},
        {"Clone",
         [](auto& files, const auto& disk, const auto&) {
             files.clone_tree(disk + "/site", 9, disk + "/clone", 8, Zeros::keep);
         }},
    };
    return all;
}

class FilesTrouble : public FilesTest,
                     public ::testing::WithParamInterface<std::tuple<std::size_t, std::size_t>> {
  protected:
    void SetUp() override {
        FilesTest::SetUp();
        if (IsSkipped()) return;
        make_source(at("source"), 0, much);
        fs::create_directory(at("place"));
        trouble_ == Trouble::bad_disk ? use_bad_disk() : use_tmpfs();
        if (IsSkipped()) return;
        make_source(disk() + "/site", 9, much / 4);
        LinuxFiles before;
        before.write(disk() + "/old", plain("old"));
        before.make_directory(disk() + "/tree", Directory{});
        before.make_directory(disk() + "/other", Directory{});
        before.write(disk() + "/tree/old", plain("old"));
        const UniqueFd directory(::open(disk().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        ASSERT_EQ(::syncfs(directory.get()), 0);
        before_ = content();
        spoil();
    }
    void TearDown() override {
        bad_disk_.reset();
        if (in_throwaway_host()) ::umount2(at("place").c_str(), MNT_DETACH);
        FilesTest::TearDown();
    }

    [[nodiscard]] std::string disk() const { return bad_disk_ ? bad_disk_->path() : at("place"); }
    /// Names and texts of all that is there.
    [[nodiscard]] std::map<std::string, std::string> content() const {
        std::map<std::string, std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(disk()))
            if (entry.path().filename() != "filler" && entry.path().filename() != "lost+found" &&
                !entry.path().filename().string().starts_with("inode-"))
                found[entry.path()] = entry.is_symlink() ? fs::read_symlink(entry.path()).string()
                                      : entry.is_regular_file() ? text_of(entry.path()).substr(0, 8)
                                                                : "";
        return found;
    }
    void mend() {
        switch (trouble_) {
            case Trouble::bad_disk:
                return bad_disk_->boot();
            case Trouble::read_only:
                ASSERT_EQ(::mount(nullptr, disk().c_str(), nullptr, MS_REMOUNT, "mode=0755"), 0);
                return;
            default:
                for (const auto& entry : fs::directory_iterator(disk()))
                    if (entry.is_regular_file() && entry.path().filename() != "old")
                        fs::remove(entry.path());
        }
    }

    const Trouble trouble_ = troubles.at(std::get<0>(GetParam()));
    const Write& write_ = writes().at(std::get<1>(GetParam()));
    std::map<std::string, std::string> before_;

  private:
    static void make_source(const std::string& path, uid_t owner, std::size_t size) {
        for (int i = 0; i < 40; ++i)
            put(path + "/" + std::to_string(i), std::string(size / 40, 'n'));
        for (const auto& entry : fs::directory_iterator(path))
            ASSERT_EQ(::chown(entry.path().c_str(), owner, owner), 0);
        ASSERT_EQ(::chown(path.c_str(), owner, owner), 0);
    }
    void use_bad_disk() {
        bad_disk_ = std::make_unique<BadDisk>(at("place"));
        if (!bad_disk_->why_not().empty()) GTEST_SKIP() << bad_disk_->why_not();
    }
    void use_tmpfs() {
        ASSERT_EQ(::mount("tmpfs", disk().c_str(), "tmpfs", 0, "size=4m,nr_inodes=160,mode=0755"),
                  0);
    }
    void spoil() {
        if (trouble_ == Trouble::bad_disk) return bad_disk_->spoil();
        if (trouble_ == Trouble::read_only) {
            ASSERT_EQ(::mount(nullptr, disk().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, ""), 0);
        } else if (trouble_ == Trouble::no_room) {
            std::ofstream(disk() + "/filler") << std::string(4U << 20, 'x');
        } else {
            for (int i = 0;; ++i) {
                const UniqueFd made(
                    ::open((disk() + "/inode-" + std::to_string(i)).c_str(), O_CREAT | O_CLOEXEC));
                if (!made.valid()) return;
            }
        }
    }
    std::unique_ptr<BadDisk> bad_disk_;
};

class PartTrouble : public FilesTrouble {};

/// A write that fails has changed nothing; one that says it is done is there after a boot. Once
/// the trouble is over it works.
TEST_P(FilesTrouble, ItIsBeforeOrAfter) {
    std::optional<std::string> error;
    try {
        write_.run(files, disk(), at("source"));
    } catch (const Error& caught) {
        EXPECT_EQ(caught.kind(), ErrorKind::failed) << caught.message();
        error = caught.message();
    }
    if (trouble_ == Trouble::bad_disk) mend();
    if (error) {
        EXPECT_EQ(content(), before_) << *error;
        if (trouble_ != Trouble::bad_disk) mend();
        write_.run(files, disk(), at("source"));
    }
    EXPECT_NE(content(), before_);
    for (const auto& [path, text] : content()) EXPECT_EQ(path.find(".wpns-"), path.npos) << path;
    RecordProperty("error", error.value_or("none"));
}

/// A part of a backup that cannot be written whole is an error at the latest when it is ended.
TEST_P(PartTrouble, IsToldOf) {
    const auto parts = make_parts();
    std::string bytes(much, ' ');
    for (std::size_t i = 0, random = 1; i < bytes.size(); ++i, random = random * 69069 + 1)
        bytes[i] = static_cast<char>(random >> 24U);  // nothing that could be packed
    for (const char* name : {"/part.zst", "/part"}) {
        std::string message;
        EXPECT_EQ(error_of(
                      [&] {
                          const auto writer = parts->create(disk() + name, 2 * much);
                          writer->write(bytes);
                          (void)writer->finish();
                      },
                      &message),
                  ErrorKind::failed);
        EXPECT_NE(message.find(disk() + name), message.npos) << message;
    }
}

INSTANTIATE_TEST_SUITE_P(Real, PartTrouble,
                         ::testing::Combine(::testing::Range<std::size_t>(0, troubles.size()),
                                            ::testing::Values<std::size_t>(0)));

std::string name_of(const testing::TestParamInfo<FilesTrouble::ParamType>& info) {
    constexpr std::array names = {"NoRoom", "NoInodes", "ReadOnly", "BadDisk"};
    return std::string(names.at(std::get<0>(info.param))) + writes()[std::get<1>(info.param)].name;
}

INSTANTIATE_TEST_SUITE_P(Real, FilesTrouble,
                         ::testing::Combine(::testing::Range<std::size_t>(0, troubles.size()),
                                            ::testing::Range<std::size_t>(0, writes().size())),
                         name_of);

}  // namespace
}  // namespace wpns::host::linux_os
