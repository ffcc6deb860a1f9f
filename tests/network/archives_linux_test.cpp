#include "host/linux/archives_linux.hpp"

#include "base/digest.hpp"
#include "host/linux/process_linux.hpp"
#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

/// The unpacker is cat: an archive is then the records themselves.
class ArchivesTest : public FilesTest {
  protected:
    void SetUp() override {
        FilesTest::SetUp();
        if (IsSkipped()) return;
        std::filesystem::create_directories(at("core"));
        std::filesystem::create_directories(at("downloads"));
    }

    static Process::Command program(std::vector<std::string> argv) {
        Process::Command command;
        command.argv = std::move(argv);
        return command;
    }

    static std::string record(const std::string& path, const std::string& content) {
        return std::to_string(content.size()) + " 1700000000 " + path + "\n" + content;
    }

    static std::string wordpress(const std::string& top) {
        return record(top + "index.php", "index") +
               record(top + "wp-includes/version.php", "<?php\n$wp_version = '6.1.9';\n");
    }

    /// Makes at("core/x") from these records.
    std::string make(const std::string& records) {
        put(at("archive"), records);
        return archives->make_tree(program({"/bin/cat"}), {at("archive"), sha256_hex(records)},
                                   at("core/x"), {"wp-config.php", ".htaccess"});
    }

    std::unique_ptr<Process> process = make_process();
    std::unique_ptr<Archives> archives = make_archives(*process);
};

