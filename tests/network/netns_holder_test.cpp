#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/netns_held.hpp"
#include "host/linux/netns_names.hpp"
#include "host/linux/netns_pins.hpp"

namespace wpns::test {
namespace {

using namespace host::linux_os;
using Names = std::vector<std::string>;

/// What systemd is for a service: hears READY=1, keeps one descriptor, gives it to the next.
class Keeper {
  public:
    Keeper() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path);
        ::unlink(path);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    ~Keeper() { stop(); }
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    Keeper(Keeper&&) = delete;
    Keeper& operator=(Keeper&&) = delete;

    /// Starts a holder with `given` as its only kept descriptor, or with none.
    void spawn(int given) {
        child_ = ::fork();
        if (child_ != 0) return;
        ::setenv("NOTIFY_SOCKET", path, 1);
        if (given >= 0) {
            ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
            ::setenv("LISTEN_FDS", "1", 1);
            ::dup2(given, 3);
        }
        ::execl(WPNS_HOLDER, WPNS_HOLDER, holder_dir, nullptr);
        ::_exit(127);
    }

    /// A holder as systemd would start it now; returns what it said.
    std::string start() {
        spawn(kept_.get());
        return hear();
    }

    /// All that it says, line by line, until it is ready.
    std::string hear() {
        std::string all = hear_one();
        while (!all.ends_with("silence") && !all.ends_with("READY=1")) all += "\n" + hear_one();
        return all;
    }

    std::string hear_one() {
        pollfd ready{socket_.get(), POLLIN, 0};
        if (::poll(&ready, 1, 5000) != 1) return "silence";
        char text[256] = {};
        iovec part{text, sizeof text - 1};
        alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        EXPECT_GT(::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC), 0);
        if (const cmsghdr* header = CMSG_FIRSTHDR(&message)) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
            kept_ = UniqueFd(fd);
        }
        return text;
    }

    /// Ends the holder; the status of its end.
    int stop(int signal = SIGKILL) {
        if (child_ < 0) return 0;
        ::kill(child_, signal);
        return wait();
    }
    int wait() {
        int status = 0;
        ::waitpid(std::exchange(child_, -1), &status, 0);
        return status;
    }

    [[nodiscard]] pid_t child() const { return child_; }
    [[nodiscard]] int kept() const { return kept_.get(); }

  private:
    static constexpr const char* path = "/run/keeper";
    UniqueFd socket_;
    UniqueFd kept_;
    pid_t child_ = -1;
};

ino_t namespace_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

/// Lines of a mountinfo.
Names mounts_of(const std::string& process) {
    Names lines;
    std::ifstream file("/proc/" + process + "/mountinfo");
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

ErrorKind refusal_of(const std::string& name, std::string* text = nullptr) {
    try {
        create_pin(name, Pins::held);
    } catch (const Error& error) {
        if (text != nullptr) *text = error.message() + "; " + error.remedy();
        return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorKind::bug;
}

class HolderTest : public ::testing::Test {
  protected:
    void SetUp() override { std::filesystem::create_directory("/run/netns"); }
    void TearDown() override {
        for (const std::string& name : list_pins()) remove_pin(name, Pins::held);
        keeper_.stop();
        for (const auto& entry : std::filesystem::directory_iterator("/run/netns"))
            std::filesystem::remove(entry.path());
        EXPECT_EQ(std::system(WPNS_HOLDER " --leave /run/wpns-netns"), 0);
        EXPECT_FALSE(std::filesystem::exists(holder_dir));
    }
    Keeper keeper_;
};

TEST_F(HolderTest, FirstStartIsReadyAndHasSomethingKept) {
    EXPECT_EQ(keeper_.start(), "FDSTORE=1\nFDNAME=namespaces\nFDPOLL=0\nREADY=1");
    EXPECT_GE(keeper_.kept(), 0);
    EXPECT_EQ(mounts_of(std::to_string(keeper_.child())).size(), 1U);
    EXPECT_TRUE(find_holder().valid());
}

/// As many descriptors on their way as PID 1 of a host with many sites has.
TEST_F(HolderTest, StartsWhereRootHasManyDescriptorsInFlight) {
    constexpr int count = 64;
    int ends[2] = {};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
    const UniqueFd one(ends[0]);
    const UniqueFd other(ends[1]);
    int fds[count];
    std::ranges::fill(fds, one.get());
    char byte = 0;
    iovec part{&byte, 1};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof fds)] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room;
    message.msg_controllen = sizeof room;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fds);
    std::memcpy(CMSG_DATA(header), fds, sizeof fds);
    ASSERT_EQ(::sendmsg(one.get(), &message, 0), 1);
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const rlimit low{count / 2, limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    const std::string said = keeper_.start();
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_TRUE(said.ends_with("READY=1")) << said;
}

