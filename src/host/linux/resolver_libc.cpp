#include "host/linux/resolver_libc.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <deque>

namespace wpns::host::linux_os {
namespace {

using Clock = std::chrono::steady_clock;

/// Requests to libc's own threads. One that is under way cannot be called off, so what it writes to
/// stays where it is until the process ends.
struct Lookup {
    std::string name;
    addrinfo hints{};
    gaicb request{};

    explicit Lookup(std::string of) : name(std::move(of)) {
        hints.ai_family = AF_INET;
        hints.ai_socktype = SOCK_STREAM;
        request.ar_name = name.c_str();
        request.ar_request = &hints;
    }
};
using Lookups = std::deque<Lookup>;

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

/// Those that are still under way.
std::vector<const gaicb*> pending(Lookups& lookups) {
    std::vector<const gaicb*> waiting;
    for (Lookup& lookup : lookups)
        if (gai_error(&lookup.request) == EAI_INPROGRESS) waiting.push_back(&lookup.request);
    return waiting;
}

/// Waits until all have ended or it is too late.
void wait_for(Lookups& lookups, Clock::time_point deadline) {
    for (auto waiting = pending(lookups); !waiting.empty(); waiting = pending(lookups)) {
        const auto left =
            std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - Clock::now()).count();
        if (left <= 0) return;
        const timespec patience{.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
        if (gai_suspend(waiting.data(), static_cast<int>(waiting.size()), &patience) == EAI_AGAIN)
            return;
    }
}

class LibcResolver : public Resolver {
  public:
    [[nodiscard]] std::map<std::string, std::vector<Ipv4>> look_up(
        std::span<const std::string> names, std::chrono::seconds deadline) const override {
        std::map<std::string, std::vector<Ipv4>> found;
        if (names.empty()) return found;
        auto lookups = std::make_unique<Lookups>();
        std::vector<gaicb*> requests;
        for (const std::string& name : names)
            requests.push_back(&lookups->emplace_back(name).request);
        const int started =
            getaddrinfo_a(GAI_NOWAIT, requests.data(), static_cast<int>(requests.size()), nullptr);
        if (started != 0 && started != EAI_AGAIN) return found;
        wait_for(*lookups, Clock::now() + deadline);
        for (Lookup& lookup : *lookups) {
            if (gai_error(&lookup.request) != 0) continue;
            auto addresses = addresses_of(lookup.request.ar_result);
            freeaddrinfo(lookup.request.ar_result);
            if (!addresses.empty()) found.emplace(lookup.name, std::move(addresses));
        }
        if (!pending(*lookups).empty()) (void)lookups.release();
        return found;
    }
};

}  // namespace

std::unique_ptr<Resolver> make_resolver() {
    return std::make_unique<LibcResolver>();
}

}  // namespace wpns::host::linux_os