TEST_F(ArchivesTest, MakesATreeOfRoot) {
    const auto before = ::umask(077);
    const auto version =
        make(wordpress("w/") + record("w/.htaccess", "x") + record("w/wp-config.php", "x") +
             record("w/a/b/c", "") + record("w/a/.htaccess", "kept") + "end\n");
    ::umask(before);
    EXPECT_EQ(version, "6.1.9");
    EXPECT_EQ(files.list(at("core")), std::vector<std::string>{"x"});
    EXPECT_EQ(files.list(at("core/x")),
              (std::vector<std::string>{"a", "index.php", "wp-includes"}));
    EXPECT_EQ(text_of(at("core/x/index.php")), "index");
    EXPECT_EQ(text_of(at("core/x/a/.htaccess")), "kept");
    EXPECT_EQ(stat_at(at("core/x")).st_mode, S_IFDIR | 0755U);
    EXPECT_EQ(stat_at(at("core/x/a/b")).st_mode, S_IFDIR | 0755U);
    EXPECT_EQ(stat_at(at("core/x/a/b/c")).st_mode, S_IFREG | 0644U);
    EXPECT_EQ(stat_at(at("core/x/index.php")).st_mtim.tv_sec, 1'700'000'000);
    EXPECT_EQ(entries(at("core")), 1U);
}

TEST_F(ArchivesTest, MakesATreeOfWhateverAProgramWrites) {
    const auto make_plain = [&](const std::string& records) {
        put(at("archive"), records);
        archives->make_plain_tree(program({"/bin/cat", at("archive")}), at("core/x"));
    };
    for (const std::string& bad : {record("../a", "1") + "end\n", record("a/b.bin", "1")})
        EXPECT_THROW(make_plain(bad), Error) << bad;
    EXPECT_EQ(entries(at("core")), 0U);
    make_plain(record("a/b.bin", "1") + record("c.bin", "2") + "end\n");
    EXPECT_EQ(text_of(at("core/x/a/b.bin")), "1");
    EXPECT_EQ(text_of(at("core/x/c.bin")), "2");
    EXPECT_EQ(stat_at(at("core/x/a/b.bin")).st_mode, S_IFREG | 0644U);
    EXPECT_EQ(entries(at("core")), 1U);
    EXPECT_THROW(make_plain("end\n"), Error);  // it is there
}

TEST_F(ArchivesTest, AVersionThatCannotBeReadIsEmpty) {
    EXPECT_EQ(make(record("wp-includes/version.php", "<?php\n") + "end\n"), "");
}

TEST_F(ArchivesTest, RecordsThatAreNoWordpressLeaveNothing) {
    const std::string good = wordpress("w/");
    const std::string cases[] = {
        "",
        good,
        good + "end",
        good + "12 0 w/cut\nshort",
        good + "9999999999 0 w/large\n",
        good + "not a record\nend\n",
        good + record("../x", "x") + "end\n",
        good + record("/x", "x") + "end\n",
        good + record("other/x", "x") + "end\n",
        good + record("w/index.php", "twice") + "end\n",
        good + record("w/index.php/below", "x") + "end\n",
        record("w/wp-includes", "x") + good + "end\n",
        record("w/index.php", "x") + "end\n",
        "end\n",
    };
    for (const auto& records : cases) {
        EXPECT_EQ(error_of([&] { (void)make(records); }), ErrorKind::conflict) << records;
        EXPECT_EQ(entries(at("core")), 0U) << records;
        EXPECT_FALSE(std::filesystem::exists(at("x")));
    }
}

TEST_F(ArchivesTest, AnUnpackerThatFailsSaysWhy) {
    put(at("archive"), "x");
    std::string message;
    EXPECT_EQ(error_of(
                  [&] {
                      (void)archives->make_tree(
                          program({"/bin/sh", "-c", "echo it has a 'link\033' >&2; exit 1"}),
                          {at("archive"), sha256_hex("x")}, at("core/x"), {});
                  },
                  &message),
              ErrorKind::failed);
    EXPECT_EQ(message, "it has a link\\x1b");
    EXPECT_EQ(entries(at("core")), 0U);
}

TEST_F(ArchivesTest, AnArchiveOfAnotherSumIsNotUnpacked) {
    const std::string records = wordpress("w/") + "end\n";
    put(at("archive"), records);
    const auto unpacker = program({"/bin/sh", "-c", "touch " + at("ran") + "; cat"});
    EXPECT_EQ(error_of([&] {
                  (void)archives->make_tree(unpacker, {at("archive"), std::string(64, 'a')},
                                            at("core/x"), {});
              }),
              ErrorKind::conflict);
    EXPECT_FALSE(std::filesystem::exists(at("ran")));
    EXPECT_EQ(error_of([&] {
                  (void)archives->make_tree(unpacker, {at("none"), sha256_hex(records)},
                                            at("core/x"), {});
              }),
              ErrorKind::missing);
    put(at("core/x/file"), "there before");
    EXPECT_EQ(error_of([&] { (void)make(records); }), ErrorKind::conflict);
    EXPECT_EQ(text_of(at("core/x/file")), "there before");
}

TEST_F(ArchivesTest, WhatIsReceivedIsKeptOnlyWithTheRightSum) {
    const std::string path = at("downloads/sum");
    archives->receive(program({"/usr/bin/printf", "bytes"}), {path, sha256_hex("bytes")});
    EXPECT_EQ(text_of(path), "bytes");
    EXPECT_EQ(stat_at(path).st_mode, S_IFREG | 0600U);
    EXPECT_EQ(archives->sha256(path), sha256_hex("bytes"));
    std::string message;
    EXPECT_EQ(error_of(
                  [&] {
                      archives->receive(program({"/usr/bin/printf", "other"}),
                                        {path, sha256_hex("bytes")});
                  },
                  &message),
              ErrorKind::conflict);
    EXPECT_NE(message.find(sha256_hex("other")), std::string::npos) << message;
    EXPECT_NE(message.find(sha256_hex("bytes")), std::string::npos) << message;
    EXPECT_EQ(text_of(path), "bytes");
    EXPECT_EQ(error_of([&] {
                  archives->receive(program({"/bin/sh", "-c", "printf bytes; exit 22"}),
                                    {path + "2", sha256_hex("bytes")});
              }),
              ErrorKind::failed);
    EXPECT_EQ(entries(at("downloads")), 1U);
    EXPECT_FALSE(archives->sha256(at("downloads/none")));
}

TEST_F(ArchivesTest, LeftoversOfAnInterruptedRunGo) {
    put(at("core/.wpns-01234567.tmp/file"), "x");
    put(at("downloads/.wpns-01234567.tmp"), "x");
    (void)make(wordpress("") + "end\n");
    archives->receive(program({"/usr/bin/printf", "bytes"}),
                      {at("downloads/sum"), sha256_hex("bytes")});
    EXPECT_EQ(entries(at("core")), 1U);
    EXPECT_EQ(entries(at("downloads")), 1U);
}

}  // namespace
}  // namespace wpns::host::linux_os
