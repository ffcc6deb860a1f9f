#include "host/linux/process_linux.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/fd.hpp"
#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// A child that does what the text says. Only tests use a shell.
Process::Command shell(const std::string& text) {
    Process::Command command;
    command.argv = {"/bin/sh", "-c", text};
    return command;
}

/// Nothing of that process group lives or is left within a second. Orphans come to us.
bool is_gone(pid_t group) {
    for (int i = 0; i < 100; ++i) {
        while (::waitpid(-group, nullptr, WNOHANG) > 0) {
        }
        if (::kill(-group, 0) != 0) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

class ProcessTest : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0); }

    std::unique_ptr<Process> process = make_process();
};

TEST_F(ProcessTest, GivesStatusAndBothOutputs) {
    const auto result = process->run(shell("echo out; echo err >&2; exit 3"));
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.out, "out\n");
    EXPECT_EQ(result.err, "err\n");
    EXPECT_EQ(process->run(shell("kill -SEGV $$")).status, 128 + SIGSEGV);
}

TEST_F(ProcessTest, PassesArgumentsAsTheyAre) {
    Process::Command command;
    command.argv = {"/usr/bin/printf", "%s|", "a b", "$HOME", "", "*;'\""};
    EXPECT_EQ(process->run(command).out, "a b|$HOME||*;'\"|");
}

TEST_F(ProcessTest, InheritsNothing) {
    ASSERT_EQ(::setenv("WPNS_TEST_SECRET", "x", 1), 0);
    const UniqueFd leak(::open("/etc/passwd", O_RDONLY));  // without O_CLOEXEC
    ASSERT_TRUE(leak.valid());
    auto command = shell("pwd; env; ls -l /proc/self/fd");
    command.argv = {"/usr/bin/env", "-u", "none", "/bin/pwd"};
    EXPECT_EQ(process->run(command).out, "/\n");
    command.argv = {"/usr/bin/env"};
    command.environment = {{"TERM", "dumb"}};
    EXPECT_EQ(process->run(command).out,
              "LANG=C.UTF-8\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nTERM=dumb\n");
    command.argv = {"/bin/ls", "-l", "/proc/self/fd"};
    EXPECT_EQ(process->run(command).out.find("passwd"), std::string::npos);
    ::unsetenv("WPNS_TEST_SECRET");
}

TEST_F(ProcessTest, StartsWithDefaultSignals) {
    sigset_t blocked, before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto old = ::signal(SIGPIPE, SIG_IGN);
    const auto result = process->run(shell("grep -E 'Sig(Blk|Ign)' /proc/self/status"));
    ::signal(SIGPIPE, old);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    EXPECT_TRUE(result.out.starts_with("SigBlk:\t0000000000000000\nSigIgn:\t"));
    // 32 and 33 belong to the C library and cannot be set.
    constexpr unsigned long standard = 0x7fff'ffff;
    EXPECT_EQ(std::stoul(result.out.substr(result.out.rfind('\t')), nullptr, 16) & standard, 0U);
}

TEST_F(ProcessTest, HasASessionOfItsOwnWithoutTerminal) {
    const auto result = process->run(shell("echo $$; cut -d' ' -f5,6,7 /proc/$$/stat"));
    const auto line = result.out.find('\n');
    const std::string pid = result.out.substr(0, line);
    EXPECT_EQ(result.out.substr(line + 1), pid + " " + pid + " 0\n");
}

TEST_F(ProcessTest, ReadsAnEmptyInputAsItsEnd) {
    Process::Command command;
    command.argv = {"/bin/cat"};
    const auto result = process->run(command);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "");
}

TEST_F(ProcessTest, MovesLargeInputAndOutputAtOnce) {
    Process::Command command;
    command.argv = {"/bin/cat"};
    command.input = std::string(8U << 20, 'x');
    command.output_limit = 16U << 20;
    EXPECT_EQ(process->run(command).out, command.input);
}

TEST_F(ProcessTest, OpenFilesCanBeInputAndOutput) {
    const UniqueFd in(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
    const UniqueFd out(::memfd_create("out", MFD_CLOEXEC));
    ASSERT_TRUE(in.valid() && out.valid());
    auto command = shell("cat; echo err >&2");
    command.input_file = in.get();
    command.output_file = out.get();
    const auto result = process->run(command);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "err\n");
    EXPECT_EQ(::lseek(out.get(), 0, SEEK_END), ::lseek(in.get(), 0, SEEK_END));
}

TEST_F(ProcessTest, AProgramNeedNotReadItsInput) {
    auto command = shell("exec <&-; sleep 0.1; echo done");
    command.input = std::string(8U << 20, 'x');
    const auto result = process->run(command);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "done\n");
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
}

TEST_F(ProcessTest, KeepsOnlySoMuchOutput) {
    auto command = shell("head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2");
    command.output_limit = 1000;
    const auto result = process->run(command);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out.size(), 1000U);
    EXPECT_EQ(result.err.size(), 1000U);
}

