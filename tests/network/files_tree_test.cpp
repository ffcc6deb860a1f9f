#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kSite = 412;

class TreeTest : public FilesTest {
  protected:
    void SetUp() override {
        FilesTest::SetUp();
        if (IsSkipped()) return;
        put(at("outside/file"), "keep");
        fs::create_directories(at("data/www"));
        give(at("data/www"));
    }

    /// What a site could have made: everything below is its own.
    static void give(const std::string& path) {
        ASSERT_EQ(::lchown(path.c_str(), kSite, kSite), 0) << path;
        if (fs::is_symlink(path) || !fs::is_directory(path)) return;
        for (const auto& entry : fs::recursive_directory_iterator(path)) {
            ASSERT_EQ(::lchown(entry.path().c_str(), kSite, kSite), 0) << entry.path();
        }
    }

    void expect_purged() {
        EXPECT_FALSE(fs::exists(fs::symlink_status(at("data/www"))));
        EXPECT_EQ(text_of(at("outside/file")), "keep");
    }
};

TEST_F(TreeTest, ClonesForAnotherOwnerAndKeepsHoles) {
    put(at("data/www/sub/file"), "content");
    put(at("data/www/holes"), "begin");
    fs::resize_file(at("data/www/holes"), 64U << 20);
    ASSERT_EQ(::chmod(at("data/www/sub/file").c_str(), 0640), 0);
    give(at("data/www"));
    files.clone_tree(at("data/www"), kSite, at("image"), 0, Zeros::keep);
    files.clone_tree(at("image"), 0, at("data/copy"), 777, Zeros::keep);
    EXPECT_EQ(text_of(at("data/copy/sub/file")), "content");
    const auto file = stat_at(at("data/copy/sub/file"));
    EXPECT_EQ(file.st_mode & 07777U, 0640U);
    for (const char* path : {"data/copy", "data/copy/sub", "data/copy/sub/file"}) {
        EXPECT_EQ(stat_at(at(path)).st_uid, 777U) << path;
        EXPECT_EQ(stat_at(at(path)).st_gid, 777U) << path;
    }
    EXPECT_EQ(stat_at(at("data/copy/holes")).st_size, 64 << 20);
    EXPECT_LT(stat_at(at("data/copy/holes")).st_blocks * 512, 1 << 20);
    EXPECT_EQ(stat_at(at("image")).st_uid, 0U);
    EXPECT_EQ(
        error_of([&] { files.clone_tree(at("image"), 0, at("data/copy"), 777, Zeros::keep); }),
        ErrorKind::conflict);
}

TEST_F(TreeTest, FillsAnEmptyDirectoryAsItsOwnersWithTheTimesOfTheOriginals) {
    put(at("core/themes/style.css"), "body {}");
    const timespec times[] = {{1, 0}, {1000000000, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, at("core/themes/style.css").c_str(), times, 0), 0);
    ASSERT_EQ(::chmod(at("data/www").c_str(), 0700), 0);
    files.fill_directory(at("core"), at("data/www"));
    EXPECT_EQ(text_of(at("data/www/themes/style.css")), "body {}");
    EXPECT_EQ(stat_at(at("data/www/themes/style.css")).st_mtime, 1000000000);
    EXPECT_EQ(stat_at(at("data/www")).st_mode & 07777U, 0700U);
    for (const char* path : {"data/www", "data/www/themes", "data/www/themes/style.css"})
        EXPECT_EQ(stat_at(at(path)).st_uid, kSite) << path;
}

TEST_F(TreeTest, FillsNothingThatIsNotEmpty) {
    put(at("core/file"), "of the core");
    put(at("data/www/file"), "of the site");
    EXPECT_EQ(error_of([&] { files.fill_directory(at("core"), at("data/www")); }),
              ErrorKind::conflict);
    EXPECT_EQ(text_of(at("data/www/file")), "of the site");
    EXPECT_EQ(error_of([&] { files.fill_directory(at("core"), at("data/none")); }),
              ErrorKind::conflict);
    EXPECT_EQ(std::distance(fs::directory_iterator(at("data")), fs::directory_iterator()), 1);
}

