#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/error.hpp"
#include "host/linux/units_sdbus.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;
using Results = std::map<std::string, std::string>;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = 20s;

/// Units of their own name in /etc/systemd/system of a disposable Debian.
class UnitsTest : public ::testing::Test {
  protected:
    void TearDown() override {
        (void)units->stop(written, kPatience);
        units->disable(written);
        units->reset_failed(written);
        for (const auto& name : written) fs::remove("/etc/systemd/system/" + name);
        units->daemon_reload();
    }

    /// Writes a service and gives its name. A new file needs no daemon-reload.
    std::string service(const std::string& role, const std::string& lines,
                        const std::string& unit_lines = "") {
        const std::string name = "wpns-test-" + role + "@x.service";
        std::ofstream("/etc/systemd/system/" + name)
            << "[Unit]\n"
            << unit_lines << "\n[Service]\n"
            << lines << "\n[Install]\nWantedBy=multi-user.target\n";
        written.push_back(name);
        return name;
    }

    /// A socket on a port of loopback, and a service that needs it.
    std::pair<std::string, std::string> socket_with_service(const std::string& role, int port) {
        auto user = service(
            role, "Type=exec\nExecStart=/usr/bin/sleep 1000",
            "Requires=wpns-test-" + role + "@x.socket\nAfter=wpns-test-" + role + "@x.socket");
        const std::string name = "wpns-test-" + role + "@x.socket";
        std::ofstream("/etc/systemd/system/" + name)
            << "[Unit]\nStartLimitIntervalSec=0\n[Socket]\nListenStream=127.0.0.1:" << port << "\n";
        written.push_back(name);
        return {name, std::move(user)};
    }

    std::string start(const std::string& name, std::chrono::seconds patience = kPatience) {
        return units->start(Names{name}, patience).at(name);
    }

    Units::State state(const std::string& name) {
        const auto found = units->list(Names{"wpns-test-*@*"});
        const auto it = found.find(name);
        return it == found.end() ? Units::State{"", "", ""} : it->second;
    }

    static bool holds(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }

    std::unique_ptr<Units> units = make_units();
    Names written;
};

TEST_F(UnitsTest, StartsListsAndStops) {
    const auto name = service("sleep", "Type=exec\nExecStart=/usr/bin/sleep 1000");
    EXPECT_EQ(start(name), "");
    EXPECT_EQ(state(name).load, "loaded");
    EXPECT_EQ(state(name).active, "active");
    EXPECT_EQ(state(name).sub, "running");
    EXPECT_EQ(start(name), "");  // runs already
    EXPECT_TRUE(units->list(Names{"wpns-none-*"}).empty());
    EXPECT_EQ(units->stop(Names{name}, kPatience), (Results{{name, ""}}));
    EXPECT_NE(state(name).active, "active");
}

TEST_F(UnitsTest, EmptyListsAskNothing) {
    EXPECT_TRUE(units->list({}).empty());
    EXPECT_TRUE(units->start({}, kPatience).empty());
    EXPECT_TRUE(units->enabled({}).empty());
    units->enable({});
    units->disable({});
    units->reset_failed({});
}

TEST_F(UnitsTest, AFailureComesWithItsCauseAndLastLines) {
    const auto name = service(
        "fails",
        "Type=oneshot\nExecStart=/bin/sh -c 'for i in 1 2 3 4 5 6 7; do echo line $i; done; "
        "printf \"bad \\\\033[31m red\\\\n\"; exit 3'",
        "StartLimitIntervalSec=0");
    for (int round = 0; round < 10; ++round) {  // journald is always asked to take in first
        const auto text = start(name);
        EXPECT_TRUE(text.starts_with("failed: exit-code, status 3, see journalctl -u " + name))
            << text;
        EXPECT_TRUE(holds(text, "bad \\x1b[31m red")) << text;
        EXPECT_EQ(std::ranges::count(text, '\n'), 5) << text;
        EXPECT_FALSE(holds(text, "line 1\n")) << text;
    }
    EXPECT_EQ(state(name).active, "failed");
    units->reset_failed(Names{name, "wpns-test-none@x.service"});
    EXPECT_NE(state(name).active, "failed");
}

