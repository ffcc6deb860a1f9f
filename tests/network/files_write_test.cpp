#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;

TEST_F(FilesTest, WritesWhatItReads) {
    for (const File& file :
         {File{"secret", "", 7, 8, 0640}, File{"", "", 0, 0, 0600}, File{"set-id", "", 7, 8, 02755},
          File{std::string(1 << 20, 'x'), "", 0, 0, 0644},
          File{.content = "", .link_target = "../elsewhere"}}) {
        files.write(at("file"), file);
        EXPECT_EQ(files.read(at("file")), file);
        EXPECT_EQ(entries(root), 1U);
    }
}

TEST_F(FilesTest, ReplacesALinkInsteadOfWritingThroughIt) {
    put(at("victim"), "untouched");
    fs::create_symlink(at("victim"), at("link"));
    files.write(at("link"), plain("new"));
    EXPECT_EQ(text_of(at("victim")), "untouched");
    EXPECT_EQ(files.read(at("link")), plain("new"));
}

TEST_F(FilesTest, AReaderOfTheOldFileKeepsIt) {
    files.write(at("file"), plain("old"));
    const UniqueFd old(::open(at("file").c_str(), O_RDONLY | O_CLOEXEC));
    files.write(at("file"), plain("new"));
    char text[4] = {};
    EXPECT_EQ(::read(old.get(), text, 3), 3);
    EXPECT_STREQ(text, "old");
}

