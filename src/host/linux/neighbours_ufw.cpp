#include "host/linux/neighbours_ufw.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "render/accept_text.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr const char* ufw_rules = "/etc/ufw/user.rules";
constexpr const char* ufw_program = "/usr/sbin/ufw";

/// What it said where it has not done as it was told.
void run_ufw(Process& process, std::vector<std::string> words) {
    Process::Command command;
    words.insert(words.begin(), ufw_program);
    command.argv = std::move(words);
    command.timeout = std::chrono::seconds(60);
    const auto result = process.run(command);
    if (result.status == 0) return;
    throw Error(ErrorKind::failed, "ufw ended with status " + std::to_string(result.status) + ": " +
                                       printable(trim(result.err.empty() ? result.out : result.err)));
}

}  // namespace

/// "### tuple ### route:allow any any 0.0.0.0/0 any 10.10.0.0/16 in comment=6d61..."
std::optional<Accept> accept_in(std::string_view user_rules) {
    const std::string comment = "comment=" + render::ufw_comment(render::accept_mark);
    constexpr std::array<std::string_view, 8> head = {"###", "tuple",     "###", "route:allow",
                                                      "any", "any", "0.0.0.0/0", "any"};
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

void remove_ufw_accept(const Files& files, Process& process) {
    const auto found = find_ufw_accept(files);
    if (!found || !found->pool) return;
    run_ufw(process, {"route", "delete", "allow", "from", found->pool->str()});
    if (find_ufw_accept(files)) throw Error(ErrorKind::failed, "ufw has kept our rule");
}

void put_ufw_accept(const Files& files, Process& process, const Cidr& pool) {
    remove_ufw_accept(files, process);
    run_ufw(process,
            {"route", "allow", "from", pool.str(), "comment", render::accept_mark});
    if (find_ufw_accept(files) != Accept{pool})
        throw Error(ErrorKind::failed, std::string("ufw has not put our rule into ") + ufw_rules);
}

}  // namespace wpns::host::linux_os
