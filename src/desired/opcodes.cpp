#include "desired/opcodes.hpp"

#include <array>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "model/names.hpp"

namespace wpns::desired {
namespace {

using render::Format;
using render::Values;

constexpr const char* program = "/usr/share/wpns/php/opcodes.php";

void set(std::vector<std::string>& argv, const std::string& setting) {
    argv.insert(argv.end(), {"-d", setting});
}

/// Of all that a site may set, these go into compiled code: numbers as text, and what is PHP at
/// all.
void set_own(std::vector<std::string>& argv, const SiteConfig& config) {
    for (const char* key : {"precision", "serialize_precision", "short_open_tag"})
        if (const auto it = config.php.settings.find(key); it != config.php.settings.end())
            set(argv, std::string(key) + "=" + it->second);
}

/// PHP-FPM with the modules of the site's, since they are in its id, and with what php.ini says of
/// compiling.
std::vector<std::string> compiler(const Site& site) {
    std::vector<std::string> argv = {site.php.cli,       "-n",         program,
                                     site.php.system_id, site.php.fpm, "-n"};
    for (const auto& name : site.php.modules) set(argv, "extension=" + name);
    for (const auto& name : site.php.zend_modules) set(argv, "zend_extension=" + name);
    constexpr std::array settings = {
        "memory_limit=512M",   "zend.assertions=-1",      "pcre.jit=0",
        "opcache.jit=disable", "opcache.file_cache=/tmp", "opcache.file_cache_only=1"};
    for (const char* setting : settings) set(argv, setting);
    set_own(argv, site.config);
    return argv;
}

}  // namespace

std::string opcodes_path(const Site& site) {
    if (site.php.system_id.empty() || site.php.cli.empty()) return {};
    if (site.config.wordpress.core != CoreMode::managed) return {};
    const std::string made_by =
        join(compiler(site), " ") + site.php.build + site.inputs.facts.opcode_tools;
    return std::string(names::opcodes_dir) + "/" + sha256_hex(made_by).substr(0, 8) + "-" +
           site.core.id;
}

std::string opcodes_at(const Site& site) {
    return std::string(opcode_cache) + "/" + site.php.system_id;
}

Opcodes opcodes(const Site& site, Builder& builder) {
    Values values;
    values.set("core", site.core_path());
    values.set_fragment("hardening", builder.fill("hardening.conf", Format::fragment, {}));
    return {builder.fill("wpns-opcodes.service", Format::unit, values), compiler(site)};
}

}  // namespace wpns::desired