TEST_F(UnitsTest, ShowsOnlyLinesOfThisAttempt) {
    const auto name =
        service("again", "Type=oneshot\nExecStart=/bin/sh -c 'cat /run/wpns-t; false'");
    std::ofstream("/run/wpns-t") << "first\n";
    EXPECT_TRUE(holds(start(name), "first"));
    std::ofstream("/run/wpns-t") << "second\n";
    const auto text = start(name);
    EXPECT_TRUE(holds(text, "second")) << text;
    EXPECT_FALSE(holds(text, "first")) << text;
    fs::remove("/run/wpns-t");
}

TEST_F(UnitsTest, AMissingProgramFails) {
    const auto name = service("missing", "Type=exec\nExecStart=/usr/bin/none");
    EXPECT_TRUE(start(name).starts_with("failed: exit-code, status 203")) << start(name);
}

TEST_F(UnitsTest, EndingRightAfterTheStartIsAFailure) {
    const auto dies = service("dies", "Type=simple\nExecStart=/bin/false");
    const auto leaves = service("leaves", "Type=simple\nExecStart=/bin/true");
    const auto loops =
        service("loops", "Type=exec\nExecStart=/bin/false\nRestart=always\nRestartSec=30");
    // Another unit keeps the jobs going while they die.
    const auto slow = service("slow", "Type=oneshot\nExecStart=/usr/bin/sleep 1");
    const auto results = units->start(Names{dies, leaves, loops, slow}, kPatience);
    EXPECT_TRUE(results.at(dies).starts_with("failed: exit-code, status 1")) << results.at(dies);
    EXPECT_TRUE(results.at(leaves).starts_with("not running")) << results.at(leaves);
    EXPECT_TRUE(results.at(loops).starts_with("failed: exit-code")) << results.at(loops);
    EXPECT_EQ(results.at(slow), "");
}

TEST_F(UnitsTest, AFailedConditionIsNotSuccess) {
    const auto name = service("condition", "Type=exec\nExecStart=/usr/bin/sleep 1000",
                              "ConditionPathExists=/none");
    EXPECT_TRUE(start(name).starts_with("not running")) << start(name);
}

TEST_F(UnitsTest, AFailedNeedIsNamed) {
    const auto base = service("base", "Type=oneshot\nExecStart=/bin/false");
    const auto top = service("top", "Type=exec\nExecStart=/usr/bin/sleep 1000",
                             "Requires=" + base + "\nAfter=" + base);
    const auto text = start(top);
    EXPECT_TRUE(text.starts_with("failed: dependency")) << text;
}

TEST_F(UnitsTest, UnknownAndMaskedUnits) {
    const std::string none = "wpns-test-none@x.service";
    EXPECT_EQ(start(none), "refused: Unit " + none + " not found.");
    EXPECT_EQ(units->stop(Names{none}, kPatience), (Results{{none, ""}}));
    EXPECT_EQ(start("no unit name").substr(0, 8), "refused:");
    const auto masked = service("masked", "");
    fs::remove("/etc/systemd/system/" + masked);
    fs::create_symlink("/dev/null", "/etc/systemd/system/" + masked);
    EXPECT_TRUE(holds(start(masked), "masked")) << start(masked);
}

/// A TCP port of loopback in the hands of another program, for a while.
class TakenPort {
  public:
    TakenPort(std::uint16_t port, std::chrono::milliseconds time)
        : thread_([fd = listener(port), time] {
              std::this_thread::sleep_for(time);
              ::close(fd);
          }) {}
    TakenPort(const TakenPort&) = delete;
    TakenPort& operator=(const TakenPort&) = delete;
    ~TakenPort() { thread_.join(); }

  private:
    static int listener(std::uint16_t port) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(fd, 1), 0);
        return fd;
    }
    std::thread thread_;
};

TEST_F(UnitsTest, AnAddressThatIsSoonFreeIsWaitedFor) {
    const auto [socket, user] = socket_with_service("soon", 13306);
    const TakenPort taken(13306, 700ms);
    const auto results = units->restart(Names{user, socket}, kPatience);
    EXPECT_EQ(results.at(socket), "");
    EXPECT_EQ(results.at(user), "");
    EXPECT_EQ(state(socket).active, "active");
    EXPECT_EQ(state(user).active, "active");
}

TEST_F(UnitsTest, WhatNeedsAnAddressThatIsSoonFreeWaitsToo) {
    const auto [socket, user] = socket_with_service("needed", 13308);
    const TakenPort taken(13308, 700ms);
    EXPECT_EQ(units->start(Names{user}, kPatience).at(user), "");
    EXPECT_EQ(state(user).active, "active");
}