TEST_F(FilesTest, AFailedWriteLeavesTheOldFileAndNothingElse) {
    put(at("full/file"), "old");
    ASSERT_EQ(::mount("tmpfs", at("full").c_str(), "tmpfs", 0, "size=64k,mode=0755"), 0);
    put(at("full/file"), "old");
    EXPECT_EQ(error_of([&] { files.write(at("full/file"), plain(std::string(200'000, 'x'))); }),
              ErrorKind::failed);
    EXPECT_EQ(text_of(at("full/file")), "old");
    EXPECT_EQ(entries(at("full")), 1U);
    ASSERT_EQ(::umount(at("full").c_str()), 0);
}

TEST_F(FilesTest, ADirectoryInTheWayIsAnErrorAndLeavesNothing) {
    fs::create_directory(at("directory"));
    EXPECT_EQ(error_of([&] { files.write(at("directory"), plain("x")); }), ErrorKind::failed);
    EXPECT_EQ(entries(root), 1U);
}

TEST_F(FilesTest, ItsDirectoryMustBeThereAndRootsAlone) {
    EXPECT_EQ(error_of([&] { files.write(at("none/file"), plain("x")); }), ErrorKind::missing);
    fs::create_directory(at("site"));
    ASSERT_EQ(::chown(at("site").c_str(), 9, 9), 0);
    EXPECT_EQ(error_of([&] { files.write(at("site/file"), plain("x")); }), ErrorKind::conflict);
    EXPECT_EQ(entries(at("site")), 0U);
}

TEST_F(FilesTest, WritesManyInSeveralDirectories) {
    std::map<std::string, File> wanted;
    for (int i = 0; i < 300; ++i) {
        const std::string directory = at("d" + std::to_string(i % 3));
        fs::create_directories(directory);
        wanted[directory + "/f" + std::to_string(i)] = plain(std::to_string(i));
    }
    wanted[at("d0/link")] = File{.content = "", .link_target = "f0"};
    files.write_many(wanted);
    for (const auto& [path, file] : wanted) EXPECT_EQ(files.read(path), file) << path;
    EXPECT_EQ(entries(at("d0")) + entries(at("d1")) + entries(at("d2")), 301U);
}

TEST_F(FilesTest, ABadFileInABatchLeavesNoTemporaryOnes) {
    fs::create_directory(at("d"));
    const std::map<std::string, File> wanted = {{at("d/a"), plain("a")},
                                                {at("none/b"), plain("b")}};
    EXPECT_EQ(error_of([&] { files.write_many(wanted); }), ErrorKind::missing);
    EXPECT_EQ(entries(at("d")), 0U);
}

TEST_F(FilesTest, TheFirstWriteRemovesLeftoversOfACrash) {
    put(at(".wpns-0123abcd.tmp"), "half");
    put(at(".wpns-89abcdef.tmp/tree/file"), "half");
    put(at(".wpns-other"), "not ours");
    files.write(at("file"), plain("x"));
    EXPECT_EQ(entries(root), 2U);
    EXPECT_TRUE(fs::exists(at(".wpns-other")));
}

TEST_F(FilesTest, RemovingAFileThatIsNotThereRemovesLeftoversOfItsWrite) {
    put(at("d/.wpns-0123abcd.tmp"), "half");
    put(at("d/other"), "stays");
    files.remove_file(at("d/file"));
    EXPECT_EQ(entries(at("d")), 1U);
    EXPECT_TRUE(fs::exists(at("d/other")));
}

TEST_F(FilesTest, SweepsOnlyWhatWasHalfWritten) {
    put(at("d/.wpns-0123abcd.tmp"), "half");
    put(at("d/.none"), "stays");
    files.sweep(at("d"));
    EXPECT_EQ(entries(at("d")), 1U);
    EXPECT_TRUE(fs::exists(at("d/.none")));
    files.sweep(at("not-there"));
    EXPECT_FALSE(fs::exists(at("not-there")));
}

TEST_F(FilesTest, MakesDirectoriesWithRootsParents) {
    files.make_directory(at("a/b/www"), Directory{412, 412, 0700});
    EXPECT_EQ(files.stat_directory(at("a")), (Directory{0, 0, 0755}));
    EXPECT_EQ(files.stat_directory(at("a/b")), (Directory{0, 0, 0755}));
    EXPECT_EQ(files.stat_directory(at("a/b/www")), (Directory{412, 412, 0700}));
    files.make_directory(at("a/b/www"), Directory{413, 414, 02750});
    EXPECT_EQ(files.stat_directory(at("a/b/www")), (Directory{413, 414, 02750}));
}

TEST_F(FilesTest, DoesNotTakeAFileOrALinkForADirectory) {
    put(at("file"), "x");
    fs::create_directory(at("victim"));
    fs::create_symlink(at("victim"), at("link"));
    fs::create_symlink(at("nowhere"), at("dangling"));
    for (const std::string name : {"file", "link", "dangling", "dangling/below"}) {
        EXPECT_EQ(error_of([&] {
                      files.make_directory(at(name), Directory{9, 9, 0700});
                  }),
                  ErrorKind::conflict)
            << name;
    }
    EXPECT_EQ(stat_at(at("victim")).st_uid, 0U);
    EXPECT_FALSE(fs::exists(at("nowhere")));
}

TEST_F(FilesTest, RemovesFilesAndEmptyDirectories) {
    put(at("d/file"), "x");
    EXPECT_EQ(error_of([&] { files.remove_directory(at("d")); }), ErrorKind::failed);
    files.remove_file(at("d/file"));
    files.remove_file(at("d/file"));
    EXPECT_EQ(error_of([&] { files.remove_file(at("d")); }), ErrorKind::failed);
    put(at("d/.wpns-0123abcd.tmp"), "left by a crash");
    files.remove_directory(at("d"));
    files.remove_directory(at("d"));
    files.remove_file(at("d/file"));
    EXPECT_EQ(entries(root), 0U);
}

TEST_F(FilesTest, RenamesButNeverOverwrites) {
    put(at("new/file"), "new");
    fs::create_directory(at("old"));
    EXPECT_EQ(error_of([&] { files.rename(at("new"), at("old")); }), ErrorKind::conflict);
    fs::remove(at("old"));
    files.rename(at("new"), at("old"));
    EXPECT_EQ(text_of(at("old/file")), "new");
    EXPECT_FALSE(fs::exists(at("new")));
    EXPECT_EQ(error_of([&] { files.rename(at("none"), at("x")); }), ErrorKind::failed);
}

TEST_F(FilesTest, SetsASysctlOfTheThrowawayNetwork) {
    const std::string path = "/proc/sys/net/ipv4/ip_forward";
    files.set_sysctl("net.ipv4.ip_forward", "1");
    EXPECT_EQ(text_of(path), "1\n");
    files.set_sysctl("net.ipv4.ip_forward", "0");
    EXPECT_EQ(text_of(path), "0\n");
    EXPECT_EQ(error_of([&] { files.set_sysctl("net.ipv4.none_such", "1"); }), ErrorKind::missing);
    for (const std::string key : {"", "net", "net..ipv4", "net/ipv4.x", "net.../../x", "net.IP"}) {
        EXPECT_EQ(error_of([&] { files.set_sysctl(key, "1"); }), ErrorKind::bug) << key;
    }
}

}  // namespace
}  // namespace wpns::host::linux_os
