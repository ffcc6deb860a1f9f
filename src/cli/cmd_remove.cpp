#include <iostream>

#include "cli/recovery.hpp"
#include "cli/removal.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace wpns::cli {
namespace {

std::string question(const SiteName& name, const RemoveOptions& options) {
    return options.purge ? "remove site " + name.str() + " and DESTROY its files and its database?"
                         : "remove site " + name.str() +
                               "? Its files and its database are kept in an archive.";
}

}  // namespace

int cmd_remove(const Globals& globals, const host::Host& host, const RemoveOptions& options) {
    const auto name = site_name(options.name);
    const auto lock = host.lock.take("remove " + name.str(), {name}, lock_patience);
    if (recover(globals, host).contains(name)) return done;
    Session session(globals, host, NoFiles::fine);
    const bool recorded = session.registry().sites.contains(name);
    if (!recorded && !session.config().sites.contains(name))
        throw Error(ErrorKind::usage, "there is no site " + name.str(),
                    "wpns list shows the sites");
    if (!confirm(question(name, options), options.yes)) return done;

    const auto removal = options.purge ? apply::Removal::purge : apply::Removal::archive;
    const auto removed = remove_site(globals, session, name, removal);
    return print_report(globals, removed.planned, removed.report);
}

}  // namespace wpns::cli
