#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "plan/batch.hpp"
#include "plan/plan.hpp"

/// The line format of tests/cases/plan. A resource is one line of words:
///
///     kind id [@site] [field=value ...]
///
/// In desired.txt, indented lines below it are "needs kind id [@site]" and, for units, "reads
/// kind id [@site]". In recorded.txt the line ends in "= wanted" (the digest of what is desired),
/// "= old" or "= pending". A line that begins with # is a comment; a missing file holds nothing.
namespace wpns::plan::cases {

using Fields = std::map<std::string, std::string>;

/// One line in words: key, fields and what follows "=".
struct Line {
    ResourceKey key;
    Fields fields;
    std::string mark;
};

inline Line parse_line(std::istringstream& words, const std::string& text) {
    Line line;
    std::string kind;
    words >> kind >> line.key.id;
    if (!parse_kind(kind)) throw std::runtime_error("no kind of resource: " + text);
    line.key.kind = *parse_kind(kind);
    for (std::string word; words >> word;) {
        if (word == "=")
            words >> line.mark;
        else if (word.front() == '@')
            line.key.site = word.substr(1);
        else
            line.fields[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
    }
    return line;
}

/// Takes fields out; whatever is left over is a spelling mistake in the case.
class Taker {
  public:
    explicit Taker(Fields fields) : fields_(std::move(fields)) {}
    std::string text(const std::string& name) {
        const auto node = fields_.extract(name);
        return node.empty() ? std::string() : node.mapped();
    }
    std::uint32_t number(const std::string& name, std::uint32_t fallback) {
        const std::string value = text(name);
        return value.empty() ? fallback : static_cast<std::uint32_t>(std::stoul(value, nullptr, 0));
    }
    bool yes(const std::string& name, bool fallback) {
        const std::string value = text(name);
        return value.empty() ? fallback : value == "yes";
    }
    void done() const {
        if (!fields_.empty()) throw std::runtime_error("unknown field " + fields_.begin()->first);
    }

  private:
    Fields fields_;
};

inline Resource firewall(const ResourceKey& key, Taker& in) {
    if (key.site.empty()) return FirewallTable{"", in.text("digest")};
    return FirewallSite{key.id, {}, {}, parse_egress(in.text("egress")).value_or(Egress::open)};
}

inline Resource link(const ResourceKey& key, Taker& in) {
    Link result;
    result.host_end = {key.id, key.id};
    result.mtu = in.number("mtu", 1500);
    return result;
}

inline Resource unit(Taker& in) {
    Unit result;
    result.active = in.yes("active", true);
    result.enabled = in.yes("enabled", false);
    result.reload = in.yes("reload", false);
    result.on_demand = in.yes("on_demand", false);
    result.failed = in.yes("failed", false);
    result.inputs_digest = in.text("inputs_digest");
    return result;
}

inline Resource file(Taker& in) {
    return File{in.text("content"), in.text("link"), in.number("uid", 0), in.number("gid", 0),
                in.number("mode", 0644)};
}

inline Resource value(const ResourceKey& key, Taker& in) {
    switch (key.kind) {
        case Kind::account:
            return Account{in.number("uid", 400)};
        case Kind::directory:
            return Directory{in.number("uid", 0), in.number("gid", 0), in.number("mode", 0755)};
        case Kind::quota:
            return Quota{in.number("bytes", 0), in.number("files", 0)};
        case Kind::core:
            return Core{in.text("source"), in.text("version")};
        case Kind::opcodes:
            return Opcodes{};
        case Kind::file:
            return file(in);
        case Kind::netns:
            return Netns{};
        case Kind::firewall:
            return firewall(key, in);
        case Kind::accept:
            return Accept{Cidr::of(Ipv4{10U << 24U}, in.number("prefix", 16))};
        case Kind::bridge:
            return Bridge{{key.id, key.id}, {}, {}, in.number("prefix", 28)};
        case Kind::link:
            return link(key, in);
        case Kind::database:
            return Database{};
        case Kind::unit:
            return unit(in);
        case Kind::wordpress:
            return Wordpress{};
        case Kind::vhost:
            return Vhost{in.text("content")};
    }
    throw std::runtime_error("unknown kind");
}

inline Resource value(const Line& line) {
    Taker in(line.fields);
    Resource result = value(line.key, in);
    in.done();
    return result;
}

inline std::string content(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Calls `visit(indented, words, text)` for every line that says something.
template <typename Visit>
void for_each_line(const std::filesystem::path& path, Visit&& visit) {
    std::istringstream lines(content(path));
    for (std::string text; std::getline(lines, text);) {
        if (text.empty() || text.front() == '#') continue;
        std::istringstream words(text);
        visit(text.front() == ' ', words, text);
    }
}

inline void add_relation(Wanted& wanted, std::istringstream& words, const std::string& text) {
    std::string relation;
    words >> relation;
    const auto key = parse_line(words, text).key;
    if (relation == "needs")
        wanted.needs.push_back(key);
    else if (relation == "reads")
        std::get<Unit>(wanted.value).inputs.push_back(key);
    else
        throw std::runtime_error("neither needs nor reads: " + text);
}

inline Desired desired(const std::filesystem::path& path) {
    Desired result;
    Wanted* last = nullptr;
    for_each_line(path, [&](bool indented, std::istringstream& words, const std::string& text) {
        if (indented) return add_relation(*last, words, text);
        const Line line = parse_line(words, text);
        last = &result.emplace(line.key, Wanted{value(line), {}}).first->second;
    });
    return result;
}

inline std::string recorded_value(const Line& line, const Desired& wishes) {
    if (line.mark == "pending") return pending;
    if (line.mark == "old") return "0000000000000000";
    if (line.mark == "wanted") return digest_of(line.key, wishes.at(line.key).value);
    throw std::runtime_error("recorded as '" + line.mark + "'");
}

inline Recorded recorded(const std::filesystem::path& path, const Desired& wishes) {
    Recorded result;
    for_each_line(path, [&](bool, std::istringstream& words, const std::string& text) {
        const Line line = parse_line(words, text);
        result[line.key] = recorded_value(line, wishes);
    });
    return result;
}

inline Observed observed(const std::filesystem::path& path) {
    Observed result;
    for_each_line(path, [&](bool, std::istringstream& words, const std::string& text) {
        const Line line = parse_line(words, text);
        result.emplace(line.key, value(line));
    });
    return result;
}

/// One line an action with its reason, an empty line between batches; then the conflicts.
inline std::string text_of(const Plan& plan) {
    std::string text;
    for (const auto& batch : batches(plan)) {
        if (!text.empty()) text += '\n';
        for (const auto* action : batch) text += describe(*action) + ": " + action->reason + '\n';
    }
    for (const auto& conflict : plan.conflicts)
        text += "conflict " + conflict.key.str() + ": " + conflict.reason + '\n';
    return text;
}

}  // namespace wpns::plan::cases
