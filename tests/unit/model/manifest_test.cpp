#include "model/manifest.hpp"

#include <gtest/gtest.h>

namespace wpns {
namespace {

Manifest sample_manifest() {
    return {.site = *SiteName::parse("site-a"),
            .created = "20261122T055500Z",
            .domain = "shop.example.com",
            .core = CoreMode::own_copy,
            .wordpress = "6.1.9",
            .php = "8.2",
            .changed = true,
            .database = {65683, 13031, std::string(64, 'a')},
            .files = {2969600, 2231534, std::string(64, 'b')},
            .settings_sha256 = std::string(64, 'c')};
}

TEST(Manifest, IsReadBack) {
    const auto manifest = parse_manifest(to_text(sample_manifest()));
    ASSERT_TRUE(manifest) << manifest.error();
    EXPECT_EQ(*manifest, sample_manifest());
}

TEST(Manifest, SaysWhetherTheRepositoryCompresses) {
    Manifest manifest = sample_manifest();
    manifest.plain = true;
    const auto read = parse_manifest(to_text(manifest));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(*read, manifest);
    EXPECT_EQ(to_text(sample_manifest()).find("plain"), std::string::npos);
}

TEST(Manifest, ADamagedOneIsRefusedWhateverByteItIs) {
    const std::string good = to_text(sample_manifest());
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const int bit : {1, 0x20, 0x80}) {
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ bit);
            EXPECT_FALSE(parse_manifest(bad)) << "byte " << i;
        }
        EXPECT_FALSE(parse_manifest(good.substr(0, i))) << "cut at " << i;
    }
    EXPECT_FALSE(parse_manifest(good + good));
    EXPECT_FALSE(parse_manifest(std::string(1 << 20, 'x')));
}

TEST(Manifest, ATextThatIsRightButNotOfABackupIsRefused) {
    Manifest manifest = sample_manifest();
    manifest.created = "yesterday";
    EXPECT_FALSE(parse_manifest(to_text(manifest)));
    manifest = sample_manifest();
    manifest.files.sha256 = "abc";
    EXPECT_FALSE(parse_manifest(to_text(manifest)));
    manifest = sample_manifest();
    manifest.files.size = ~std::uint64_t{0};
    EXPECT_FALSE(parse_manifest(to_text(manifest)));
}

}  // namespace
}  // namespace wpns