TEST_F(UnitsTest, AnAddressThatStaysTakenIsAFailure) {
    const auto [socket, user] = socket_with_service("taken", 13307);
    const TakenPort taken(13307, 6s);
    const auto begin = Clock::now();
    const auto text = units->start(Names{socket}, kPatience).at(socket);
    EXPECT_TRUE(text.starts_with("failed: resources")) << text;
    // The reason itself is logged by a short-lived child, which the journal may fail to attribute.
    EXPECT_TRUE(holds(text, "127.0.0.1:13307")) << text;
    EXPECT_LT(Clock::now() - begin, 5s);
}

TEST_F(UnitsTest, JobsRunAtTheSameTime) {
    Names names;
    for (const auto* role : {"p1", "p2", "p3"}) {
        names.push_back(service(role, "Type=oneshot\nExecStart=/usr/bin/sleep 1"));
    }
    const auto begin = Clock::now();
    for (const auto& [name, text] : units->start(names, kPatience)) EXPECT_EQ(text, "") << name;
    EXPECT_LT(Clock::now() - begin, 2s);
}

/// More than are asked for without an answer.
TEST_F(UnitsTest, ManyJobsHaveTheirResults) {
    Names names;
    for (int number = 0; number < 150; ++number)
        names.push_back("wpns-test-none-" + std::to_string(number) + "@x.service");
    const auto good = service("good", "Type=exec\nExecStart=/usr/bin/sleep 1000");
    names.insert(names.begin() + 70, good);
    const auto results = units->start(names, kPatience);
    EXPECT_EQ(results.size(), 151U);
    for (const auto& [name, text] : results) EXPECT_EQ(text.empty(), name == good) << name;
}

TEST_F(UnitsTest, JobsThatWereBegunGoOnBesideOthers) {
    const auto slow = service("slow", "Type=oneshot\nExecStart=/usr/bin/sleep 1");
    const auto quick = service("quick", "Type=exec\nExecStart=/usr/bin/sleep 1000");
    const auto first = units->begin({}, Names{slow}, kPatience);
    const auto second = units->begin({}, Names{quick, "wpns-test-none@x.service"}, kPatience);
    units->enable(Names{quick});
    const auto results = second();
    EXPECT_EQ(results.at(quick), "");
    EXPECT_TRUE(results.at("wpns-test-none@x.service").starts_with("refused"));
    EXPECT_EQ(first().at(slow), "");
}

TEST_F(UnitsTest, OnlyTheMainProcessHangsUp) {
    const auto name = service("hup",
                              "Type=exec\nExecStart=/bin/sh -c '"
                              "trap \"touch /run/wpns-test-hup\" HUP; "
                              "while :; do sleep 0.1; done'");
    fs::remove("/run/wpns-test-hup");
    EXPECT_FALSE(units->hang_up(name));
    ASSERT_EQ(units->start(Names{name}, kPatience).at(name), "");
    units->read_ahead(name);
    std::this_thread::sleep_for(200ms);  // until the shell has its trap
    EXPECT_TRUE(units->hang_up(name));
    const auto end = Clock::now() + 5s;
    while (!fs::exists("/run/wpns-test-hup") && Clock::now() < end)
        std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(fs::exists("/run/wpns-test-hup"));
    EXPECT_EQ(units->find(Names{name}).at(name).active, "active");
}

TEST_F(UnitsTest, TheDeadlineCountsForAll) {
    const auto slow = service("slow", "Type=oneshot\nExecStart=/usr/bin/sleep 30");
    const auto quick = service("quick", "Type=exec\nExecStart=/usr/bin/sleep 1000");
    const auto begin = Clock::now();
    const auto results = units->start(Names{slow, quick}, 1s);
    EXPECT_LT(Clock::now() - begin, 3s);
    EXPECT_TRUE(results.at(slow).starts_with("still activating/start after 1 s"))
        << results.at(slow);
    EXPECT_EQ(results.at(quick), "");
}

