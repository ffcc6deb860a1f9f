#include "model/archive_tree.hpp"

#include <gtest/gtest.h>

#include "model/names.hpp"
#include "model/resource.hpp"

namespace wpns {
namespace {

std::vector<ArchiveFile> files(std::initializer_list<const char*> paths) {
    std::vector<ArchiveFile> result;
    for (const char* path : paths) result.push_back({1, 0, path});
    return result;
}

TEST(ArchiveFile, IsReadFromOneLine) {
    EXPECT_EQ(parse_archive_file("12 1700000000 wordpress/a b.php"),
              (ArchiveFile{12, 1'700'000'000, "wordpress/a b.php"}));
    EXPECT_EQ(parse_archive_file("0 0 b\xc3\xbc.txt")->path, "b\xc3\xbc.txt");
}

TEST(ArchiveFile, NothingLeadsOutOfTheTree) {
    const std::string deep = [] {
        std::string path;
        for (int i = 0; i < 32; ++i) path += "d/";
        return path + "f";
    }();
    for (const std::string& path :
         {std::string("/etc/passwd"), std::string("../x"), std::string("a/../x"),
          std::string("a/.."), std::string("./a"), std::string("a//b"), std::string("a/"),
          std::string("."), std::string(), std::string("a\x1b[1m"), std::string("a\tb"),
          std::string("a\x7f"), std::string("a\0b", 3), std::string(256, 'n'),
          std::string(1025, 'n'), deep}) {
        EXPECT_FALSE(parse_archive_file("1 1 " + path)) << path;
    }
}

TEST(ArchiveFile, NonsenseIsRefused) {
    for (const char* line :
         {"", "end", "1", "1 1", "1 a", "-1 1 a", "1 -1 a", "x 1 a", "1 x a", "0x1 1 a", " 1 1 a",
          "99999999999999999999 1 a", "1.5 1 a", "1  1 a"}) {
        EXPECT_FALSE(parse_archive_file(line)) << line;
    }
}

TEST(ArchiveFile, AReasonIsPrintable) {
    EXPECT_NE(parse_archive_file("1 1 a\x1b").error().find("a\\x1b"), std::string::npos);
}

TEST(WordpressRoot, IsTheTopOrTheOneTopDirectory) {
    EXPECT_EQ(wordpress_root(files({"index.php", "wp-includes/version.php"})), "");
    EXPECT_EQ(wordpress_root(files({"w-6.1/index.php", "w-6.1/wp-includes/version.php"})),
              "w-6.1/");
}

TEST(WordpressRoot, AnythingElseIsRefused) {
    const std::vector<ArchiveFile> cases[] = {
        {},
        files({"index.php"}),
        files({"a/index.php"}),
        files({"a/wp-includes/version.php", "b/index.php"}),
        files({"a/wp-includes/version.php", "readme"}),
        files({"a/wp-includes/version.php", "ab/x"}),
        files({"a/b/wp-includes/version.php"}),
        files({"wp-includes/version.php", "x", "x"}),
    };
    for (const auto& given : cases) EXPECT_FALSE(wordpress_root(given)) << given.size();
}

TEST(WordpressRoot, KeepsToTheBudget) {
    auto two = files({"wp-includes/version.php", "x"});
    two[0].size = max_tree_bytes - 1;
    EXPECT_TRUE(wordpress_root(two));
    two[1].size = 2;
    EXPECT_FALSE(wordpress_root(two));
    two[1].size = ~std::uint64_t{0};
    EXPECT_FALSE(wordpress_root(two));
    std::vector<ArchiveFile> many(max_tree_files - 1);
    for (std::size_t i = 0; i < many.size(); ++i) many[i].path = std::to_string(i);
    many.push_back({1, 0, "wp-includes/version.php"});
    EXPECT_TRUE(wordpress_root(many));
    many.push_back({1, 0, "one more"});
    EXPECT_FALSE(wordpress_root(many));
}

TEST(CoreId, FollowsFromTheSum) {
    EXPECT_EQ(names::core_id("0123456789abcdef" + std::string(48, 'f')), "sha256-0123456789abcdef");
}

TEST(CoreDigest, TheSameBytesAreTheSameTreeWhereverTheyComeFrom) {
    const ResourceKey key{Kind::core, "/var/lib/wpns/core/sha256-0123456789abcdef", ""};
    const std::string sum(64, 'a');
    EXPECT_EQ(digest_of(key, Core{"/root/w.zip", "", sum}),
              digest_of(key, Core{"https://a.example/w.zip", "", sum}));
    EXPECT_NE(digest_of(key, Core{"/root/w.zip", "", sum}),
              digest_of(key, Core{"/root/w.zip", "", std::string(64, 'b')}));
    Core with_texts{"/root/w.zip", "", sum};
    with_texts.unpack = "[Service]";
    EXPECT_EQ(with_texts, (Core{"/root/w.zip", "", sum}));
}

}  // namespace
}  // namespace wpns