TEST_F(TreeTest, DigsBlocksOfZerosAndNothingElse) {
    const std::string zeros(1U << 20, '\0');
    const std::string content = "begin" + zeros + "middle" + zeros + zeros + "end";
    put(at("data/www/table"), content);
    put(at("data/www/zeros"), zeros);
    put(at("data/www/empty"), "");
    give(at("data/www"));
    files.clone_tree(at("data/www"), kSite, at("image"), 0, Zeros::dig);
    files.clone_tree(at("image"), 0, at("data/copy"), 777, Zeros::keep);
    for (const char* tree : {"image", "data/copy"}) {
        EXPECT_EQ(text_of(at(tree) + "/table"), content) << tree;
        EXPECT_EQ(text_of(at(tree) + "/zeros"), zeros) << tree;
        EXPECT_EQ(text_of(at(tree) + "/empty"), "") << tree;
        EXPECT_LT(stat_at(at(tree) + "/table").st_blocks * 512, 64 << 10) << tree;
        EXPECT_EQ(stat_at(at(tree) + "/zeros").st_blocks, 0) << tree;
    }
}

TEST_F(TreeTest, SeveralAreClonedAtTheSameTime) {
    for (int n = 0; n < 20; ++n) put(at("data/www/sub/" + std::to_string(n)), std::to_string(n));
    give(at("data/www"));
    files.clone_tree(at("data/www"), kSite, at("image"), 0, Zeros::keep);
    std::vector<std::jthread> threads;
    for (int n = 0; n < 8; ++n)
        threads.emplace_back([&, n] {
            files.clone_tree(at("image"), 0, at("data/copy-" + std::to_string(n)), 777,
                             Zeros::keep);
        });
    threads.clear();
    for (int n = 0; n < 8; ++n)
        for (int file = 0; file < 20; ++file)
            EXPECT_EQ(
                text_of(at("data/copy-" + std::to_string(n) + "/sub/") + std::to_string(file)),
                std::to_string(file));
}

TEST_F(TreeTest, ClonesNothingThatIsNoPlainTreeOfItsOwner) {
    const auto refused = [&] {
        const auto kind =
            error_of([&] { files.clone_tree(at("data/www"), kSite, at("copy"), 0, Zeros::keep); });
        EXPECT_FALSE(fs::exists(at("copy")));
        return kind;
    };
    fs::create_symlink(at("outside/file"), at("data/www/link"));
    give(at("data/www"));
    EXPECT_EQ(refused(), ErrorKind::failed);
    fs::remove(at("data/www/link"));
    fs::create_hard_link(at("outside/file"), at("data/www/hard"));
    EXPECT_EQ(refused(), ErrorKind::conflict);
    fs::remove(at("data/www/hard"));
    put(at("data/www/roots"), "x");
    EXPECT_EQ(refused(), ErrorKind::conflict);
}

TEST_F(TreeTest, ACloneThatWasCutShortIsClearedAway) {
    put(at("data/.wpns-0123abcd.tmp/wordpress/table"), "half");
    give(at("data/.wpns-0123abcd.tmp/wordpress"));
    files.clone_tree(at("data/www"), kSite, at("data/copy"), 0, Zeros::keep);
    EXPECT_FALSE(fs::exists(at("data/.wpns-0123abcd.tmp")));
    EXPECT_TRUE(fs::exists(at("data/copy")));
}

TEST_F(TreeTest, TwoDirectoriesChangePlaces) {
    put(at("one/a"), "1");
    put(at("two/b"), "2");
    files.exchange(at("one"), at("two"));
    EXPECT_EQ(text_of(at("two/a")), "1");
    EXPECT_EQ(text_of(at("one/b")), "2");
    put(at("file"), "3");
    EXPECT_THROW(files.exchange(at("one"), at("none")), Error);
    EXPECT_THROW(files.exchange(at("one"), at("file")), Error);
    EXPECT_EQ(text_of(at("one/b")), "2");
}

