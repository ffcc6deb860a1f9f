#include "host/linux/resolver_libc.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace wpns::host::linux_os {
namespace {

constexpr std::size_t most_threads = 16;

std::vector<Ipv4> addresses_of(const addrinfo* list) {
    std::vector<Ipv4> addresses;
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family != AF_INET) continue;
        const auto* name = reinterpret_cast<const sockaddr_in*>(entry->ai_addr);
        const Ipv4 address{ntohl(name->sin_addr.s_addr)};
        if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
    }
    std::ranges::sort(addresses);
    return addresses;
}

std::vector<Ipv4> ask(const std::string& name) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0) return {};
    auto addresses = addresses_of(list);
    freeaddrinfo(list);
    return addresses;
}

/// What is asked and what came back, shared by all who work on it: whoever waits for libc when it
/// is too late keeps this alive, and nothing else.
class Lookups {
  public:
    explicit Lookups(std::span<const std::string> names)
        : waiting_(names.begin(), names.end()), left_(names.size()) {}

    /// Asks for one name after the other until there is none.
    void work() {
        for (std::unique_lock lock(mutex_); !waiting_.empty();) {
            const std::string name = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            auto addresses = ask(name);
            lock.lock();
            if (!addresses.empty()) found_.emplace(name, std::move(addresses));
            if (--left_ == 0) done_.notify_all();
        }
    }
    /// What is known when all have answered or it is too late. Nothing more is asked then.
    std::map<std::string, std::vector<Ipv4>> wait(std::chrono::seconds deadline) {
        std::unique_lock lock(mutex_);
        done_.wait_for(lock, deadline, [this] { return left_ == 0; });
        waiting_.clear();
        return std::exchange(found_, {});
    }

  private:
    std::mutex mutex_;
    std::condition_variable done_;
    std::deque<std::string> waiting_;
    std::size_t left_;
    std::map<std::string, std::vector<Ipv4>> found_;
};

/// Threads of its own, not getaddrinfo_a: gai_suspend returns when the first request has ended, and
/// leaves a record on its stack to another one that is just ending (a crash with glibc 2.41).
class LibcResolver : public Resolver {
  public:
    [[nodiscard]] std::map<std::string, std::vector<Ipv4>> look_up(
        std::span<const std::string> names, std::chrono::seconds deadline) const override {
        const auto lookups = std::make_shared<Lookups>(names);
        for (std::size_t i = 0; i < std::min(names.size(), most_threads); ++i)
            std::thread([lookups] { lookups->work(); }).detach();
        return lookups->wait(deadline);
    }
};

}  // namespace

std::unique_ptr<Resolver> make_resolver() {
    return std::make_unique<LibcResolver>();
}

}  // namespace wpns::host::linux_os
