#include "host/linux/visits_linux.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace wpns::test {
namespace {

using namespace std::chrono_literals;
using host::linux_os::connected_paths;
using host::linux_os::make_visits;

/// A listening socket on a file system of its own; who connects is never accepted by itself.
class VisitsTest : public testing::TestWithParam<unsigned long> {
  protected:
    void SetUp() override {
        std::string place = "/tmp/wpns-visits-XXXXXX";
        ASSERT_NE(::mkdtemp(place.data()), nullptr);
        place_ = place;
        ASSERT_EQ(::mount("tmpfs", place_.c_str(), "tmpfs", GetParam(), ""), 0);
        path_ = place_ + "/http.sock";
        listener_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM, 0));
        const auto address = address_of(path_);
        ASSERT_EQ(
            ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            0);
        ASSERT_EQ(::listen(listener_.get(), 8), 0);
    }
    void TearDown() override {
        ::umount2(place_.c_str(), MNT_DETACH);
        ::rmdir(place_.c_str());
    }

    static sockaddr_un address_of(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        return address;
    }
    [[nodiscard]] UniqueFd connect() const {
        UniqueFd client(::socket(AF_UNIX, SOCK_STREAM, 0));
        const auto address = address_of(path_);
        EXPECT_EQ(
            ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            0);
        return client;
    }
    /// The socket was made, or visited for the last time, this long ago.
    void age(std::chrono::seconds seconds) const {
        const auto then =
            std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() - seconds);
        const std::array<timespec, 2> times = {timespec{then, 0}, timespec{then, 0}};
        ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times.data(), 0), 0);
        std::this_thread::sleep_for(20ms);
    }
    std::chrono::seconds quiet() {
        const std::vector<std::string> sockets = {path_};
        return visits_->quiet(sockets).at(path_);
    }

    std::string place_;
    std::string path_;
    UniqueFd listener_;
    std::unique_ptr<host::Visits> visits_ = make_visits();
};

TEST_P(VisitsTest, SilenceGrowsUntilSomebodyConnects) {
    age(900s);
    EXPECT_GE(quiet(), 900s);
    EXPECT_LT(quiet(), 910s);
    (void)connect();
    EXPECT_LT(quiet(), 5s);
    EXPECT_LT(quiet(), 5s);
}

TEST_P(VisitsTest, EveryVisitIsSeenNotOnlyTheFirst) {
    age(900s);
    (void)connect();
    EXPECT_LT(quiet(), 5s);
    std::this_thread::sleep_for(1100ms);
    EXPECT_GE(quiet(), 1s);
    (void)connect();
    EXPECT_EQ(quiet(), 0s);
}

TEST_P(VisitsTest, AMarkIsAVisit) {
    age(900s);
    const std::vector<std::string> sockets = {path_, place_ + "/none"};
    visits_->mark(sockets);
    EXPECT_LT(quiet(), 5s);
    (void)connect();
    EXPECT_EQ(quiet(), 0s);
}

TEST_P(VisitsTest, WhatIsNoSocketIsLeftOut) {
    const std::vector<std::string> sockets = {place_, place_ + "/none"};
    EXPECT_TRUE(visits_->quiet(sockets).empty());
}

TEST_P(VisitsTest, AConnectionIsSeenWhileItIsOpenOrWaits) {
    EXPECT_FALSE(visits_->in_use().contains(path_));
    {
        const auto client = connect();
        EXPECT_TRUE(visits_->in_use().contains(path_)) << "waits";
        const UniqueFd server(::accept(listener_.get(), nullptr, nullptr));
        EXPECT_TRUE(visits_->in_use().contains(path_)) << "open";
    }
    EXPECT_FALSE(visits_->in_use().contains(path_));
}

INSTANTIATE_TEST_SUITE_P(Times, VisitsTest, testing::Values(MS_RELATIME, MS_STRICTATIME),
                         [](const auto& flag) {
                             return flag.param == MS_RELATIME ? "relatime" : "strictatime";
                         });

class NoTimes : public VisitsTest {};

TEST_P(NoTimes, AreAnErrorAndNotSilence) {
    try {
        (void)quiet();
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::missing);
        EXPECT_NE(error.remedy().find("relatime"), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(Times, NoTimes, testing::Values(MS_NOATIME));

TEST(ConnectedPaths, AreThoseOfTheServersEnds) {
    EXPECT_EQ(
        connected_paths(
            "Num       RefCount Protocol Flags    Type St Inode Path\n"
            "00000000791f220f: 00000002 00000000 00010000 0001 01 9955464 /run/listens.sock\n"
            "0000000031965b94: 00000002 00000000 00000000 0001 02     0 /run/waits.sock\n"
            "00000000d0587ef1: 00000003 00000000 00000000 0001 03 9955471 /run/with space.sock\n"
            "00000000db356f65: 00000003 00000000 00000000 0001 03 9955472\n"
            "00000000db356f66: 00000003 00000000 00000000 0001 03 9955473 @abstract\n"
            "garbage\n\n"),
        (std::set<std::string>{"/run/waits.sock", "/run/with space.sock"}));
}

}  // namespace
}  // namespace wpns::test
