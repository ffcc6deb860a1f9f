#include "verify/check.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace wpns::verify {
namespace {

/// The names of the places in a request: "{peer}" is "peer".
std::vector<std::string> places_in(const std::string& request) {
    std::vector<std::string> names;
    for (auto at = request.find('{'); at != std::string::npos; at = request.find('{', at + 1))
        names.push_back(request.substr(at + 1, request.find('}', at) - at - 1));
    return names;
}

std::string put(std::string text, const std::string& place, const std::string& value) {
    const std::string hole = "{" + place + "}";
    for (auto at = text.find(hole); at != std::string::npos; at = text.find(hole))
        text.replace(at, hole.size(), value);
    return text;
}

/// A request with all its places filled, and what tells it from others of its row.
struct Filled {
    std::string request;
    std::string detail;
};

/// All combinations; in practice one place of a row has several values.
std::vector<Filled> fill(const std::string& request, const Places& places) {
    std::vector<Filled> filled{{request, ""}};
    for (const auto& place : places_in(request)) {
        const auto values = places.find(place);
        if (values == places.end()) return {};
        std::vector<Filled> next;
        for (const auto& each : filled)
            for (const auto& value : values->second)
                next.push_back({put(each.request, place, value),
                                values->second.size() > 1 ? value : each.detail});
        filled = std::move(next);
    }
    return filled;
}

Check check_of(const Probe& probe, Who who, const Filled& filled) {
    Check check;
    check.id = probe.id;
    check.who = who;
    check.name = probe.name + (filled.detail.empty() ? "" : " (" + filled.detail + ")");
    check.request = filled.request;
    check.expected = probe.expected;
    check.control = probe.control;
    check.wall = probe.wall;
    return check;
}

bool all_among(std::string_view allowed, const std::string& names) {
    const auto list = split(allowed, ',');
    return names == "empty" || std::ranges::all_of(split(names, ','), [&](std::string_view name) {
               return std::ranges::find(list, name) != list.end();
           });
}

bool ends_a_name(const std::string& text, std::size_t at) {
    return at >= text.size() ||
           std::string_view("abcdefghijklmnopqrstuvwxyz0123456789-").find(text[at]) ==
               std::string_view::npos;
}

bool holds_mark(const std::string& text, const std::string& mark) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
        if (ends_a_name(text, at + mark.size())) return true;
    return false;
}

}  // namespace

const char* to_string(Who who) {
    switch (who) {
        case Who::php:
            return "php";
        case Who::fpm:
            return "fpm";
        case Who::web:
            return "web";
        case Who::database:
            return "database";
        case Who::firewall:
            return "firewall";
        case Who::wire:
            return "wire";
        case Who::sql:
            return "sql";
        case Who::host:
            return "host";
    }
    return "host";
}

std::vector<Check> expand(const std::vector<Probe>& probes, const Places& places) {
    std::vector<Check> checks;
    for (const auto& probe : probes)
        for (const Who who : probe.who)
            for (const auto& filled : fill(probe.request, places))
                checks.push_back(check_of(probe, who, filled));
    return checks;
}

std::string requests(std::span<const Check> checks, Who who) {
    std::string text;
    for (std::size_t number = 0; number < checks.size(); ++number)
        if (checks[number].who == who)
            text += std::to_string(number) + " " + checks[number].request + "\n";
    return text;
}

void take_answers(std::span<Check> checks, Who who, const std::string& answers,
                  const std::string& reason) {
    for (auto& check : checks)
        if (check.who == who) check.got = "could not run: " + reason;
    for (const auto line : split(answers, '\n')) {
        const auto tab = line.find('\t');
        std::size_t number = checks.size();
        if (tab == std::string_view::npos) continue;
        std::from_chars(line.data(), line.data() + tab, number);
        if (number < checks.size() && checks[number].who == who)
            checks[number].got = printable(line.substr(tab + 1));
    }
}

bool as_expected(const std::string& expected, const std::string& got,
                 const std::set<std::string>& foreign) {
    if (expected == "!")
        return !got.starts_with("could not run") && !got.starts_with("E") &&
               std::ranges::none_of(foreign,
                                    [&](const auto& mark) { return holds_mark(got, mark); });
    const auto choices = split(expected, '|');
    return std::ranges::any_of(choices, [&](std::string_view choice) {
        return choice.starts_with('~') ? all_among(choice.substr(1), got) : choice == got;
    });
}

void judge(std::span<Check> checks, const std::set<std::string>& foreign) {
    for (auto& check : checks) {
        check.passed = check.control_held && as_expected(check.expected, check.got, foreign);
        if (check.expected != "!") continue;
        check.expected = "names no other site";
        if (check.passed) check.got = check.expected;
    }
}

}  // namespace wpns::verify
