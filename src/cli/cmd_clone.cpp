#include <algorithm>
#include <array>
#include <iostream>
#include <iterator>

#include "apply/clone.hpp"
#include "base/error.hpp"
#include "base/scope_guard.hpp"
#include "cli/backups.hpp"
#include "cli/cloning.hpp"
#include "cli/config_files.hpp"
#include "cli/execution.hpp"
#include "cli/recovery.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

/// The server name in the content of a site.
const std::string& address_of(const SiteConfig& site) {
    return site.shadow.empty() ? site.domain : site.shadow;
}

/// The settings of the original, but what names one site alone.
SiteConfig settings_of(const SiteConfig& original, const CloneOptions& options) {
    SiteConfig config = original;
    config.domain = options.domain.empty() ? options.copy + ".example" : options.domain;
    if (options.muted || options.same_url) config.network.egress = Egress::none;
    config.shadow = options.same_url ? address_of(original) : "";
    config.aliases.clear();
    config.network.subnet.reset();
    // What is to reach nobody does not reach the original and its mates either.
    if (options.muted || options.same_url) config.network.group.clear();
    config.network.mac.reset();
    return config;
}

void require_new(const Session& session, const SiteName& site) {
    const std::string data = session.config().host.data_dir + "/" + site.str();
    if (!session.config().sites.contains(site) && !session.registry().sites.contains(site) &&
        !session.host().files.is_directory(data))
        return;
    throw Error(ErrorKind::usage, "there is a site " + site.str() + " already; nothing was changed",
                "choose another name, or remove it: wpns remove " + site.str());
}

/// All names that the content of a site may call it by.
apply::Rename rename_of(const SiteConfig& original, const SiteConfig& copy) {
    apply::Rename rename{{address_of(original)}, copy.domain, "http://" + copy.domain};
    std::ranges::copy(original.aliases, std::back_inserter(rename.from));
    return rename;
}

bool makes_or_starts(const plan::Action& action) {
    constexpr std::array kinds = {Kind::database, Kind::wordpress, Kind::unit, Kind::vhost};
    return !action.key.site.empty() && std::ranges::find(kinds, action.key.kind) != kinds.end();
}

/// Accounts, directories, files and network of the new site: what the programs that build its data
/// run in.
void lay_ground(const Globals& globals, Session& session, const Scope& scope) {
    auto planned = make_plan(session, scope);
    std::erase_if(planned.plan.actions, makes_or_starts);
    const auto report =
        carry_out(session, planned.plan, apply_options(globals, planned.plan.actions.size()));
    if (const auto error = first_error(planned, report)) throw Error(ErrorKind::failed, *error);
}

/// One clone, from the site file to the services.
class Cloning {
  public:
    Cloning(const Globals& globals, const host::Host& host, const CloneOptions& options)
        : globals_(globals),
          host_(host),
          options_(options),
          original_(site_name(options.original)),
          copy_(site_name(options.copy)) {}

    [[nodiscard]] std::vector<SiteName> sites() const { return {original_, copy_}; }

    int run() {
        const auto intent = prepare();
        apply::Journal(host_.files).begin(intent);
        ScopeGuard undo([&] {
            try {
                (void)settle_clone(globals_, host_, intent);
            } catch (const Error&) {  // the error that is on its way says more
            }
        });
        File file;
        file.content = file_text_;
        host_.files.write(intent.file, file);
        Session session(globals_, host_);
        const Scope scope{.only = {copy_}, .leaving = {}};
        lay_ground(globals_, session, scope);
        fill(session, intent);
        undo.dismiss();
        if (!apply::settle_clone(host_, intent))
            throw Error(ErrorKind::bug, "the copy did not come to its place");
        return bring_up(session, scope);
    }

  private:
    /// Reads all that is known before, and refuses what cannot be.
    apply::Intent prepare() {
        Session session(globals_, host_);
        const auto known = known_site(session, original_);
        require_new(session, copy_);
        const auto& settings = session.config().host;
        const auto path = site_file(globals_.config_dir, copy_);
        file_text_ =
            config::site_file_text(settings_of(known.config, options_), settings.site_defaults);
        require_fine(
            read_config(host_.files, globals_.config_dir, config::Source{path, file_text_}));
        const auto name =
            apply::unused_name(host_.files, {settings.archive_dir, apply::backup_dir}, copy_);
        return {apply::Intent::Operation::clone, copy_, settings.archive_dir + "/" + name.str(),
                settings.data_dir + "/" + copy_.str(), path};
    }

    void fill(Session& session, const apply::Intent& intent) {
        const auto original = known_site(session, original_);
        const auto copy = known_site(session, copy_);
        if (!host_.files.is_directory(apply::backup_dir))
            host_.files.make_directory(apply::backup_dir, Directory{0, 0, 0700});
        const auto made =
            back_up(session, globals_, original, apply::clone_source_dir(copy_), Origin::person);
        const auto backup =
            with_context(original_.str(), [&] { return checked_backup(session, made.path); });
        auto target = restore_target(session, globals_, copy, intent, names::staging_slice(copy_));
        if (!options_.same_url) target.rename = rename_of(original.config, copy.config);
        with_context(copy_.str(), [&] { apply::clone(host_, backup, target); });
    }

    int bring_up(Session& session, const Scope& scope) {
        const auto planned = make_plan(session, scope);
        const auto report =
            execute(session, planned, scope, apply_options(globals_, planned.plan.actions.size()));
        const int code = print_report(globals_, planned, report);
        if (code == done && !globals_.json)
            std::cout << copy_.str() << ": http://" << session.config().sites.at(copy_).domain
                      << "/ is a " << (options_.same_url ? "shadow" : "copy") << " of "
                      << original_.str() << "\n";
        return code;
    }

    const Globals& globals_;
    const host::Host& host_;
    const CloneOptions& options_;
    SiteName original_;
    SiteName copy_;
    std::string file_text_;
};

}  // namespace

int cmd_clone(const Globals& globals, const host::Host& host, const CloneOptions& options) {
    Cloning cloning(globals, host, options);
    const auto lock = host.lock.take("clone " + options.original + " " + options.copy,
                                     cloning.sites(), lock_patience);
    (void)recover(globals, host);
    return cloning.run();
}

}  // namespace wpns::cli
