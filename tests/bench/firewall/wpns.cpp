#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "bench/clock.hpp"
#include "bench/sites.hpp"
#include "host/linux/firewall_nftables.hpp"
#include "host/linux/network_libnl.hpp"
#include "render/firewall_text.hpp"

/// What the rules for N sites cost one of them: connections to the internet, and packets there and
/// back, one after the other. The namespace "world" plays the internet.
namespace wpns::bench {
namespace {

constexpr int connections = 3000;
constexpr int packets = 30000;
constexpr std::uint16_t port = 443;

int check(int status, const char* step) {
    if (status < 0) throw std::system_error(errno, std::generic_category(), step);
    return status;
}

/// Runs `work` in a thread of the namespace of that name.
std::thread in(const std::string& netns, std::function<void()> work) {
    return std::thread([netns, work = std::move(work)] {
        const UniqueFd fd(
            check(open(("/run/netns/" + netns).c_str(), O_RDONLY | O_CLOEXEC), "open"));
        check(setns(fd.get(), CLONE_NEWNET), "setns");
        work();
    });
}

sockaddr_in address_of(const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    check(inet_pton(AF_INET, text, &address.sin_addr), "inet_pton");
    return address;
}

UniqueFd socket_of(int type) {
    return UniqueFd(check(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket"));
}

UniqueFd bound(int type) {
    UniqueFd fd = socket_of(type);
    const sockaddr_in address = address_of("8.8.8.8");
    check(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
    return fd;
}

void accept_all(const UniqueFd& listener) {
    for (int n = 0; n < connections; ++n)
        UniqueFd(check(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
}

void echo_all(const UniqueFd& socket) {
    for (int n = 0; n < packets; ++n) {
        char byte = 0;
        sockaddr_in from{};
        socklen_t size = sizeof from;
        auto* sender = reinterpret_cast<sockaddr*>(&from);
        check(static_cast<int>(recvfrom(socket.get(), &byte, 1, 0, sender, &size)), "recvfrom");
        check(static_cast<int>(sendto(socket.get(), &byte, 1, 0, sender, size)), "sendto");
    }
}

UniqueFd connected(int type) {
    UniqueFd fd = socket_of(type);
    const sockaddr_in address = address_of("8.8.8.8");
    check(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connect");
    return fd;
}

void connect_all() {
    for (int n = 0; n < connections; ++n) (void)connected(SOCK_STREAM);
}

void send_all() {
    const UniqueFd fd = connected(SOCK_DGRAM);
    for (int n = 0; n < packets; ++n) {
        char byte = 'x';
        check(static_cast<int>(send(fd.get(), &byte, 1, 0)), "send");
        check(static_cast<int>(recv(fd.get(), &byte, 1, 0)), "recv");
    }
}

/// Both sides at once, until both have ended.
void together(std::function<void()> server, std::function<void()> client) {
    std::thread far = in("world", std::move(server));
    in("s0", std::move(client)).join();
    far.join();
}

/// The sockets listen before anybody sends.
std::vector<UniqueFd> servers() {
    std::vector<UniqueFd> sockets;
    in("world", [&] {
        sockets.push_back(bound(SOCK_STREAM));
        check(listen(sockets.back().get(), 128), "listen");
        sockets.push_back(bound(SOCK_DGRAM));
    }).join();
    return sockets;
}

void run(unsigned size) {
    const Networks networks = networks_of(size);
    const auto network = host::linux_os::make_network(host::linux_os::PinIn::any_mounts);
    const auto firewall = host::linux_os::make_firewall();
    network->create_namespace("s0");
    firewall->load(desired::firewall_table(render::firewall_table_text(pool, {})),
                   networks.firewall);
    network->ensure_link(networks.sites.front().link);
    const auto sockets = servers();
    measure("firewall-connections", "wpns", size,
            [&] { together([&] { accept_all(sockets.front()); }, connect_all); });
    measure("firewall-packets", "wpns", size,
            [&] { together([&] { echo_all(sockets.back()); }, send_all); });
}

}  // namespace
}  // namespace wpns::bench

int main(int argc, char** argv) {
    return wpns::bench::run_main(argc, argv, wpns::bench::run);
}
