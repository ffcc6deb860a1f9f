#include "host/linux/neighbours_ufw.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "render/accept_text.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr const char* ufw_rules = "/etc/ufw/user.rules";
constexpr const char* ufw_program = "/usr/sbin/ufw";

/// When a ufw last asked for its lock: it empties the file first.
std::chrono::nanoseconds since_last_ufw(const struct stat& lock) {
    using std::chrono::nanoseconds;
    using std::chrono::seconds;
    timespec now{};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return seconds(now.tv_sec - lock.st_mtim.tv_sec) +
           nanoseconds(now.tv_nsec - lock.st_mtim.tv_nsec);
}

/// Whether no ufw has been at work for two seconds. A clock that was set back counts as quiet.
bool is_quiet() {
    const UniqueFd lock(::open("/run/ufw.lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    struct stat info {};
    if (!lock.valid() || ::fstat(lock.get(), &info) != 0) return true;  // none since the boot
    struct flock holder {};
    holder.l_type = F_WRLCK;
    holder.l_whence = SEEK_SET;
    const bool taken = ::fcntl(lock.get(), F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK;
    const auto age = since_last_ufw(info);
    return !taken && (age < age.zero() || age > std::chrono::seconds(2));
}

/// ufw reads all of its rules before it takes its lock, and writes all of them after: of two that
/// run at once, one undoes what the other has done. Whoever has just called one may be about to
/// call the next.
void wait_for_quiet() {
    using Time = std::chrono::steady_clock;
    const auto deadline = Time::now() + std::chrono::seconds(60);
    while (!is_quiet()) {
        if (Time::now() > deadline)
            throw Error(ErrorKind::busy, "ufw is at work all the time", "wpns sync later");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

/// What it says when it has not done as it was told; empty when it has.
std::string run_ufw(Process& process, std::vector<std::string> words) {
    wait_for_quiet();
    Process::Command command;
    words.insert(words.begin(), ufw_program);
    command.argv = std::move(words);
    command.timeout = std::chrono::seconds(60);
    const auto result = process.run(command);
    if (result.status == 0) return {};
    return "ufw ended with status " + std::to_string(result.status) + ": " +
           printable(trim(result.err.empty() ? result.out : result.err));
}

}  // namespace

/// "### tuple ### route:allow any any 0.0.0.0/0 any 10.10.0.0/16 in comment=6d61..."
std::optional<Accept> accept_in(std::string_view user_rules) {
    const std::string comment = "comment=" + render::ufw_comment(render::accept_mark);
    constexpr std::array<std::string_view, 8> head = {"###", "tuple", "###",       "route:allow",
                                                      "any", "any",   "0.0.0.0/0", "any"};
    for (const std::string_view line : split(user_rules, '\n')) {
        const auto words = split(trim(line), ' ');
        if (words.size() < head.size() + 3 || words.back() != comment ||
            !std::equal(head.begin(), head.end(), words.begin()))
            continue;
        const auto pool = Cidr::parse(words[head.size()]);
        return Accept{pool ? std::optional(*pool) : std::nullopt};
    }
    return std::nullopt;
}

std::optional<Accept> find_ufw_accept(const Files& files) {
    const auto rules = files.read(ufw_rules);
    return rules ? accept_in(rules->content) : std::nullopt;
}

/// It writes its file first. Where it could not change the chain after that, because somebody has
/// flushed it, our rule is gone all the same.
void remove_ufw_accept(const Files& files, Process& process) {
    const auto found = find_ufw_accept(files);
    if (!found || !found->pool) return;
    const auto complaint =
        run_ufw(process, {"route", "delete", "allow", "from", found->pool->str()});
    if (find_ufw_accept(files))
        throw Error(ErrorKind::failed, complaint.empty() ? "ufw has kept our rule" : complaint);
}

void put_ufw_accept(const Files& files, Process& process, const Cidr& pool) {
    remove_ufw_accept(files, process);
    const auto complaint =
        run_ufw(process, {"route", "allow", "from", pool.str(), "comment", render::accept_mark});
    if (!complaint.empty()) throw Error(ErrorKind::failed, complaint, "ufw reload");
    if (find_ufw_accept(files) != Accept{pool})
        throw Error(ErrorKind::failed, std::string("ufw has not put our rule into ") + ufw_rules);
}

}  // namespace wpns::host::linux_os
