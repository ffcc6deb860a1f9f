#include "host/linux/facts_linux.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "host/linux/facts_core.hpp"
#include "host/linux/facts_nginx.hpp"
#include "host/linux/facts_php.hpp"
#include "host/linux/facts_resolvers.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/nginx_files.hpp"
#include "host/linux/quotas_project.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr const char* kDebianCore = "/usr/share/wordpress";

/// The path where it is a program, else empty.
std::string program(const std::string& path) {
    return ::access(path.c_str(), X_OK) == 0 ? path : std::string();
}

std::string other_default_server(const HostConfig& config, const std::string& nginx,
                                 const Files& files, Process& process) {
    if (nginx.empty()) return {};
    if (const auto dump = nginx_dump(files)) return foreign_default_server(*dump, config.listen);
    Process::Command command;
    command.argv = {nginx, "-T"};
    command.output_limit = 64U << 20;  // thousands of server blocks
    // Empty where the configuration is broken: then nginx serves nobody anyway.
    return foreign_default_server(process.run(command).out, config.listen);
}

/// What our own programs say, one after the other.
std::string texts_of(std::initializer_list<const char*> names) {
    std::string text;
    for (const char* name : names) text += read_system_text(std::string("/usr/share/wpns/") + name);
    return text;
}

/// The tables that MariaDB makes are those of its release; a package never keeps size and time of
/// an older one.
std::string image_tools(const std::string& mariadbd) {
    struct stat info {};
    if (mariadbd.empty() || ::stat(mariadbd.c_str(), &info) != 0) return {};
    std::string text =
        std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) + "\n";
    return sha256_hex(text + texts_of({"php/image.php", "php/image-marks.php", "php/installer.php",
                                       "sql/database.sql"}))
        .substr(0, 8);
}

std::string this_program() {
    struct stat info {};
    if (::stat("/proc/self/exe", &info) != 0) throw_errno("look at /proc/self/exe", errno);
    std::string text;
    for (const auto number :
         {std::uint64_t{info.st_dev}, std::uint64_t{info.st_ino},
          static_cast<std::uint64_t>(info.st_size), static_cast<std::uint64_t>(info.st_ctim.tv_sec),
          static_cast<std::uint64_t>(info.st_ctim.tv_nsec)})
        text += std::to_string(number) + " ";
    return text;
}

std::map<std::string, unsigned> group_ids() {
    std::vector<char> buffer(1U << 16);
    group entry{};
    group* found = nullptr;
    ::getgrnam_r("www-data", &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) return {};
    return {{"www-data", found->gr_gid}};
}

std::string lack(const std::string& what, const std::string& package) {
    return what + " (apt install " + package + ")";
}

/// Only the newest PHP counts: it is the one of sites that name none.
void add_missing_php(const HostFacts& facts, std::vector<std::string>& missing) {
    if (facts.php.empty()) {
        missing.push_back(lack("PHP-FPM", "php-fpm php-cli php-mysql"));
        return;
    }
    const PhpFact& php = facts.php.back();
    const std::string name = "php" + php.version;
    if (php.cli.empty()) missing.push_back(lack("/usr/bin/" + name, name + "-cli"));
    if (std::ranges::find(php.modules, "mysqli") == php.modules.end()) {
        missing.push_back(lack("module mysqli of PHP " + php.version, name + "-mysql"));
    }
}

std::vector<std::string> missing_in(const HostFacts& facts) {
    std::vector<std::string> missing;
    for (const std::string path : {"/usr/sbin/mariadbd", "/usr/bin/mariadb-install-db"}) {
        if (program(path).empty()) missing.push_back(lack(path, "mariadb-server-core"));
    }
    if (facts.nginx.empty()) missing.push_back(lack("/usr/sbin/nginx", "nginx"));
    add_missing_php(facts, missing);
    const auto debian = facts.cores.find({kDebianCore, ""});
    if (debian != facts.cores.end() && !debian->second) {
        missing.push_back(lack(std::string("WordPress in ") + kDebianCore, "wordpress"));
    }
    return missing;
}

class LinuxFacts final : public Facts {
  public:
    LinuxFacts(const Network& network, Files& files, Process& process, const Neighbours& neighbours)
        : network_(network), files_(files), process_(process), neighbours_(neighbours) {}
    [[nodiscard]] HostFacts gather(const HostConfig& config,
                                   const std::vector<CoreSource>& core_sources) const override {
        HostFacts facts = gather_facts(config, core_sources, network_, files_, process_);
        facts.passage = passage(config.pool);
        return facts;
    }

  private:
    /// A table of somebody else's that cannot be read stops nothing.
    [[nodiscard]] Passage passage(const Cidr& pool) const {
        try {
            return neighbours_.look(pool);
        } catch (const Error&) {
            return {.known = false};
        }
    }

    const Network& network_;
    Files& files_;
    Process& process_;
    const Neighbours& neighbours_;
};

}  // namespace

HostFacts gather_facts(const HostConfig& config, const std::vector<CoreSource>& core_sources,
                       const Network& network, Files& files, Process& process) {
    HostFacts facts;
    network.gather(facts);
    facts.php = installed_php(files, "");
    for (auto& php : facts.php) identify(php, files, process);
    facts.opcode_tools =
        sha256_hex(texts_of({"php/opcodes.php", "php/compile.php", "php/hooks.php"})).substr(0, 8);
    facts.mariadbd = program("/usr/sbin/mariadbd");
    facts.image_tools = image_tools(facts.mariadbd);
    facts.nginx = program("/usr/sbin/nginx");
    facts.resolvers = upstream_resolvers("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf");
    facts.foreign_default_server = other_default_server(config, facts.nginx, files, process);
    for (const auto& source : core_sources) facts.cores.emplace(source, core_fact(source));
    facts.group_ids = group_ids();
    facts.no_quotas = lack_of_quotas(config.data_dir);
    facts.program = this_program();
    facts.boot = read_system_text("/proc/sys/kernel/random/boot_id");
    facts.missing = missing_in(facts);
    return facts;
}

std::unique_ptr<Facts> make_facts(const Network& network, Files& files, Process& process,
                                  const Neighbours& neighbours) {
    return std::make_unique<LinuxFacts>(network, files, process, neighbours);
}

}  // namespace wpns::host::linux_os
