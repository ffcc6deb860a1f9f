#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "host/linux/network_rate.hpp"
#include "host/linux/network_state.hpp"
#include "network/traffic.hpp"
#include "network/world.hpp"

namespace wpns::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t mbit = 1'000'000;

/// Bytes that have arrived and that nobody has read yet.
std::uint64_t unread(int fd) {
    int bytes = 0;
    EXPECT_EQ(ioctl(fd, FIONREAD, &bytes), 0);
    return static_cast<std::uint64_t>(bytes);
}

/// Bits a second of one TCP connection, counted where they arrive, after a quarter of a second.
/// What is read is not enough: a reader who has had to wait for a processor finds more than has
/// come since. The clock is read outside, so that waiting for one makes the rate smaller.
double measured(const std::string& from, const std::string& to, Ipv4 address, std::uint16_t port) {
    const UniqueFd listener = listen_tcp(to, port);
    const Stream stream(from, listener, address, port);
    std::vector<char> buffer(1U << 18U);
    std::atomic<bool> over{false};
    std::thread sender([&] {
        const std::vector<char> data(1U << 16U);
        while (!over) (void)send(stream.near(), data.data(), data.size(), MSG_NOSIGNAL);
    });
    std::uint64_t bytes = 0;
    const auto arrived = [&] { return bytes + unread(stream.far()); };
    const auto read_until = [&](steady_clock::time_point end) {
        while (steady_clock::now() < end) {
            const auto size = recv(stream.far(), buffer.data(), buffer.size(), 0);
            if (size > 0) bytes += static_cast<std::uint64_t>(size);
        }
    };
    read_until(steady_clock::now() + milliseconds(250));
    const auto start = steady_clock::now();
    const auto before = arrived();
    read_until(start + milliseconds(900));
    const auto came = static_cast<double>(arrived() - before);
    const std::chrono::duration<double> seconds = steady_clock::now() - start;
    over = true;
    shutdown(stream.near(), SHUT_RDWR);
    sender.join();
    return came * 8 / seconds.count();
}

class RateTest : public World {
  protected:
    void SetUp() override {
        World::SetUp();
        if (HasFatalFailure()) return;
        for (Link* link : {&a, &b}) network->create_namespace(link->netns);
        a.up = 20 * mbit;
        a.down = 60 * mbit;
        for (Link* link : {&a, &b}) network->ensure_link(*link);
    }
    [[nodiscard]] Link found(const Link& link) const {
        return network->find_links(std::vector{link}).at(link.host_end.name);
    }
    /// Never faster than 15 % above the limit; not slower than 15 % below it in one of three tries,
    /// since a busy machine may not get round to sending.
    static void expect_about(std::uint64_t wanted, const std::function<double()>& measure) {
        double rate = 0;
        for (int attempt = 0; attempt < 3 && rate < 0.85 * static_cast<double>(wanted); ++attempt) {
            rate = measure();
            EXPECT_LT(rate, 1.15 * static_cast<double>(wanted));
        }
        EXPECT_GT(rate, 0.85 * static_cast<double>(wanted));
        std::cout << "  " << rate / mbit << " of " << wanted / mbit << " mbit\n";
    }

    Link a = link_of("site-a", 0);
    Link b = link_of("site-b", 1);
};

TEST_F(RateTest, BothDirectionsAreHeldAndTheNeighbourIsNot) {
    EXPECT_EQ(found(a), a);
    EXPECT_EQ(found(b), b);
    double free_rate = 0;
    std::thread neighbour([&] { free_rate = measured("site-b", "", b.host_address, 5002); });
    expect_about(a.up, [&] { return measured("site-a", "", a.host_address, 5001); });
    neighbour.join();
    EXPECT_GT(free_rate, 10.0 * static_cast<double>(a.up));
    std::cout << "  neighbour without a limit meanwhile: " << free_rate / mbit << " mbit\n";
    expect_about(a.down, [&] { return measured("", "site-a", a.site_address, 5003); });
}

TEST_F(RateTest, AnotherRateAndNoneAreSetInPlace) {
    Socket host;
    const int index = host::linux_os::read_link(host, a.host_end.name)->index;
    a.up = 80 * mbit;
    EXPECT_NE(found(a), a);
    network->ensure_link(a);
    EXPECT_EQ(found(a), a);
    expect_about(a.up, [&] { return measured("site-a", "", a.host_address, 5001); });
    a.up = 0;
    a.down = 0;
    network->ensure_link(a);
    EXPECT_EQ(found(a), a);
    EXPECT_EQ(host::linux_os::read_link(host, a.host_end.name)->index, index);
    EXPECT_GT(measured("site-a", "", a.host_address, 5002), 400.0 * mbit);
}

TEST_F(RateTest, TheLeastAndTheMostAreTaken) {
    for (const std::uint64_t rate : {1 * mbit, 10'000 * mbit}) {
        a.up = rate;
        a.down = rate;
        a.mtu = 9216;
        network->ensure_link(a);
        EXPECT_EQ(found(a), a);
    }
    // The largest packet goes through the smallest bucket.
    a.up = 1 * mbit;
    network->ensure_link(a);
    expect_about(a.up, [&] { return measured("site-a", "", a.host_address, 5001); });
}

TEST_F(RateTest, WhatSomebodyDoesToALimitShowsAndIsPutRight) {
    Socket host;
    const int index = host::linux_os::read_link(host, a.host_end.name)->index;
    const auto expect_seen = [&](std::uint64_t as) {
        EXPECT_EQ(found(a).down, as);
        network->ensure_link(a);
        EXPECT_EQ(found(a), a);
    };
    delete_queue(host, index);
    expect_seen(0);
    delete_queue(host, index);
    add_queue(host, index, "pfifo", 0x77700000);
    expect_seen(1);
    delete_queue(host, index);
    add_queue(host, index, "pfifo", 0x10000);
    expect_seen(0);
}

TEST_F(RateTest, QueuesOfOthersStayWhereNoneIsWanted) {
    Socket host;
    const int index = host::linux_os::read_link(host, b.host_end.name)->index;
    add_queue(host, index, "pfifo", 0x10000);
    EXPECT_EQ(found(b), b);
    network->ensure_link(b);
    EXPECT_EQ(host::linux_os::read_queues(host).at(index).handle, 0x10000U);
}

}  // namespace
}  // namespace wpns::test
