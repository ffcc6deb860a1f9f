#include "apply/nginx.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;

constexpr const char* nginx_unit = "nginx.service";

/// nginx returns from a reload before its old workers stop taking connections, and those do not
/// know a new site. False where some still do at the end of `patience`.
bool wait_for_new_workers(const host::Host& host, const std::set<int>& old,
                          std::chrono::seconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const auto is_old = [&](int worker) { return old.contains(worker); };
    while (std::ranges::any_of(host.web.workers(), is_old)) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

}  // namespace

void put_vhost(const host::Host& host, const ResourceKey& key,
               const std::optional<Resource>& value) {
    if (!value) return host.files.remove_file(key.id);
    File file;
    file.content = std::get<Vhost>(*value).content;
    host.files.write(key.id, file);
}

NginxTest::NginxTest(const host::Host& host) {
    host::Process::Command check;
    check.argv = {"/usr/sbin/nginx", "-t", "-q"};
    running_ = host.process.begin(check);
}

std::string NginxTest::refusal() {
    const auto result = running_->wait();
    if (result.status == 0) return {};
    return "nginx -t refuses it: " + printable(trim(result.err));
}

std::function<void()> begin_reload(const host::Host& host) {
    const std::vector<std::string> names = {nginx_unit};
    const auto state = host.units.list(names);
    const auto it = state.find(nginx_unit);
    const bool running = it != state.end() && it->second.active == "active";
    auto old = host.web.workers();
    auto jobs = running ? host.units.begin_reload(names, 60s) : host.units.begin({}, names, 60s);
    return [&host, old = std::move(old), jobs = std::move(jobs)] {
        const auto results = jobs();
        if (const auto& error = results.at(nginx_unit); !error.empty())
            throw Error(ErrorKind::failed, error);
        (void)wait_for_new_workers(host, old, 10s);
    };
}

std::function<void()> begin_tested_reload(const host::Host& host) {
    auto old = host.web.workers();
    if (old.empty() || !host.units.hang_up(nginx_unit)) return begin_reload(host);
    return [&host, old = std::move(old)] {
        if (wait_for_new_workers(host, old, 60s)) return;
        throw Error(ErrorKind::failed, "nginx goes on with what it read before",
                    "journalctl -u nginx says why");
    };
}

}  // namespace wpns::apply