TEST_F(ProcessTest, ATimeoutEndsTheWholeGroup) {
    const std::string file = "/tmp/wpns-process-test-" + std::to_string(::getpid());
    auto command = shell("echo $$ > " + file + "; sleep 1000 & sleep 1000");
    command.timeout = 1s;
    const auto start = Clock::now();
    EXPECT_EQ(error_of([&] { (void)process->run(command); }), ErrorKind::timeout);
    EXPECT_LT(Clock::now() - start, 2s);  // SIGTERM was enough
    pid_t group = 0;
    std::ifstream(file) >> group;
    ::unlink(file.c_str());
    ASSERT_GT(group, 0);
    EXPECT_TRUE(is_gone(group));
}

TEST_F(ProcessTest, ATimeoutEndsWhatIgnoresSigterm) {
    auto command = shell("trap '' TERM; while :; do sleep 0.1; done");
    command.timeout = 1s;
    const auto start = Clock::now();
    EXPECT_EQ(error_of([&] { (void)process->run(command); }), ErrorKind::timeout);
    EXPECT_GE(Clock::now() - start, 3s);
    EXPECT_LT(Clock::now() - start, 5s);
}

TEST_F(ProcessTest, ATimeoutCountsWhileOutputNeverPauses) {
    Process::Command command;
    command.argv = {"/usr/bin/yes"};
    command.timeout = 1s;
    EXPECT_EQ(error_of([&] { (void)process->run(command); }), ErrorKind::timeout);
}

TEST_F(ProcessTest, WhatStaysInTheBackgroundDoesNotHoldUs) {
    const auto start = Clock::now();
    const auto result = process->run(shell("sleep 1000 & echo $$"));
    EXPECT_LT(Clock::now() - start, 5s);
    EXPECT_TRUE(is_gone(std::stoi(result.out)));
}

TEST_F(ProcessTest, MissingProgramsAndRelativePaths) {
    Process::Command command;
    command.argv = {"/usr/bin/wpns-no-such-program"};
    std::string message;
    EXPECT_EQ(error_of([&] { (void)process->run(command); }, &message), ErrorKind::missing);
    EXPECT_NE(message.find(command.argv[0]), std::string::npos);
    command.argv = {"/etc/passwd"};
    EXPECT_EQ(error_of([&] { (void)process->run(command); }), ErrorKind::failed);
    command.argv = {"ls"};
    EXPECT_EQ(error_of([&] { (void)process->run(command); }), ErrorKind::bug);
    command.argv = {};
    EXPECT_EQ(error_of([&] { (void)process->run(command); }), ErrorKind::bug);
}

TEST_F(ProcessTest, RunsFromSeveralThreads) {
    std::vector<std::jthread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            const auto result = make_process()->run(shell("echo " + std::to_string(i)));
            if (result.out == std::to_string(i) + "\n") ++right;
        });
    }
    threads.clear();
    EXPECT_EQ(right, 8);
}

TEST_F(ProcessTest, StreamsInAndOutWithoutKeepingThem) {
    auto command = shell("cat; echo said >&2");
    constexpr std::size_t pieces = 3000;
    const std::string piece(10'000, 'x');
    std::size_t given = 0;
    std::size_t taken = 0;
    command.input = "first";
    command.feed = [&] { return given++ < pieces ? std::string_view(piece) : std::string_view(); };
    command.output = [&](std::string_view bytes) { taken += bytes.size(); };
    const auto result = process->run(command);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(taken, 5 + pieces * piece.size());
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "said\n");
}

TEST_F(ProcessTest, AnErrorOfTheTakerEndsTheProgram) {
    auto command = shell("echo $$; exec yes");
    std::string text;
    command.output = [&](std::string_view bytes) {
        text += bytes;
        if (text.size() > 100'000) throw Error(ErrorKind::failed, "full");
    };
    EXPECT_THROW((void)process->run(command), Error);
    EXPECT_TRUE(is_gone(std::stoi(text)));
}

TEST_F(ProcessTest, AProgramThatStopsReadingIsNoTrouble) {
    auto command = shell("head -c 5; exit 4");
    command.feed = [] { return std::string_view("endless "); };
    const auto result = process->run(command);
    EXPECT_EQ(result.status, 4);
    EXPECT_EQ(result.out, "endle");
}

TEST_F(ProcessTest, AttachedStaysInOurSession) {
    auto command = shell("test \"$(cut -d' ' -f6 /proc/$$/stat)\" = \"$SESSION\" && exit 5");
    command.environment = {{"SESSION", std::to_string(::getsid(0))}};
    EXPECT_EQ(process->run_attached(command), 5);
    EXPECT_EQ(process->run_attached(shell("kill -TERM $$")), 128 + SIGTERM);
}

TEST_F(ProcessTest, AttachedLeavesTheKeysToTheProgram) {
    const auto old = ::signal(SIGINT, SIG_DFL);
    // The program gets it and lives on; we get it too and would die of it.
    const std::string text = "trap 'exit 9' INT; kill -INT $PPID; kill -INT $$; exit 1";
    EXPECT_EQ(process->run_attached(shell(text)), 9);
    EXPECT_EQ(::signal(SIGINT, old), SIG_DFL);
}

}  // namespace
}  // namespace wpns::host::linux_os
