#include "verify/mounts.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.hpp"

namespace wpns::verify {
namespace {

/// Where it is mounted, to where from, with which options and type.
using Mounts = std::map<std::string, std::string>;

bool differs_by_nature(std::string_view at) {
    return at == "/run/systemd/notify" || at == "/run/systemd/incoming";
}

Mounts mounts_in(const std::string& text) {
    constexpr std::size_t root = 3;
    constexpr std::size_t point = 4;
    constexpr std::size_t options = 5;
    Mounts mounts;
    for (const auto line : split(text, '\n')) {
        const auto words = split(line, ' ');
        const auto dash = std::ranges::find(words, std::string_view("-"));
        if (words.size() <= options || dash == words.end() || dash + 1 == words.end()) continue;
        if (differs_by_nature(words[point])) continue;
        const bool temporary = words[point] == "/tmp" || words[point] == "/var/tmp";
        std::string what = temporary ? "private" : std::string(words[root]);
        what += " " + std::string(words[options]) + " " + std::string(dash[1]);
        mounts[std::string(words[point])] += what + ";";
    }
    return mounts;
}

std::string field(const std::string& status, std::string_view key) {
    for (const auto line : split(status, '\n'))
        if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ':')
            return std::string(trim(line.substr(key.size() + 1)));
    return {};
}

}  // namespace

std::string difference_of_mounts(const std::string& running, const std::string& probed) {
    const Mounts ours = mounts_in(running);
    const Mounts theirs = mounts_in(probed);
    if (ours.empty() || theirs.empty()) return "could not run: no mounts were read";
    for (const auto& [at, what] : ours) {
        const auto other = theirs.find(at);
        if (other == theirs.end()) return "mounted in the running service only: " + at;
        if (other->second != what) return at + ": running " + what + " configured " + other->second;
    }
    for (const auto& [at, what] : theirs)
        if (!ours.contains(at)) return "not mounted in the running service: " + at;
    return "same";
}

std::string rights_in(const std::string& status) {
    std::vector<std::string> parts;
    for (const char* key :
         {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"})
        parts.push_back(std::string(key) + "=" + field(status, key));
    return join(parts, ",");
}

std::string filters_in(const std::string& status) {
    return field(status, "Seccomp_filters");
}

}  // namespace wpns::verify
