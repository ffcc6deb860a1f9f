#include "host/linux/parts_zstd.hpp"

#include "base/digest.hpp"
#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

class PartsTest : public FilesTest {
  protected:
    std::unique_ptr<Parts> parts = make_parts();

    BackupPart write(const std::string& path, const std::string& text) {
        const auto writer = parts->create(path, 1U << 30);
        for (std::size_t i = 0; i < text.size(); i += 1000) writer->write(text.substr(i, 1000));
        return writer->finish();
    }
    /// All of it; the summary comes back in `part`.
    std::string read(const std::string& path, BackupPart& part, std::uint64_t limit = 1U << 30) {
        const auto reader = parts->open(path, limit);
        std::string text;
        for (auto bytes = reader->read(); !bytes.empty(); bytes = reader->read()) text += bytes;
        part = reader->summary();
        return text;
    }
};

TEST_F(PartsTest, WhatIsWrittenIsReadBackWithTheSameDigest) {
    for (const std::string ending : {"", ".zst"})
        for (const std::size_t size : {0UL, 1UL, 1000UL, 131072UL, 5'000'000UL}) {
            const std::string path = at("part-" + std::to_string(size) + ending);
            std::string text;
            for (std::size_t i = 0; i < size; ++i) text += static_cast<char>((i * i) >> 3U);
            const auto written = write(path, text);
            BackupPart found;
            EXPECT_EQ(read(path, found), text);
            EXPECT_EQ(found, written);
            EXPECT_EQ(written.size, size);
            EXPECT_EQ(written.sha256, sha256_hex(text_of(path)));
            EXPECT_EQ(written.packed, text_of(path).size());
            struct stat info {};
            ASSERT_EQ(::stat(path.c_str(), &info), 0);
            EXPECT_EQ(info.st_mode & 0777, 0600U);
        }
}

TEST_F(PartsTest, DamageIsNeverReadAsTheSame) {
    const std::string path = at("part.zst");
    const auto written = write(path, std::string(20000, 'a') + random_hex(200));
    const std::string good = text_of(path);
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        put(path, bad);
        BackupPart found;
        try {
            (void)read(path, found);
            EXPECT_NE(found, written) << i;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::conflict);
        }
        put(path, good.substr(0, i));
        EXPECT_THROW((void)read(path, found), Error) << "cut at " << i;
    }
}

TEST_F(PartsTest, DamageOfOneThatIsNotCompressedChangesItsDigest) {
    const std::string path = at("part");
    const auto written = write(path, random_hex(200));
    const std::string good = text_of(path);
    EXPECT_EQ(written, (BackupPart{good.size(), good.size(), sha256_hex(good)}));
    BackupPart found;
    for (std::size_t i = 0; i < good.size(); i += 40) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        for (const auto& text : {bad, good.substr(0, i)}) {
            put(path, text);
            (void)read(path, found);
            EXPECT_NE(found, written) << i;
        }
    }
    put(path, good + "more");
    EXPECT_THROW((void)read(path, found, written.size), Error);
}

TEST_F(PartsTest, ABombEndsAtItsLimit) {
    const std::string path = at("part.zst");
    (void)write(path, std::string(10'000'000, '\0'));
    BackupPart found;
    EXPECT_THROW((void)read(path, found, 1'000'000), Error);
    for (const char* name : {"other.zst", "other"}) {
        const auto writer = parts->create(at(name), 10);
        EXPECT_THROW(writer->write("more than ten bytes"), Error);
    }
}

TEST_F(PartsTest, NothingIsOverwrittenAndForeignFilesAreRefused) {
    const std::string path = at("part.zst");
    (void)write(path, "text");
    EXPECT_THROW((void)parts->create(path, 10), Error);
    BackupPart found;
    ASSERT_EQ(::symlink(path.c_str(), at("link").c_str()), 0);
    EXPECT_THROW((void)read(at("link"), found), Error);
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    EXPECT_THROW((void)read(path, found), Error);
    EXPECT_THROW((void)read(at("none"), found), Error);
}

}  // namespace
}  // namespace wpns::host::linux_os
