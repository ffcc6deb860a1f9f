#include "host/linux/firewall_events.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.hpp"
#include "host/linux/nft_context.hpp"
#include "network/world.hpp"

namespace wpns::test {
namespace {

using namespace std::chrono_literals;
using host::linux_os::NftContext;

/// What a watch on a thread of its own tells, until the test ends.
class Watcher {
  public:
    Watcher() : thread_([this] { run(); }) {}
    ~Watcher() {
        {
            const std::scoped_lock lock(mutex_);
            ending_ = true;
        }
        NftContext().run("add table inet wpns\ndelete table inet wpns\n");
        thread_.join();
    }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    /// Keeps it from telling, and so from listening, while the result lives.
    std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }
    /// The next one; nothing where none comes.
    std::optional<std::string> next(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        if (!came_.wait_for(lock, patience, [this] { return !told_.empty(); })) return std::nullopt;
        auto who = std::move(told_.front());
        told_.pop_front();
        return who;
    }

    /// How often it has told of the firewalls of others.
    [[nodiscard]] unsigned neighbours() const { return neighbours_; }

  private:
    void run() {
        try {
            host::linux_os::make_firewall_events()->watch(
                [this](const std::string& who) { tell(who); }, [this] { ++neighbours_; });
        } catch (const Error& error) {
            if (error.message() != "the test ends") ADD_FAILURE() << error.message();
        }
    }

    void tell(const std::string& who) {
        const std::scoped_lock lock(mutex_);
        if (ending_) throw Error(ErrorKind::failed, "the test ends");
        told_.push_back(who);
        came_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable came_;
    std::atomic<unsigned> neighbours_ = 0;
    std::deque<std::string> told_;
    bool ending_ = false;
    std::thread thread_;
};

class EventsTest : public World {
  protected:
    static void nft(const std::string& statements) { NftContext().run(statements); }
    void SetUp() override {
        World::SetUp();
        if (HasFatalFailure()) return;
        firewall->load(table_with(), std::vector{firewall_of(link_of("site-a"))});
    }
};

TEST_F(EventsTest, EveryKindOfHarmByOthersIsToldAtOnceWithItsAuthor) {
    Watcher watcher;
    EXPECT_EQ(watcher.next(5s), "") << "the start";
    for (const char* harm :
         {"delete element inet wpns egress { \"veth0-site-a\" }", "flush set inet wpns gateways",
          "flush chain inet wpns forward", "add rule inet wpns input accept",
          "add chain inet wpns more", "flush table inet wpns", "delete table inet wpns"}) {
        nft(harm);
        const auto who = watcher.next(2s);
        ASSERT_TRUE(who) << harm;
        EXPECT_EQ(*who, "network_tests (" + std::to_string(getpid()) + ")") << harm;
    }
    firewall->load(table_with(), {});
    EXPECT_TRUE(watcher.next(2s));
    nft("flush ruleset");
    EXPECT_TRUE(watcher.next(2s));
}

TEST_F(EventsTest, OtherTablesAndWpnsItselfAreNotTold) {
    Watcher watcher;
    EXPECT_EQ(watcher.next(5s), "");
    nft("add table inet other\nadd chain inet other c\nadd rule inet other c accept\n"
        "add table ip wpns\nadd set ip wpns s { type ipv4_addr; }\n");
    nft("delete table inet other\ndelete table ip wpns\n");
    EXPECT_EQ(watcher.neighbours(), 1U) << "the start";
    char name[16] = {};
    prctl(PR_GET_NAME, name);
    prctl(PR_SET_NAME, "wpns");
    firewall->change(std::vector{firewall_of(link_of("site-a"), Egress::none)}, {});
    firewall->load(table_with(), {});
    prctl(PR_SET_NAME, name);
    EXPECT_EQ(watcher.next(300ms), std::nullopt);
    nft("flush ruleset");
    EXPECT_TRUE(watcher.next(2s)) << "it still listens";
}

TEST_F(EventsTest, WhereOthersLetSitesThroughIsTold) {
    Watcher watcher;
    EXPECT_EQ(watcher.next(5s), "");
    unsigned told = 1;
    for (const char* change :
         {"add table ip filter",
          "add chain ip filter FORWARD { type filter hook forward priority 0; }",
          "add chain ip filter FORWARD { policy drop; }", "add chain ip filter DOCKER-USER",
          "add rule ip filter DOCKER-USER accept", "delete table ip filter"}) {
        nft(change);
        ++told;
        for (int i = 0; i < 200 && watcher.neighbours() < told; ++i)
            std::this_thread::sleep_for(10ms);
        EXPECT_EQ(watcher.neighbours(), told) << change;
    }
    EXPECT_EQ(watcher.next(100ms), std::nullopt) << "our table is as it was";
}

TEST_F(EventsTest, AFloodThatCameMeanwhileIsToldOnce) {
    Watcher watcher;
    EXPECT_EQ(watcher.next(5s), "");
    {
        const auto busy = watcher.hold();
        for (int i = 0; i < 50; ++i) {
            nft("add table inet wpns");
            nft("flush ruleset");
        }
    }
    unsigned told = 0;
    while (watcher.next(300ms)) ++told;
    EXPECT_GE(told, 1U);
    EXPECT_LE(told, 2U) << "the one it was about to tell, and one for all that came meanwhile";
}

/// More notices than the socket has room for: they get lost, which is told as well.
TEST_F(EventsTest, AChangeIsToldHoweverLargeItIs) {
    std::string many;
    for (int chain = 0; chain < 3000; ++chain)
        many += "add chain inet other c" + std::to_string(chain) + "\nadd rule inet other c" +
                std::to_string(chain) + " ip saddr 192.0.2.1 counter accept\n";
    nft("add table inet other\n" + many);
    Watcher watcher;
    EXPECT_EQ(watcher.next(5s), "");
    nft("flush ruleset");
    EXPECT_TRUE(watcher.next(5s));
}

}  // namespace
}  // namespace wpns::test
