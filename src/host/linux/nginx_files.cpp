#include "host/linux/nginx_files.hpp"

#include <fnmatch.h>

#include <filesystem>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "model/names.hpp"
#include "render/template.hpp"

namespace wpns::host::linux_os {
namespace {

bool is_pattern(std::string_view text) {
    return text.find_first_of("*?[\\") != std::string_view::npos;
}

/// Follows `include` as nginx does: a file is printed before those that it includes.
class NginxFiles {
  public:
    NginxFiles(const Files& files, const std::string& directory)
        : files_(files), directory_(directory) {}

    /// False where nginx has to be asked.
    bool add(const std::string& path, unsigned depth = 0) {
        constexpr unsigned deepest = 8;
        const auto file = depth > deepest ? std::nullopt : read(path);
        if (!file) return false;
        dump_ += "# configuration file " + path + ":\n" + file->content + "\n";
        const auto settings = render::parse(render::Format::nginx, file->content);
        if (!settings) return false;
        for (const auto& setting : *settings)
            if (setting.key == "include/1" && !include(setting.value, depth)) return false;
        return true;
    }

    [[nodiscard]] std::string take() { return std::move(dump_); }

  private:
    static std::string below(const std::string& directory, const std::string& path) {
        const auto whole = path.starts_with('/') ? path : directory + "/" + path;
        return std::filesystem::path(whole).lexically_normal();
    }

    [[nodiscard]] std::optional<File> read(std::string path) const {
        auto file = files_.read(path);
        for (int links = 0; file && !file->link_target.empty() && links < 8; ++links) {
            path = below(path.substr(0, path.rfind('/')), file->link_target);
            file = files_.read(path);
        }
        return file && file->link_target.empty() ? file : std::nullopt;
    }

    bool include(const std::string& value, unsigned depth) {
        const std::string path = below(directory_, value);
        const auto slash = path.rfind('/');
        const std::string directory = path.substr(0, slash);
        const std::string name = path.substr(slash + 1);
        if (directory == names::vhost_dir) return true;
        if (is_pattern(directory)) return false;
        if (!is_pattern(name)) return add(path, depth + 1);
        for (const auto& entry : files_.list(directory))
            if (::fnmatch(name.c_str(), entry.c_str(), FNM_PERIOD) == 0 &&
                !add(directory + "/" + entry, depth + 1))
                return false;
        return true;
    }

    const Files& files_;
    const std::string& directory_;
    std::string dump_;
};

}  // namespace

std::optional<std::string> nginx_dump(const Files& files, const std::string& directory) {
    try {
        NginxFiles all(files, directory);
        if (all.add(directory + "/nginx.conf")) return all.take();
    } catch (const Error&) {  // nginx is less particular about who owns a file
    }
    return std::nullopt;
}

}  // namespace wpns::host::linux_os
