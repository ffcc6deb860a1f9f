#include "cli/verify_report.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

namespace wpns::cli {
namespace {

using nlohmann::ordered_json;

std::string now() {
    const std::time_t time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[32];
    const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, size};
}

/// The last word may be the text of a whole file.
std::string shortened(const std::string& text) {
    constexpr std::size_t most = 300;
    return text.size() <= most ? text : text.substr(0, most) + "...";
}

}  // namespace

std::string verified_path(const SiteName& name) {
    return std::string(names::state_dir) + "/verify/" + name.str() + ".json";
}

std::size_t passed_of(const std::vector<verify::Check>& checks) {
    return static_cast<std::size_t>(
        std::ranges::count_if(checks, [](const auto& check) { return check.passed; }));
}

nlohmann::ordered_json checks_json(const SiteName& name, const std::vector<verify::Check>& checks) {
    auto list = ordered_json::array();
    for (const auto& check : checks) {
        list.push_back({{"site", name.str()},
                        {"id", check.id},
                        {"name", check.name},
                        {"who", verify::to_string(check.who)},
                        {"request", check.request},
                        {"expected", check.expected},
                        {"got", shortened(check.got)},
                        {"control", check.control_result},
                        {"passed", check.passed}});
        if (check.passed) continue;
        list.back()["means"] = check.wall->means;
        list.back()["remedy"] = check.wall->remedy;
    }
    return list;
}

void save_verified(const host::Host& host, const SiteName& name,
                   const std::vector<verify::Check>& checks) {
    File file;
    file.mode = 0600;
    file.content = ordered_json{{"site", name.str()},
                                {"time", now()},
                                {"probes", checks.size()},
                                {"passed", passed_of(checks)},
                                {"checks", checks_json(name, checks)}}
                       .dump(1, ' ', true) +
                   "\n";
    host.files.make_directory(std::string(names::state_dir) + "/verify",
                              Directory{.uid = 0, .gid = 0, .mode = 0700});
    host.files.write(verified_path(name), file);
}

std::optional<Verified> load_verified(const host::Host& host, const SiteName& name) {
    const auto file = host.files.read(verified_path(name));
    if (!file) return std::nullopt;
    const auto json = ordered_json::parse(file->content, nullptr, false);
    if (!json.is_object() || !json.contains("time") || !json["time"].is_string() ||
        !json.contains("probes") || !json["probes"].is_number_unsigned() ||
        !json.contains("passed") || !json["passed"].is_number_unsigned())
        return std::nullopt;
    return Verified{json["time"], json["probes"], json["passed"]};
}

void print_checks(const SiteName& name, const std::vector<verify::Check>& checks) {
    for (const auto& check : checks) {
        if (check.passed) continue;
        std::cout << name.str() << ": " << check.id << " " << verify::to_string(check.who) << ": "
                  << check.name << "\n  got       " << shortened(check.got) << "\n  expected  "
                  << check.expected << "\n";
        if (!check.control_held)
            std::cout << "  control   " << check.control_result << ": counts as not passed\n";
        std::cout << "  means     " << check.wall->means << "\n  to do     " << check.wall->remedy
                  << "\n";
    }
    std::cout << name.str() << ": " << checks.size() << " probes, " << passed_of(checks)
              << " as expected\n";
}

}  // namespace wpns::cli
