#include "host/linux/lock_file.hpp"

#include <sys/file.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "host/linux/process_linux.hpp"
#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class LockTest : public FilesTest {
  protected:
    [[nodiscard]] ErrorKind second_run(std::string* message = nullptr) const {
        return error_of([&] { const LockFile lock(path, "second", 0ms); }, message);
    }
    [[nodiscard]] bool is_free() const {
        try {
            const LockFile lock(path, "probe", 0ms);
            return true;
        } catch (const Error&) {
            return false;
        }
    }

    const std::string path = root + "/wpns.lock";
};

/// A process that takes the lock, says so, and keeps it until it is killed.
class Holder {
  public:
    explicit Holder(const std::string& path) {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        pid = ::fork();
        if (pid == 0) {
            const LockFile lock(path, "sync", 0ms);
            (void)!::write(ends[1], "x", 1);
            ::pause();
            ::_exit(0);
        }
        char byte = 0;
        EXPECT_EQ(::read(ends[0], &byte, 1), 1);
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() { kill(); }
    void kill() {
        if (pid <= 0) return;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        pid = -1;
    }

    pid_t pid = -1;
};

TEST_F(LockTest, NamesTheHolder) {
    const Holder holder(path);
    std::string message;
    EXPECT_EQ(second_run(&message), ErrorKind::busy);
    EXPECT_NE(message.find("pid " + std::to_string(holder.pid) + ", sync"), std::string::npos)
        << message;
}

TEST_F(LockTest, IsFreeWhenItsHolderIsKilled) {
    Holder holder(path);
    EXPECT_FALSE(is_free());
    holder.kill();
    EXPECT_TRUE(is_free());
    EXPECT_TRUE(fs::exists(path));  // the file stays
    EXPECT_EQ(stat_at(path).st_mode, S_IFREG | 0600U);
}

TEST_F(LockTest, WaitsAsLongAsAsked) {
    using Clock = std::chrono::steady_clock;
    const LockFile lock(path, "first", 0ms);
    const auto start = Clock::now();
    EXPECT_EQ(error_of([&] { const LockFile waiter(path, "waiter", 200ms); }), ErrorKind::busy);
    EXPECT_GE(Clock::now() - start, 200ms);
    EXPECT_LT(Clock::now() - start, 2s);
}

TEST_F(LockTest, AWaiterGetsItFromAnotherProcess) {
    Holder holder(path);
    const pid_t child = ::fork();
    if (child == 0) {
        const LockFile waiter(path, "waiter", 10s);
        ::_exit(7);
    }
    ::usleep(100'000);
    holder.kill();
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(LockTest, ProgramsThatAreRunDoNotKeepIt) {
    const auto process = make_process();
    const LockFile lock(path, "sync", 0ms);
    Process::Command command;
    command.argv = {"/bin/ls", "-l", "/proc/self/fd"};
    const auto result = process->run(command);
    EXPECT_NE(result.out.find(" 0 -> /dev/null"), std::string::npos) << result.out;
    EXPECT_EQ(result.out.find(path), std::string::npos) << result.out;
}

TEST_F(LockTest, LocksTheFileThatHasTheNameNow) {
    const LockFile old(path, "old", 0ms);
    fs::remove(path);
    const LockFile lock(path, "new", 0ms);
    EXPECT_FALSE(is_free());
    EXPECT_EQ(text_of(path), "pid " + std::to_string(::getpid()) + ", new\n");
}

TEST_F(LockTest, ReplacesWhatOthersHavePutThere) {
    fs::permissions(root, fs::perms::all | fs::perms::sticky_bit);  // as /run/lock
    put(at("victim"), "untouched");
    struct Case {
        std::string name;
        void (*plant)(const std::string& path, const std::string& victim);
    };
    const Case cases[] = {
        {"a file of another account",
         [](const auto& p, const auto&) {
             put(p, "");
             (void)::chown(p.c_str(), 412, 412);
         }},
        {"a link", [](const auto& p, const auto& v) { fs::create_symlink(v, p); }},
        {"a dangling link", [](const auto& p, const auto&) { fs::create_symlink("none", p); }},
        {"a hard link", [](const auto& p, const auto& v) { fs::create_hard_link(v, p); }},
        {"a pipe", [](const auto& p, const auto&) { ::mkfifo(p.c_str(), 0666); }},
        {"a file that others can open",
         [](const auto& p, const auto&) {
             put(p, "");
             ::chmod(p.c_str(), 0644);
         }},
    };
    for (const auto& c : cases) {
        fs::remove(path);
        c.plant(path, at("victim"));
        const LockFile lock(path, "sync", 0ms);
        EXPECT_EQ(stat_at(path).st_mode, S_IFREG | 0600U) << c.name;
        EXPECT_EQ(stat_at(path).st_uid, 0U) << c.name;
        EXPECT_EQ(text_of(at("victim")), "untouched") << c.name;
        EXPECT_FALSE(is_free()) << c.name;
    }
    EXPECT_FALSE(fs::exists(at("none")));
}

/// Two runs, as two processes have them.
class SiteLocks : public FilesTest {
  protected:
    void SetUp() override {
        FilesTest::SetUp();
        if (in_throwaway_host()) fs::create_directories("/run/lock");
    }
    [[nodiscard]] bool can_take(const std::vector<SiteName>& sites) const {
        try {
            const auto held = theirs->take("remove", sites, 0s);
            return true;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::busy);
            return false;
        }
    }

    const SiteName a = *SiteName::parse("site-a");
    const SiteName b = *SiteName::parse("site-b");
    const std::unique_ptr<WriterLock> ours = make_writer_lock({});
    const std::unique_ptr<WriterLock> theirs = make_writer_lock({});
};

TEST_F(SiteLocks, KeepOneSiteWhileOthersAreFree) {
    auto held = ours->take("backup site-a", {a}, 0s);
    EXPECT_FALSE(can_take({}));
    held.host.reset();
    EXPECT_TRUE(can_take({}));
    EXPECT_TRUE(can_take({b}));
    EXPECT_FALSE(can_take({a}));
    EXPECT_FALSE(can_take({b, a}));
    EXPECT_TRUE(can_take({b}));
    held = {};
    EXPECT_TRUE(can_take({b, a}));
}

TEST_F(SiteLocks, SayWhoHasASite) {
    const auto held = ours->take("backup site-a", {a}, 0s);
    const auto lock = theirs->try_site(a, "sync");
    ASSERT_FALSE(lock);
    EXPECT_NE(lock.error().message().find("backup site-a"), std::string::npos);
    std::string message;
    const auto host = held.host;
    EXPECT_EQ(error_of([&] { (void)theirs->take("sync", {a}, 0s); }, &message), ErrorKind::busy);
}

TEST_F(SiteLocks, AreGivenAgainToTheirHolder) {
    auto held = ours->take("backup site-a", {a}, 0s);
    held.host.reset();
    const auto again = ours->try_site(a, "recovery");
    ASSERT_TRUE(again);
    held = {};
    EXPECT_FALSE(can_take({a}));
}

/// A run that is killed while a program of its works on accounts.
class KilledAtWork {
  public:
    explicit KilledAtWork(const std::string& seconds) : pid_(::fork()) {
        if (pid_ != 0) return;
        const LockFile lock(accounts_lock, "add", 0ms);
        Process::Command command;
        command.argv = {"/bin/sleep", seconds};
        command.kept_file = lock.fd();
        (void)make_process()->run(command);
        ::_exit(0);
    }
    KilledAtWork(const KilledAtWork&) = delete;
    KilledAtWork& operator=(const KilledAtWork&) = delete;
    ~KilledAtWork() { kill(); }
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

  private:
    pid_t pid_;
};

TEST_F(SiteLocks, AreNotGivenWhileAProgramOfAKilledRunChangesAccounts) {
    KilledAtWork other("1");
    std::this_thread::sleep_for(300ms);
    EXPECT_FALSE(can_take({}));
    other.kill();
    EXPECT_FALSE(can_take({}));
    EXPECT_TRUE(theirs->take("remove", {}, 10s).host);
    EXPECT_TRUE(can_take({}));
}

}  // namespace
}  // namespace wpns::host::linux_os