TEST_F(TreeTest, ASizeCountsTreesOfOthersAsTheySeeThem) {
    put(at("top/inner/file"), std::string(1 << 20, 'x'));
    const auto before = files.tree_size(at("top"));
    EXPECT_GE(before, 1U << 20);
    ASSERT_EQ(::chown(at("top/inner").c_str(), 12345, 12345), 0);
    EXPECT_EQ(files.tree_size(at("top")), before);
    put(at("outside/file"), std::string(1 << 20, 'x'));
    ASSERT_EQ(::symlink(at("outside").c_str(), at("top/inner/link").c_str()), 0);
    EXPECT_LT(files.tree_size(at("top")), before + (1 << 20));
    EXPECT_EQ(files.tree_size(at("none")), 0U);
}

TEST_F(TreeTest, PurgesAsTheOwner) {
    put(at("data/www/a/b/c/file"), "x");
    fs::create_symlink(at("outside"), at("data/www/a/link"));
    fs::create_symlink("/etc", at("data/www/etc"));
    give(at("data/www"));
    files.purge_tree(at("data/www"), kSite);
    expect_purged();
    EXPECT_TRUE(fs::exists("/etc/passwd"));
    files.purge_tree(at("data/www"), kSite);  // absent is fine
}

TEST_F(TreeTest, RemovesOnlyTheNameOfAHardLink) {
    fs::create_hard_link(at("outside/file"), at("data/www/file"));
    files.purge_tree(at("data/www"), kSite);
    expect_purged();
    EXPECT_EQ(stat_at(at("outside/file")).st_uid, 0U);
}

TEST_F(TreeTest, OpensWhatTheOwnerHasLocked) {
    put(at("data/www/dark/deeper/file"), "x");
    put(at("data/www/fixed/file"), "x");
    give(at("data/www"));
    for (const std::string name : {"dark/deeper", "dark", "fixed", ""}) {
        ASSERT_EQ(::chmod(at("data/www/" + name).c_str(), name == "fixed" ? 0500 : 0), 0);
    }
    files.purge_tree(at("data/www"), kSite);
    expect_purged();
}

TEST_F(TreeTest, PurgesTreesDeeperThanAnyPathOrDescriptorTable) {
    int at_fd = ::open(at("data/www").c_str(), O_PATH | O_CLOEXEC);
    for (int depth = 0; depth < 3000; ++depth) {
        ASSERT_EQ(::mkdirat(at_fd, "deep", 0755), 0);
        const int next = ::openat(at_fd, "deep", O_PATH | O_CLOEXEC);
        ASSERT_EQ(::fchownat(at_fd, "deep", kSite, kSite, AT_SYMLINK_NOFOLLOW), 0);
        ::close(at_fd);
        at_fd = next;
    }
    ::close(at_fd);
    files.purge_tree(at("data/www"), kSite);
    expect_purged();
}

TEST_F(TreeTest, LeavesATreeOfAnotherOwner) {
    put(at("data/www/file"), "x");
    EXPECT_EQ(error_of([&] { files.purge_tree(at("data/www"), kSite + 1); }), ErrorKind::conflict);
    EXPECT_EQ(error_of([&] { files.purge_tree(at("data/www"), 0); }), ErrorKind::bug);
    EXPECT_EQ(error_of([&] { files.purge_tree(at("outside"), kSite); }), ErrorKind::conflict);
    EXPECT_EQ(text_of(at("data/www/file")), "x");
}

TEST_F(TreeTest, TheTopIsNeverALink) {
    fs::remove(at("data/www"));
    put(at("other/file"), "x");
    give(at("other"));
    fs::create_symlink(at("other"), at("data/www"));
    EXPECT_EQ(error_of([&] { files.purge_tree(at("data/www"), kSite); }), ErrorKind::failed);
    EXPECT_EQ(text_of(at("other/file")), "x");
}

TEST_F(TreeTest, NamesWhatRootHasPutThere) {
    put(at("data/www/inner/roots\x1b[1m/file"), "x");
    ASSERT_EQ(::chown(at("data/www/inner").c_str(), kSite, kSite), 0);
    std::string message;
    EXPECT_EQ(error_of([&] { files.purge_tree(at("data/www"), kSite); }, &message),
              ErrorKind::conflict);
    EXPECT_NE(message.find("inner/roots\\x1b[1m belongs"), std::string::npos) << message;
    EXPECT_TRUE(fs::exists(at("data/www/inner")));
}

