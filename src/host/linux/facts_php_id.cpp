#include <sys/stat.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "host/linux/facts_php.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::size_t kIdDigits = 32;
constexpr const char* kCache = "/var/cache/wpns";
constexpr const char* kQuestion = "/usr/share/wpns/php/php-id.php";

/// A package never keeps size and time of an older one.
std::string stamp_of(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return path + " -";
    return path + " " + std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec);
}

bool is_id(std::string_view text) {
    return text.size() == kIdDigits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

/// PHP-FPM has ids of its own, other than those of the command line. It runs what it preloads as
/// nobody, whatever else it is started for; here, to tell its settings.
std::string ask(const PhpFact& php, Process& process) {
    Process::Command command;
    command.argv = {php.fpm, "-n"};
    const auto set = [&](const std::string& setting) {
        command.argv.insert(command.argv.end(), {"-d", setting});
    };
    for (const auto& name : php.modules) set("extension=" + name);
    if (std::ranges::find(php.modules, "ffi") == php.modules.end()) set("extension=ffi");
    for (const auto& name : php.zend_modules) set("zend_extension=" + name);
    set("ffi.enable=preload");
    set("pcre.jit=0");
    set("opcache.jit=disable");
    set("opcache.preload_user=nobody");
    set(std::string("opcache.preload=") + kQuestion);
    command.argv.emplace_back("-i");
    const auto result = process.run(command);
    return is_id(result.err) ? result.err : std::string();
}

/// A cache that cannot be written costs time, nothing else.
void keep(Files& files, const std::string& path, const std::string& text) {
    try {
        files.make_directory(kCache, Directory{});
        File file;
        file.content = text;
        files.write(path, file);
    } catch (const Error&) {  // asked again next time
    }
}

}  // namespace

void identify(PhpFact& php, Files& files, Process& process) {
    if (php.cli.empty()) return;
    const std::string programs = stamp_of(php.fpm) + "\n" + stamp_of(php.cli) + "\n";
    php.build = sha256_hex(programs).substr(0, 8);
    const bool caches = std::ranges::find(php.zend_modules, "opcache") != php.zend_modules.end();
    if (!caches) return;
    const std::string path = std::string(kCache) + "/php-" + php.version;
    const std::string known = sha256_hex(programs + join(php.modules, " ") + "\n" +
                                         join(php.zend_modules, " ") + "\n" + kQuestion) +
                              "\n";
    const auto cached = files.read(path);
    if (cached && cached->content.starts_with(known) && cached->uid == 0) {
        php.system_id = trim(std::string_view(cached->content).substr(known.size()));
        if (!is_id(php.system_id)) php.system_id.clear();
        return;
    }
    php.system_id = ask(php, process);
    keep(files, path, known + php.system_id + "\n");
}

}  // namespace wpns::host::linux_os