TEST_F(UnitsTest, AServiceThatStartsComesUpBeforeItIsStopped) {
    // No program in the background: a signal that comes between fork and exec is lost in the shell.
    const auto name =
        service("ready",
                "Type=notify\nNotifyAccess=all\nExecStart=/bin/sh -c '"
                "rm -f /run/wpns-test-up; "
                "trap \"test -e /run/wpns-test-up || touch /run/wpns-test-early; exit 0\" TERM; "
                "sleep 2; touch /run/wpns-test-up; systemd-notify --ready; "
                "while :; do sleep 1; done'");
    EXPECT_TRUE(start(name, 1s).starts_with("still activating"));
    EXPECT_EQ(units->restart(Names{name}, kPatience).at(name), "");
    EXPECT_TRUE(units->stop(Names{name}, kPatience).at(name).empty());
    EXPECT_FALSE(fs::remove("/run/wpns-test-early"));
    EXPECT_TRUE(fs::remove("/run/wpns-test-up"));
}

TEST_F(UnitsTest, AStartThatHangsIsStoppedAtTheDeadline) {
    const auto name =
        service("hangs", "Type=notify\nExecStart=/usr/bin/sleep 1000\nTimeoutStartSec=300");
    EXPECT_TRUE(start(name, 1s).starts_with("still activating"));
    const auto begin = Clock::now();
    (void)units->stop(Names{name}, 2s);
    EXPECT_LT(Clock::now() - begin, 10s);
    EXPECT_EQ(units->stop(Names{name}, kPatience).at(name), "");
}

TEST_F(UnitsTest, RestartsAndReloads) {
    const auto name = service("reloads",
                              "Type=exec\nExecStart=/usr/bin/sleep 1000\n"
                              "ExecReload=/usr/bin/touch /run/wpns-test-reloaded");
    EXPECT_TRUE(units->reload(Names{name}, kPatience).at(name).starts_with("failed:"));
    EXPECT_EQ(units->restart(Names{name}, kPatience).at(name), "");
    EXPECT_EQ(units->reload(Names{name}, kPatience).at(name), "");
    EXPECT_TRUE(fs::remove("/run/wpns-test-reloaded"));
    service("reloads", "Type=oneshot\nExecStart=/bin/false");
    written.pop_back();
    EXPECT_EQ(units->restart(Names{name}, kPatience).at(name), "");  // the old text still
    units->daemon_reload();
    EXPECT_NE(units->restart(Names{name}, kPatience).at(name), "");
}

TEST_F(UnitsTest, EnablesAndDisables) {
    const auto one = service("one", "Type=exec\nExecStart=/usr/bin/sleep 1000");
    const auto two = service("two", "Type=exec\nExecStart=/usr/bin/sleep 1000");
    EXPECT_TRUE(units->enabled(written).empty());
    units->enable(written);
    EXPECT_EQ(units->enabled(written), (Names{one, two}));
    EXPECT_EQ(units->enabled(Names{two}), Names{two});
    units->disable(Names{one});
    EXPECT_EQ(units->enabled(written), Names{two});
    units->disable(Names{"wpns-test-none@x.service", two});
    EXPECT_TRUE(units->enabled(written).empty());
    EXPECT_THROW(units->enable(Names{"wpns-test-none@x.service"}), Error);
}

TEST_F(UnitsTest, DisablesAUnitWhoseFileIsGone) {
    const auto name = service("gone", "Type=exec\nExecStart=/usr/bin/sleep 1000");
    units->enable(Names{name});
    fs::remove("/etc/systemd/system/" + name);
    units->disable(Names{name});
    EXPECT_TRUE(units->enabled(Names{name}).empty());
}

TEST_F(UnitsTest, WorksWithoutDBus) {
    const auto good = service("good", "Type=exec\nExecStart=/usr/bin/sleep 1000");
    const auto bad = service("bad", "Type=oneshot\nExecStart=/bin/false");
    const pid_t child = ::fork();
    if (child == 0) {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", "/run/dbus", "tmpfs", 0, nullptr) != 0) {
            ::_exit(2);
        }
        const auto direct = make_units();
        const auto results = direct->start(Names{good, bad}, kPatience);
        const bool right = results.at(good).empty() && results.at(bad).starts_with("failed: exit");
        const bool stopped = direct->stop(Names{good}, kPatience).at(good).empty();
        ::_exit(right && stopped && direct->list(Names{bad}).contains(bad) ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace wpns::host::linux_os

/// Only where systemd is PID 1 of a container: these tests write to /etc/systemd/system.
int main(int argc, char** argv) {
    if (!std::filesystem::exists("/run/systemd/system") ||
        !std::filesystem::exists("/run/systemd/container")) {
        std::cout << "skipped: PID 1 is not the systemd of a container; scripts/testbed has one\n";
        return 125;
    }
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
