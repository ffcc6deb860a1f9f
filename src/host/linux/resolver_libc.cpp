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

using Answers = std::map<std::string, std::vector<AnyAddress>>;

/// A name, and AF_INET or AF_INET6.
struct Question {
    std::string name;
    int family;
};

AnyAddress address_of(const addrinfo& entry) {
    if (entry.ai_family == AF_INET)
        return Ipv4{ntohl(reinterpret_cast<const sockaddr_in*>(entry.ai_addr)->sin_addr.s_addr)};
    Ipv6 address;
    const auto* name = reinterpret_cast<const sockaddr_in6*>(entry.ai_addr);
    std::ranges::copy(name->sin6_addr.s6_addr, address.bytes.begin());
    return address;
}

std::vector<AnyAddress> ask(const Question& question) {
    addrinfo hints{};
    hints.ai_family = question.family;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (getaddrinfo(question.name.c_str(), nullptr, &hints, &list) != 0) return {};
    std::vector<AnyAddress> addresses;
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next)
        if (entry->ai_family == question.family) addresses.push_back(address_of(*entry));
    freeaddrinfo(list);
    return addresses;
}

/// IPv4 of all names first: what waits for IPv6 in vain takes up no thread before.
std::deque<Question> questions_of(std::span<const std::string> names, Families families) {
    std::deque<Question> questions;
    for (const auto& name : names) questions.push_back({name, AF_INET});
    if (families == Families::both)
        for (const auto& name : names) questions.push_back({name, AF_INET6});
    return questions;
}

void put_in_order(std::vector<AnyAddress>& addresses) {
    std::ranges::sort(addresses);
    const auto doubles = std::ranges::unique(addresses);
    addresses.erase(doubles.begin(), doubles.end());
}

/// What is asked and what came back, shared by all who work on it: whoever waits for libc when it
/// is too late keeps this alive, and nothing else.
class Lookups {
  public:
    explicit Lookups(std::deque<Question> questions)
        : waiting_(std::move(questions)), left_(waiting_.size()) {}

    /// Asks one question after the other until there is none.
    void work() {
        for (std::unique_lock lock(mutex_); !waiting_.empty();) {
            const Question question = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            const auto addresses = ask(question);
            lock.lock();
            if (!addresses.empty()) add(question.name, addresses);
            if (--left_ == 0) done_.notify_all();
        }
    }
    /// What is known when all have answered or it is too late. Nothing more is asked then.
    Answers wait(std::chrono::seconds deadline) {
        std::unique_lock lock(mutex_);
        done_.wait_for(lock, deadline, [this] { return left_ == 0; });
        waiting_.clear();
        for (auto& [name, addresses] : found_) put_in_order(addresses);
        return std::exchange(found_, {});
    }

  private:
    void add(const std::string& name, const std::vector<AnyAddress>& addresses) {
        auto& known = found_[name];
        known.insert(known.end(), addresses.begin(), addresses.end());
    }

    std::mutex mutex_;
    std::condition_variable done_;
    std::deque<Question> waiting_;
    std::size_t left_;
    Answers found_;
};

/// Threads of its own, not getaddrinfo_a: gai_suspend returns when the first request has ended, and
/// leaves a record on its stack to another one that is just ending (a crash with glibc 2.41).
class LibcResolver : public Resolver {
  public:
    [[nodiscard]] Answers look_up(std::span<const std::string> names, Families families,
                                  std::chrono::seconds deadline) const override {
        auto questions = questions_of(names, families);
        const std::size_t threads = std::min(questions.size(), most_threads);
        const auto lookups = std::make_shared<Lookups>(std::move(questions));
        for (std::size_t i = 0; i < threads; ++i)
            std::thread([lookups] { lookups->work(); }).detach();
        return lookups->wait(deadline);
    }
};

}  // namespace

std::unique_ptr<Resolver> make_resolver() {
    return std::make_unique<LibcResolver>();
}

}  // namespace wpns::host::linux_os
