#include "cli/config_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.hpp"

namespace wpns::cli {
namespace {

constexpr std::string_view ending = ".toml";
constexpr std::string_view host_file_name = "wpns.toml";

config::Source read_plain(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    if (!stream.good() && !stream.eof()) throw Error(ErrorKind::config, path + " cannot be read");
    if (!stream.is_open()) throw Error(ErrorKind::config, path + " cannot be opened");
    return {path, std::move(text)};
}

bool is_site_file(const std::string& name) {
    return name.ends_with(ending) && !name.starts_with('.');
}

}  // namespace

std::string site_file(const std::string& dir, const SiteName& site) {
    return dir + "/sites.d/" + site.str() + std::string(ending);
}

void require_site_files(const host::Files& files, const std::string& dir,
                        std::size_t sites_recorded) {
    if (sites_recorded == 0) return;
    const std::string sites_dir = dir + "/sites.d";
    if (!files.stat_directory(sites_dir))
        throw Error(ErrorKind::config,
                    sites_dir + " is missing, but " + std::to_string(sites_recorded) +
                        " sites are recorded",
                    "is a file system not mounted? Nothing was changed");
    if (std::ranges::none_of(files.list(sites_dir), is_site_file))
        throw Error(ErrorKind::config,
                    sites_dir + " holds no site file, but " + std::to_string(sites_recorded) +
                        " sites are recorded",
                    "put the files back, or remove each site with: wpns remove NAME");
}

config::Config read_config(const host::Files& files, const std::string& dir,
                           const std::optional<config::Source>& extra) {
    const std::string sites_dir = dir + "/sites.d";
    std::vector<std::string> paths;
    for (const auto& name : files.list(sites_dir))
        if (is_site_file(name)) paths.push_back(sites_dir + "/" + name);
    std::vector<config::Source> sites;
    for (auto& [path, file] : files.read_many(paths))
        sites.push_back({path, std::move(file.content)});
    if (extra) sites.push_back(*extra);
    std::optional<config::Source> host;
    const std::string host_path = dir + "/" + std::string(host_file_name);
    if (auto file = files.read(host_path))
        host = config::Source{host_path, std::move(file->content)};
    return config::read(host, sites);
}

void require_fine(const config::Config& config) {
    if (config.problems.empty()) return;
    std::string text;
    for (const auto& problem : config.problems) text += config::describe(problem);
    throw Error(ErrorKind::config, text + "nothing was changed");
}

config::Config read_config_files(const std::vector<std::string>& paths) {
    std::optional<config::Source> host;
    std::vector<config::Source> sites;
    for (const auto& path : paths) {
        auto source = read_plain(path);
        if (std::filesystem::path(path).filename() == host_file_name)
            host = std::move(source);
        else
            sites.push_back(std::move(source));
    }
    return config::read(host, sites);
}

void sweep_site_files(host::Files& files, const std::string& dir) {
    files.sweep(dir + "/sites.d");
}

}  // namespace wpns::cli
