#include "cli/cloning.hpp"

#include "apply/clone.hpp"
#include "cli/removal.hpp"
#include "cli/report.hpp"

namespace wpns::cli {

bool settle_clone(const Globals& globals, const host::Host& host, const apply::Intent& intent) {
    if (apply::settle_clone(host, intent)) {
        tell(intent.site, "the copy was whole before the run ended; wpns sync brings the site up");
        return false;
    }
    Session session(globals, host, NoFiles::fine);
    if (end_without_site(session, intent)) return true;
    const auto removed = remove_site(globals, session, intent.site, apply::Removal::purge);
    if (const auto error = first_error(removed.planned, removed.report)) {
        tell(intent.site, "the clone that was begun is not taken back yet: " + *error);
        return false;
    }
    tell(intent.site, "the clone that was begun is taken back");
    return true;
}

}  // namespace wpns::cli
