#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/scope_guard.hpp"
#include "base/text.hpp"
#include "cli/config_files.hpp"
#include "cli/execution.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

/// The first line of a file that only root can read; "-" is standard input.
std::string read_password(const std::string& path) {
    std::string password;
    if (path == "-") {
        std::getline(std::cin, password);
    } else {
        using std::filesystem::perms;
        const auto mode = std::filesystem::status(path).permissions();
        if ((mode & (perms::group_all | perms::others_all)) != perms::none)
            throw Error(ErrorKind::usage, path + " can be read by others than its owner",
                        "chmod 600 " + path);
        std::ifstream stream(path);
        std::getline(stream, password);
    }
    if (password.size() < 8 || password.size() > 4096)
        throw Error(ErrorKind::usage, "the password in " + path +
                                          " must have 8 to 4096 characters on its first line");
    return password;
}

/// Whatever the command line may say of a site that has its file already: the file decides, so a
/// contradiction is an error.
void require_same(const std::string& file, const std::string& option, const std::string& given,
                  const std::string& there) {
    if (given.empty() || given == there) return;
    throw Error(ErrorKind::usage,
                option + " " + printable(given) + ", but " + file + " says " + printable(there),
                "edit the file and run wpns sync");
}

void require_same(const std::string& file, const AddOptions& options, const SiteConfig& site) {
    require_same(file, "--domain", options.domain, site.domain);
    require_same(file, "--title", options.title, site.title);
    require_same(file, "--admin-email", options.admin_email, site.admin_email);
}

SiteConfig site_of(const AddOptions& options) {
    SiteConfig site;
    site.domain = options.domain.empty() ? options.name + ".example" : options.domain;
    site.title = options.title;
    site.admin_email = options.admin_email;
    return site;
}

/// Checks the new file together with all others before it is written.
void write_site_file(const Globals& globals, const host::Host& host, const AddOptions& options) {
    const std::string path = site_file(globals.config_dir, site_name(options.name));
    File file;
    file.content = config::site_file_text(site_of(options));
    require_fine(read_config(host.files, globals.config_dir, config::Source{path, file.content}));
    if (!host.files.is_directory(globals.config_dir + "/sites.d"))
        host.files.make_directory(globals.config_dir + "/sites.d", {});
    host.files.write(path, file);
}

/// Plans and carries out; `path` is the site's file.
int set_up(const Globals& globals, const host::Host& host, const AddOptions& options,
           const std::string& admin_password, const std::string& path) {
    const auto name = site_name(options.name);
    const bool new_file = !host.files.read(path);
    if (new_file) write_site_file(globals, host, options);
    // A site that cannot even be planned leaves no file behind.
    ScopeGuard take_back([&] {
        try {
            if (new_file) host.files.remove_file(path);
        } catch (const Error&) {  // what made the planning fail is what a person must see
        }
    });
    Session session(globals, host);
    if (!new_file) require_same(path, options, session.config().sites.at(name));
    const Scope scope{.only = {name}, .leaving = {}};
    const auto planned = make_plan(session, scope);
    if (!planned.site_errors.empty()) return print_report(globals, planned, {});
    take_back.dismiss();
    if (planned.plan.actions.empty()) return print_report(globals, planned, {});
    auto how = apply_options(globals, planned.plan.actions.size());
    how.admin_password = admin_password;
    const int code = print_report(globals, planned, execute(session, planned, scope, how));
    if (code == done && !globals.json)
        std::cout << name.str() << ": http://" << session.config().sites.at(name).domain
                  << "/ is ready\n";
    return code;
}

}  // namespace

int cmd_add(const Globals& globals, const host::Host& host, const AddOptions& options) {
    const auto name = site_name(options.name);
    const std::string admin_password = options.admin_password_file.empty()
                                           ? std::string()
                                           : read_password(options.admin_password_file);
    const auto lock = host.lock.take("add " + name.str(), {name}, lock_patience);
    (void)recover(globals, host);
    return set_up(globals, host, options, admin_password, site_file(globals.config_dir, name));
}

}  // namespace wpns::cli