TEST_F(TreeTest, StopsAtMountPoints) {
    for (const std::string name : {"data/www/mnt", "core/mnt"}) {
        fs::create_directories(at(name));
        give(at("data/www"));
        put(at("mounted/file"), "keep");
        give(at("mounted"));
        ASSERT_EQ(::mount(at("mounted").c_str(), at(name).c_str(), "", MS_BIND, nullptr), 0);
        EXPECT_EQ(error_of([&] {
                      if (name.starts_with("core")) return files.purge_trusted_tree(at("core"));
                      files.purge_tree(at("data/www"), kSite);
                  }),
                  ErrorKind::conflict);
        EXPECT_EQ(text_of(at("mounted/file")), "keep");
        ASSERT_EQ(::umount(at(name).c_str()), 0);
    }
}

/// Swaps a directory and a link to the outside as fast as it can, as the site could, for as long as
/// this lives.
class Swapper {
  public:
    explicit Swapper(const std::string& www)
        : swaps_(new (::mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Count(0)),
          child_(::fork()) {
        if (child_ == 0) swap(www);
    }
    Swapper(const Swapper&) = delete;
    Swapper& operator=(const Swapper&) = delete;
    ~Swapper() {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        ::munmap(swaps_, sizeof(Count));
    }
    [[nodiscard]] unsigned swaps() const { return *swaps_; }

  private:
    using Count = std::atomic<unsigned>;

    [[noreturn]] void swap(const std::string& www) {
        if (::setresgid(kSite, kSite, kSite) != 0 || ::setresuid(kSite, kSite, kSite) != 0)
            ::_exit(1);
        const std::string a = www + "/a", b = www + "/b", file = a + "/file";
        while (true) {
            ::mkdir(a.c_str(), 0755);
            ::close(::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600));
            ::symlink((www + "/../../outside").c_str(), b.c_str());
            if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0)
                ++*swaps_;
        }
    }

    Count* swaps_;
    pid_t child_;
};

TEST_F(TreeTest, NothingOutsideIsTouchedInARace) {
    // What the swapping account could delete itself: only the walk protects it.
    put(at("outside/file"), "keep");
    put(at("outside/sub/file"), "keep");
    give(at("outside"));
    auto swapper = std::make_unique<Swapper>(at("data/www"));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    for (unsigned purges = 0; purges < 100 || swapper->swaps() < 10'000; ++purges) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline) << swapper->swaps() << " swaps";
        try {
            files.purge_tree(at("data/www"), kSite);
        } catch (const Error&) {  // made anew in between: that is the race
        }
        ASSERT_EQ(text_of(at("outside/sub/file")), "keep");
        ASSERT_EQ(text_of(at("outside/file")), "keep");
        if (!fs::exists(at("data/www"))) {
            fs::create_directory(at("data/www"));
            ASSERT_EQ(::chown(at("data/www").c_str(), kSite, kSite), 0);
        }
    }
    swapper.reset();
    files.purge_tree(at("data/www"), kSite);
    expect_purged();
}

TEST_F(TreeTest, PurgesATrustedTreeButNothingOfOthersInIt) {
    put(at("core/a/b/file"), "x");
    fs::create_symlink(at("outside"), at("core/a/link"));
    files.purge_trusted_tree(at("core"));
    EXPECT_FALSE(fs::exists(at("core")));
    EXPECT_EQ(text_of(at("outside/file")), "keep");
    put(at("core/site/file"), "x");
    give(at("core/site"));
    EXPECT_EQ(error_of([&] { files.purge_trusted_tree(at("core")); }), ErrorKind::conflict);
    EXPECT_EQ(text_of(at("core/site/file")), "x");
    files.purge_trusted_tree(at("none"));
}

