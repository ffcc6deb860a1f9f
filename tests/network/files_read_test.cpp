#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;

TEST_F(FilesTest, ReadsContentOwnerAndMode) {
    put(at("a"), "hello\n");
    ASSERT_EQ(::chown(at("a").c_str(), 7, 8), 0);
    ASSERT_EQ(::chmod(at("a").c_str(), 0640), 0);
    EXPECT_EQ(files.read(at("a")), (File{"hello\n", "", 7, 8, 0640}));
}

TEST_F(FilesTest, ReadsALinkAsTheDefaultFileWithATarget) {
    fs::create_symlink("/dev/null", at("masked"));
    EXPECT_EQ(files.read(at("masked")), (File{.content = "", .link_target = "/dev/null"}));
}

TEST_F(FilesTest, ReadsManyAsItReadsOne) {
    put(at("one/a"), "a");
    put(at("one/b"), "b");
    put(at("two/a"), "c");
    fs::create_symlink("/dev/null", at("two/masked"));
    const std::vector paths = {at("two/a"), at("one/a"),  at("none/a"),
                               at("one/b"), at("one/no"), at("two/masked")};
    const auto found = files.read_many(paths);
    ASSERT_EQ(found.size(), 4U);
    for (const auto& [path, file] : found) EXPECT_EQ(file, files.read(path)) << path;
    put(at("one/link"), "x");
    fs::create_hard_link(at("one/link"), at("one/again"));
    const std::vector refused = {at("one/a"), at("one/again")};
    EXPECT_EQ(error_of([&] { (void)files.read_many(refused); }), ErrorKind::conflict);
}

TEST_F(FilesTest, NothingWhereNothingIs) {
    EXPECT_EQ(files.read(at("none")), std::nullopt);
    EXPECT_EQ(files.read(at("none/deeper/file")), std::nullopt);
    EXPECT_EQ(files.stat_directory(at("none")), std::nullopt);
    EXPECT_TRUE(files.list(at("none")).empty());
}

TEST_F(FilesTest, AnotherTypeIsAConflict) {
    fs::create_directory(at("directory"));
    put(at("file"), "");
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    EXPECT_EQ(error_of([&] { (void)files.read(at("directory")); }), ErrorKind::conflict);
    EXPECT_EQ(error_of([&] { (void)files.read(at("fifo")); }), ErrorKind::conflict);
    EXPECT_EQ(error_of([&] { (void)files.stat_directory(at("file")); }), ErrorKind::conflict);
    EXPECT_EQ(error_of([&] { (void)files.read(at("file/below")); }), ErrorKind::conflict);
}

TEST_F(FilesTest, RefusesHardLinksAndLargeFiles) {
    put(at("one"), "x");
    fs::create_hard_link(at("one"), at("two"));
    EXPECT_EQ(error_of([&] { (void)files.read(at("one")); }), ErrorKind::conflict);
    put(at("fits"), std::string(1 << 20, 'x'));
    EXPECT_EQ(files.read(at("fits"))->content.size(), 1U << 20);
    put(at("large"), "");
    fs::resize_file(at("large"), max_file_size + 1);
    EXPECT_EQ(error_of([&] { (void)files.read(at("large")); }), ErrorKind::conflict);
}

TEST_F(FilesTest, AComponentThatOthersCanChangeIsNamed) {
    put(at("open/inner/file"), "x");
    struct Case {
        uid_t uid;
        gid_t gid;
        mode_t mode;
    };
    for (const auto& c :
         {Case{0, 0, 0775}, Case{0, 0, 0757}, Case{0, 0, 01777}, Case{9, 0, 0755}}) {
        ASSERT_EQ(::chown(at("open").c_str(), c.uid, c.gid), 0);
        ASSERT_EQ(::chmod(at("open").c_str(), c.mode), 0);
        std::string message;
        EXPECT_EQ(error_of([&] { (void)files.read(at("open/inner/file")); }, &message),
                  ErrorKind::conflict);
        EXPECT_TRUE(message.starts_with(at("open") + " ")) << message;
    }
    ASSERT_EQ(::chown(at("open").c_str(), 0, 5), 0);  // a group that cannot write is no harm
    ASSERT_EQ(::chmod(at("open").c_str(), 0750), 0);
    EXPECT_EQ(files.read(at("open/inner/file"))->content, "x");
}

TEST_F(FilesTest, FollowsRootsLinksOnTheWayOnly) {
    put(at("real/file"), "x");
    fs::create_directory(at("b"));
    fs::create_symlink("../real", at("b/relative"));
    fs::create_symlink(at("b/relative"), at("absolute"));
    EXPECT_EQ(files.read(at("absolute/file"))->content, "x");
    EXPECT_EQ(error_of([&] { (void)files.stat_directory(at("absolute")); }), ErrorKind::conflict);
    ASSERT_EQ(::lchown(at("absolute").c_str(), 9, 9), 0);
    std::string message;
    EXPECT_EQ(error_of([&] { (void)files.read(at("absolute/file")); }, &message),
              ErrorKind::conflict);
    EXPECT_TRUE(message.starts_with(at("absolute"))) << message;
}

TEST_F(FilesTest, ALinkIntoTheWorldOfOthersIsRefused) {
    put(at("site/www/file"), "x");
    ASSERT_EQ(::chown(at("site").c_str(), 9, 9), 0);
    fs::create_symlink(at("site/www"), at("link"));
    EXPECT_EQ(error_of([&] { (void)files.read(at("link/file")); }), ErrorKind::conflict);
}

TEST_F(FilesTest, LinksInACircleEnd) {
    fs::create_symlink("two", at("one"));
    fs::create_symlink("one", at("two"));
    EXPECT_EQ(error_of([&] { (void)files.read(at("one/file")); }), ErrorKind::failed);
}

TEST_F(FilesTest, OnlyPlainAbsolutePaths) {
    for (const std::string path :
         {"", "/", "run/x", "/run/../etc/passwd", "/run/./x", "/run//x", "/run/x/"}) {
        EXPECT_EQ(error_of([&] { (void)files.read(path); }), ErrorKind::bug) << path;
    }
}

TEST_F(FilesTest, ListsSortedWithoutTemporaryNames) {
    for (const std::string name : {"b", "a", ".hidden", ".wpns-0123abcd.tmp"}) put(at(name), "");
    EXPECT_EQ(files.list(root), (std::vector<std::string>{".hidden", "a", "b"}));
}

TEST_F(FilesTest, StatsTheTopOfASiteWorld) {
    fs::create_directory(at("www"));
    ASSERT_EQ(::chown(at("www").c_str(), 412, 412), 0);
    ASSERT_EQ(::chmod(at("www").c_str(), 0700), 0);
    EXPECT_EQ(files.stat_directory(at("www")), (Directory{412, 412, 0700}));
}

}  // namespace
}  // namespace wpns::host::linux_os
