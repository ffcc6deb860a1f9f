#pragma once

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "apply/executor.hpp"
#include "base/error.hpp"

/// One function a kind: carries out a batch of actions of that kind, all of them either put
/// (create, update, restart) or take (remove). Adopt and forget never come here.
namespace wpns::apply {

using Batch = std::span<const plan::Action* const>;
/// The error of each action of a batch, by position; empty means done.
using Errors = std::vector<std::string>;

class Announcement;

/// Actions that are under way when their batch returns, and what waits for them.
struct Later {
    std::vector<const plan::Action*> actions;
    std::function<Errors()> wait;  ///< called once; by position, as a batch
    /// Waits until all of it is there to be used, and only cleans up. False where it failed, or
    /// where nothing tells before its end.
    std::function<bool()> is_usable = [] { return false; };
};

/// What performers share during one run.
struct Context {
    const host::Host& host;
    const Options& options;
    const Registry& registry;
    Report& report;
    std::set<std::string> leaving;    ///< sites whose resources this plan takes away
    std::set<std::string> seen{};     ///< sites whose first page need not be asked for any more
    std::set<std::string> cloned{};   ///< sites whose databases this run has made
    bool unit_files_changed = false;  ///< systemd must read them again before the next job
    /// What performers leave to be waited for when something needs it.
    std::vector<Later> later{};
    /// Vhosts that nginx is learning of already.
    std::shared_ptr<Announcement> announcement{};
    /// Waits for what is under way, up to where it can be used; false where the site has failed.
    std::function<bool(const std::string& site)> can_use{};
    /// Waits for databases that are being cloned; false where the site has failed.
    std::function<bool(const std::string& site)> has_database{};
    /// Waits for sockets that are coming up.
    std::function<void()> wait_for_sockets{};
};

[[nodiscard]] Errors perform_accounts(Context& context, Batch batch);
[[nodiscard]] Errors perform_directories(Context& context, Batch batch);
[[nodiscard]] Errors perform_quotas(Context& context, Batch batch);
[[nodiscard]] Errors perform_cores(Context& context, Batch batch);
[[nodiscard]] Errors perform_opcodes(Context& context, Batch batch);
[[nodiscard]] Errors perform_files(Context& context, Batch batch);
[[nodiscard]] Errors perform_namespaces(Context& context, Batch batch);
[[nodiscard]] Errors perform_firewall(Context& context, Batch batch);
[[nodiscard]] Errors perform_accepts(Context& context, Batch batch);
[[nodiscard]] Errors perform_bridges(Context& context, Batch batch);
[[nodiscard]] Errors perform_links(Context& context, Batch batch);
/// Clones of images go into Context::later: systemd has namespaces and sockets to make meanwhile.
[[nodiscard]] Errors perform_databases(Context& context, Batch batch);
/// True where there is an image, and a place for its clone.
[[nodiscard]] bool can_be_cloned(const Context& context, const plan::Action& action);
/// New units come up on their own, in an order that systemd knows, so they go into Context::later,
/// services as soon as there is a database; of a crowd sockets and timers are waited for.
[[nodiscard]] Errors perform_units(Context& context, Batch batch);
/// The installer of a few sites goes into Context::later; of a crowd most are owed: apply/owed.hpp.
[[nodiscard]] Errors perform_wordpress(Context& context, Batch batch);
/// Waits for what else is under way before it asks for pages.
[[nodiscard]] Errors perform_vhosts(Context& context, Batch batch);

/// Looks at what mariadb-install-db has made in `staging`, since it ends with status 0 in some
/// failures.
void check_database_made(const host::Files& files, const std::string& staging,
                         const host::Process::Result& result);

/// True for a batch of removals.
[[nodiscard]] bool takes(Batch batch);
/// The text of an error for the report: message and remedy.
[[nodiscard]] std::string text_of(const Error& error);
/// `step` for each action on its own; an Error of one becomes its text.
template <typename Step>
[[nodiscard]] Errors for_each(Batch batch, Step&& step) {
    Errors errors(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        try {
            step(*batch[i]);
        } catch (const Error& error) {
            errors[i] = text_of(error);
        }
    }
    return errors;
}
/// Puts the errors of a later step, by position, where there is none yet.
inline void fill_in(Errors& errors, const Errors& later) {
    for (std::size_t i = 0; i < errors.size(); ++i)
        if (errors[i].empty()) errors[i] = later[i];
}
/// `step` once for all; an Error becomes the text of every action.
template <typename Step>
[[nodiscard]] Errors for_all(Batch batch, Step&& step) {
    try {
        step();
        return Errors(batch.size());
    } catch (const Error& error) {
        return Errors(batch.size(), text_of(error));
    }
}

}  // namespace wpns::apply