TEST_F(TreeTest, CopiesWithLinksResolvedAndTimesKept) {
    put(at("source/index.php"), "index");
    put(at("source/wp-includes/version.php"), "version");
    put(at("source/wp-config.php"), "skipped");
    put(at("source/wp-content/uploads/file"), "skipped");
    put(at("library/code.php"), "code");
    fs::create_symlink("../../library/code.php", at("source/wp-includes/code.php"));
    fs::create_directory_symlink(at("library"), at("source/library"));
    fs::create_symlink("nowhere", at("source/dangling"));
    ASSERT_EQ(::chmod(at("source/index.php").c_str(), 0755), 0);
    ASSERT_EQ(::chmod(at("source/wp-includes").c_str(), 0700), 0);
    const timespec times[] = {{1000, 1}, {2000, 2}};
    ASSERT_EQ(::utimensat(AT_FDCWD, at("source/index.php").c_str(), times, 0), 0);
    ASSERT_EQ(::utimensat(AT_FDCWD, at("source/wp-includes").c_str(), times, 0), 0);

    files.copy_trusted_tree(at("source"), at("copy"), {"wp-config.php", "wp-content/uploads"});

    EXPECT_EQ(text_of(at("copy/wp-includes/code.php")), "code");
    EXPECT_FALSE(fs::is_symlink(at("copy/wp-includes/code.php")));
    EXPECT_EQ(text_of(at("copy/library/code.php")), "code");
    EXPECT_EQ(files.list(at("copy")),
              (std::vector<std::string>{"index.php", "library", "wp-content", "wp-includes"}));
    EXPECT_EQ(entries(at("copy/wp-content")), 0U);
    EXPECT_EQ(stat_at(at("copy/index.php")).st_mode, S_IFREG | 0644U);
    EXPECT_EQ(stat_at(at("copy/wp-includes")).st_mode, S_IFDIR | 0755U);
    EXPECT_EQ(stat_at(at("copy/index.php")).st_mtim.tv_nsec, 2);
    EXPECT_EQ(stat_at(at("copy/wp-includes")).st_mtim.tv_sec, 2000);
    EXPECT_EQ(stat_at(at("copy")).st_mode, S_IFDIR | 0755U);
}

TEST_F(TreeTest, ARefusedCopyLeavesNothing) {
    struct Case {
        std::string name;
        void (*spoil)(const std::string&);
    };
    const Case cases[] = {
        {"a file of another", [](const auto& p) { (void)::chown((p + "/file").c_str(), 9, 9); }},
        {"a file others write", [](const auto& p) { ::chmod((p + "/file").c_str(), 0666); }},
        {"a directory others write", [](const auto& p) { ::chmod((p + "/d").c_str(), 0777); }},
        {"the top of another", [](const auto& p) { (void)::chown(p.c_str(), 9, 9); }},
        {"a pipe", [](const auto& p) { ::mkfifo((p + "/fifo").c_str(), 0644); }},
        {"a circle", [](const auto& p) { fs::create_symlink("..", p + "/d/up"); }},
        {"a link to a file of another",
         [](const auto& p) {
             put(p + "-foreign", "x");
             (void)::chown((p + "-foreign").c_str(), 9, 9);
             fs::create_symlink(p + "-foreign", p + "/link");
         }},
        {"a link of another",
         [](const auto& p) {
             fs::create_symlink("file", p + "/link");
             (void)::lchown((p + "/link").c_str(), 9, 9);
         }},
    };
    for (const auto& c : cases) {
        fs::remove_all(at("source"));
        put(at("source/file"), "x");
        put(at("source/d/file"), "x");
        fs::create_directories(at("target"));
        c.spoil(at("source"));
        EXPECT_EQ(error_of([&] { files.copy_trusted_tree(at("source"), at("target/copy"), {}); }),
                  ErrorKind::conflict)
            << c.name;
        EXPECT_EQ(entries(at("target")), 0U) << c.name;
    }
}

TEST_F(TreeTest, NeverCopiesOverATree) {
    put(at("source/file"), "new");
    put(at("copy/file"), "old");
    EXPECT_EQ(error_of([&] { files.copy_trusted_tree(at("source"), at("copy"), {}); }),
              ErrorKind::conflict);
    EXPECT_EQ(text_of(at("copy/file")), "old");
    EXPECT_EQ(error_of([&] { files.copy_trusted_tree(at("none"), at("new"), {}); }),
              ErrorKind::missing);
}

}  // namespace
}  // namespace wpns::host::linux_os