TEST_F(HolderTest, RestsWithoutRightsAndWithoutFiles) {
    keeper_.start();
    const std::string proc = "/proc/" + std::to_string(keeper_.child());
    std::string status;
    for (int i = 0; i < 500 && status.find("Seccomp:\t2") == std::string::npos; ++i) {
        ::usleep(10'000);
        std::ifstream file(proc + "/status");
        status.assign(std::istreambuf_iterator<char>(file), {});
    }
    EXPECT_NE(status.find("Seccomp:\t2"), std::string::npos) << status;
    EXPECT_NE(status.find("CapEff:\t0000000000000000"), std::string::npos) << status;
    EXPECT_NE(status.find("CapPrm:\t0000000000000000"), std::string::npos) << status;
    namespace fs = std::filesystem;
    for (const auto& entry : fs::directory_iterator(proc + "/fd"))
        EXPECT_EQ(fs::read_symlink(entry).string().substr(0, 5), "pipe:") << entry;
    EXPECT_EQ(WTERMSIG(keeper_.stop(SIGTERM)), SIGTERM);
}

TEST_F(HolderTest, PinIsALinkAndNoMountOfTheHost) {
    keeper_.start();
    const auto before = mounts_of("self");
    create_pin("site-a", Pins::held);
    EXPECT_EQ(mounts_of("self"), before);
    EXPECT_EQ(list_pins(), Names{"site-a"});
    EXPECT_EQ(std::filesystem::read_symlink("/run/netns/site-a"), held_path("site-a"));
    EXPECT_NE(namespace_of("/run/netns/site-a"), namespace_of("/proc/self/ns/net"));
    EXPECT_EQ(std::system("ip netns exec site-a ip -o link show lo up | grep -q LOOPBACK"), 0);
    remove_pin("site-a", Pins::held);
    EXPECT_EQ(list_pins(), Names{});
    EXPECT_EQ(::access(held_path("site-a").c_str(), F_OK), -1);
}

TEST_F(HolderTest, NextHolderHasTheSameNamespaces) {
    keeper_.start();
    create_pin("site-a", Pins::held);
    create_pin("site-b", Pins::held);
    const ino_t a = namespace_of("/run/netns/site-a");
    const ino_t b = namespace_of("/run/netns/site-b");
    for (const int signal : {SIGKILL, SIGTERM, SIGSEGV}) {
        keeper_.stop(signal);
        EXPECT_EQ(namespace_of("/run/netns/site-a"), 0U);
        EXPECT_EQ(keeper_.start(), "READY=1");
        EXPECT_EQ(namespace_of("/run/netns/site-a"), a);
        EXPECT_EQ(namespace_of("/run/netns/site-b"), b);
    }
    create_pin("site-c", Pins::held);
    EXPECT_EQ(list_pins(), (Names{"site-a", "site-b", "site-c"}));
}

TEST_F(HolderTest, NamesOfADeadHolderLeadNowhereWhoeverGetsItsNumber) {
    keeper_.start();
    create_pin("site-a", Pins::held);
    const pid_t number = keeper_.child();
    keeper_.stop();
    EXPECT_EQ(::open("/run/netns/site-a", O_RDONLY), -1);
    // A process with that number in a root with a namespace of its own in the right place: fork
    // until the kernel gives the number away again, helped by the last number it has given.
    std::ofstream("/proc/sys/kernel/ns_last_pid") << number - 1 << std::flush;
    const pid_t next = ::fork();
    if (next == 0) {
        ::pause();
        ::_exit(0);
    }
    const bool same = next == number;
    EXPECT_EQ(::open("/run/wpns-netns/ns/net", O_RDONLY), -1);
    EXPECT_EQ(::open("/run/netns/site-a", O_RDONLY), -1);
    EXPECT_EQ(list_pins(), Names{});
    EXPECT_EQ(::access(("/proc/" + std::to_string(next) + "/ns/net").c_str(), F_OK), 0);
    ::kill(next, SIGKILL);
    ::waitpid(next, nullptr, 0);
    if (!same) GTEST_SKIP() << "the number went to another process";
}

TEST_F(HolderTest, WithoutAHolderNothingIsMadeAndTheErrorSaysWhatToDo) {
    std::string text;
    EXPECT_EQ(refusal_of("site-a", &text), ErrorKind::missing);
    EXPECT_NE(text.find("systemctl restart wpns-netns-holder.service"), std::string::npos) << text;
    EXPECT_EQ(::access("/run/netns/site-a", F_OK), -1);
    EXPECT_NO_THROW(remove_pin("site-a", Pins::held));
}

TEST_F(HolderTest, LostLinkLeadsToTheSameNamespaceAgain) {
    keeper_.start();
    create_pin("site-a", Pins::held);
    const ino_t before = namespace_of("/run/netns/site-a");
    std::filesystem::remove("/run/netns/site-a");
    create_pin("site-a", Pins::held);
    EXPECT_EQ(namespace_of("/run/netns/site-a"), before);
    std::filesystem::remove("/run/netns/site-a");
    remove_pin("site-a", Pins::held);
    create_pin("site-a", Pins::held);
    EXPECT_NE(namespace_of("/run/netns/site-a"), before);
}

TEST_F(HolderTest, AfterAStopNewNamespacesAreMade) {
    keeper_.start();
    create_pin("site-a", Pins::held);
    keeper_.stop();
    keeper_.spawn(-1);  // systemd gives up what it kept with a stop
    EXPECT_EQ(keeper_.hear(), "FDSTORE=1\nFDNAME=namespaces\nFDPOLL=0\nREADY=1");
    EXPECT_EQ(list_pins(), Names{});
    create_pin("site-a", Pins::held);
    EXPECT_EQ(list_pins(), Names{"site-a"});
}

TEST_F(HolderTest, MountedPinsFromBeforeStayAndGo) {
    create_pin("site-a", Pins::mounted);
    const ino_t before = namespace_of("/run/netns/site-a");
    keeper_.start();
    create_pin("site-a", Pins::held);
    create_pin("site-b", Pins::held);
    EXPECT_EQ(namespace_of("/run/netns/site-a"), before);
    EXPECT_FALSE(std::filesystem::is_symlink("/run/netns/site-a"));
    EXPECT_EQ(list_pins(), (Names{"site-a", "site-b"}));
    remove_pin("site-a", Pins::held);
    EXPECT_EQ(list_pins(), Names{"site-b"});
}

TEST_F(HolderTest, NamesOfOthersAreConflicts) {
    namespace fs = std::filesystem;
    keeper_.start();
    fs::create_symlink("/proc/self/ns/net", "/run/netns/site-a");
    fs::create_symlink(held_path("site-b"), "/run/netns/site-c");
    fs::create_directory("/run/netns/site-d");
    for (const char* name : {"site-a", "site-c", "site-d"})
        EXPECT_EQ(refusal_of(name), ErrorKind::conflict) << name;
    EXPECT_TRUE(fs::is_symlink("/run/netns/site-a"));
    std::ofstream("/run/netns/site-b").flush();
    create_pin("site-b", Pins::held);
    EXPECT_TRUE(fs::is_symlink("/run/netns/site-b"));
}

TEST_F(HolderTest, NamesThatLeadNowhereAreKnownAndGo) {
    keeper_.start();
    create_pin("site-a", Pins::held);
    std::filesystem::create_symlink("/nowhere", "/run/netns/theirs");
    std::ofstream("/run/netns/site-b").flush();
    EXPECT_EQ(list_stale_names(), Names{"site-b"});
    keeper_.stop();
    EXPECT_EQ(list_stale_names(), (Names{"site-a", "site-b"}));
    for (const char* name : {"site-a", "site-b"}) remove_pin(name, Pins::held);
    EXPECT_EQ(list_stale_names(), Names{});
    EXPECT_TRUE(std::filesystem::is_symlink("/run/netns/theirs"));
}

TEST_F(HolderTest, WhatIsNoMountNamespaceIsNotTakenBack) {
    const UniqueFd net(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    for (const int junk : {net.get(), file.get()}) {
        keeper_.spawn(junk);
        EXPECT_EQ(WEXITSTATUS(keeper_.wait()), 1);
        EXPECT_FALSE(std::filesystem::exists(holder_dir));
    }
}

}  // namespace
}  // namespace wpns::test
