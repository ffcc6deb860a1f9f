#include "apply/executor.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <span>
#include <unordered_set>
#include <utility>

#include "apply/announcement.hpp"
#include "apply/perform.hpp"
#include "base/error.hpp"
#include "plan/batch.hpp"

namespace wpns::apply {
namespace {

/// Where the record of a resource lives: with its site, or with the host.
Recorded& recorded_of(Registry& registry, const ResourceKey& key) {
    if (key.site.empty()) return registry.host;
    const auto name = SiteName::parse(key.site);
    if (!name || !registry.sites.contains(*name))
        throw Error(ErrorKind::bug, "no record of the site of " + key.str());
    return registry.sites.at(*name).resources;
}

bool is_removal(plan::Verb verb) {
    return verb == plan::Verb::remove || verb == plan::Verb::forget;
}

/// True when there is nothing to do on the host. Rules that are there as wanted and are not
/// recorded come from a run that ended before it had cut what they forbid.
bool is_only_recorded(const plan::Action& action) {
    if (action.verb == plan::Verb::forget) return true;
    return action.verb == plan::Verb::adopt && !std::holds_alternative<FirewallSite>(*action.after);
}

/// Intent first: after a crash every resource that may exist is known as ours.
void record_intent(const plan::Plan& plan, Registry& registry) {
    for (const auto& action : plan.actions)
        if (action.key.kind == Kind::unit && !is_removal(action.verb))
            recorded_of(registry, action.key).insert_or_assign(action.key, pending);
        else if (!is_removal(action.verb))
            recorded_of(registry, action.key).try_emplace(action.key, pending);
}

/// True when a run has ended between writing unit files and having systemd read them: it recorded
/// the files, but the units are still pending.
bool may_owe_a_reload(const plan::Plan& plan, Registry& registry) {
    return std::ranges::any_of(plan.actions, [&](const plan::Action& action) {
        if (action.key.kind != Kind::unit || is_removal(action.verb)) return false;
        const auto& recorded = recorded_of(registry, action.key);
        const auto unit = recorded.find(action.key);
        return unit != recorded.end() && unit->second == pending;
    });
}

void record_outcome(const plan::Action& action, Registry& registry) {
    auto& recorded = recorded_of(registry, action.key);
    if (is_removal(action.verb))
        recorded.erase(action.key);
    else
        recorded.insert_or_assign(action.key, digest_of(action.key, *action.after));
}

Errors perform(Context& context, Batch batch) {
    switch (batch.front()->key.kind) {
        case Kind::account:
            return perform_accounts(context, batch);
        case Kind::directory:
            return perform_directories(context, batch);
        case Kind::quota:
            return perform_quotas(context, batch);
        case Kind::core:
            return perform_cores(context, batch);
        case Kind::opcodes:
            return perform_opcodes(context, batch);
        case Kind::file:
            return perform_files(context, batch);
        case Kind::netns:
            return perform_namespaces(context, batch);
        case Kind::firewall:
            return perform_firewall(context, batch);
        case Kind::accept:
            return perform_accepts(context, batch);
        case Kind::bridge:
            return perform_bridges(context, batch);
        case Kind::link:
            return perform_links(context, batch);
        case Kind::database:
            return perform_databases(context, batch);
        case Kind::unit:
            return perform_units(context, batch);
        case Kind::wordpress:
            return perform_wordpress(context, batch);
        case Kind::vhost:
            return perform_vhosts(context, batch);
    }
    throw Error(ErrorKind::bug, "unknown kind of resource");
}

/// The walk over the batches of one plan.
class Run {
  public:
    Run(const host::Host& host, Registry& registry, RegistryFile& file, const Options& options)
        : registry_(registry),
          file_(file),
          options_(options),
          context_{host, options, registry, report_, {}} {
        context_.can_use = [this](const std::string& site) {
            settle(Until::usable);
            return !stopped(site);
        };
        context_.has_database = [this](const std::string& site) {
            settle_those(is_cloning);
            return !stopped(site);
        };
        context_.wait_for_sockets = [this] { settle_those(has_sockets); };
    }

    Report walk(const plan::Plan& plan) {
        plan_ = &plan;
        // The account goes last and only with its site.
        for (const auto& action : plan.actions)
            if (is_removal(action.verb) && action.key.kind == Kind::account)
                context_.leaving.insert(action.key.site);
        context_.unit_files_changed = may_owe_a_reload(plan, registry_);
        record_intent(plan, registry_);
        file_.save(registry_);
        const auto batches = plan::batches(plan);
        for (std::size_t i = 0; i < batches.size(); ++i) {
            announce(batches[i], std::span(batches).subspan(i));
            step(batches[i]);
        }
        settle();
        if (context_.announcement) keep_error([&] { context_.announcement->settle({}); });
        if (unsaved_) save();
        // Limits of a slice take effect with this, and removed units are forgotten.
        if (context_.unit_files_changed) context_.host.units.daemon_reload();
        return std::move(report_);
    }

  private:
    template <typename Step>
    void keep_error(Step&& step) {
        try {
            step();
        } catch (const Error& error) {
            report_[""].warnings.push_back(text_of(error));
        }
    }

    /// Before files of new sites are written, their databases are begun; before their network is
    /// made, nginx begins to look at their vhosts, and before their services start it is told.
    void announce(Batch batch, std::span<const std::vector<const plan::Action*>> coming) {
        const Kind kind = batch.front()->key.kind;
        if (takes(batch) || interrupted_ || host_failed_) return;
        if (kind == Kind::file) keep_error([&] { clone_ahead(coming); });
        if (kind == Kind::netns && !context_.announcement) {
            const auto is_vhosts = [](const auto& other) { return !to_announce(other).empty(); };
            const auto vhosts = std::ranges::find_if(coming, is_vhosts);
            if (vhosts == coming.end()) return;
            const auto there = going_on(to_announce(*vhosts));
            if (there.empty()) return;
            keep_error([&] {
                context_.announcement = std::make_shared<Announcement>(context_.host, there);
            });
        }
        if (kind == Kind::unit && context_.announcement)
            keep_error([&] { context_.announcement->tell(); });
    }

    /// Databases whose images are there need no more than their directories.
    void clone_ahead(std::span<const std::vector<const plan::Action*>> coming) {
        const auto is_databases = [](const auto& other) {
            return other.front()->key.kind == Kind::database;
        };
        const auto databases = std::ranges::find_if(coming, is_databases);
        if (databases == coming.end()) return;
        auto ready = going_on(*databases);
        const auto begun = under_way();
        std::erase_if(ready, [&](const auto* action) {
            return begun.contains(action) || !can_be_cloned(context_, *action);
        });
        if (!ready.empty()) (void)perform_databases(context_, ready);
    }

    /// Those of a batch whose sites have not failed.
    [[nodiscard]] std::vector<const plan::Action*> going_on(
        std::vector<const plan::Action*> batch) const {
        std::erase_if(batch, [&](const auto* action) { return stopped(action->key.site); });
        return batch;
    }

    void step(const std::vector<const plan::Action*>& batch) {
        if (takes(batch)) settle();
        if (!runs_beside_starts(batch)) settle_those(std::not_fn(is_cloning));
        // Units and programs read it.
        if (unsaved_ && !keeps_for_later(batch)) save();
        if (!interrupted_ && options_.interrupted()) {
            interrupted_ = true;
            report_[""].errors.emplace_back("stopped by a signal");
        }
        std::vector<const plan::Action*> effects;
        const auto begun = under_way();
        for (const auto* action : batch) {
            if (begun.contains(action)) {
                options_.progress.begin(*action);
            } else if (stopped(action->key.site)) {
                ++report_[action->key.site].skipped;
            } else if (is_only_recorded(*action)) {
                finish(*action, {});
            } else {
                options_.progress.begin(*action);
                effects.push_back(action);
            }
        }
        if (!effects.empty()) {
            const auto errors = perform(context_, effects);
            // What it ran beside first: where that has failed, it could not but fail.
            if (runs_beside_starts(effects) && !may_be_left(effects)) settle();
            std::vector<bool> skipped;
            for (std::size_t i = 0; i < effects.size(); ++i)
                skipped.push_back(!errors.at(i).empty() && stopped(effects[i]->key.site));
            const auto left = under_way();
            for (std::size_t i = 0; i < effects.size(); ++i) {
                if (left.contains(effects[i])) continue;
                if (skipped[i])
                    ++report_[effects[i]->key.site].skipped;
                else
                    finish(*effects[i], errors.at(i));
            }
        }
        if (keeps_for_later(batch))
            unsaved_ = true;
        else
            save();
    }

    void save() {
        file_.save(registry_);
        unsaved_ = false;
    }

    /// What takes no time is recorded together with what comes next: it stands there as pending, so
    /// a crash between loses nothing but a comparison.
    static bool keeps_for_later(Batch batch) {
        const Kind kind = batch.front()->key.kind;
        return !takes(batch) &&
               (kind == Kind::directory || kind == Kind::netns || kind == Kind::firewall ||
                kind == Kind::bridge || kind == Kind::link);
    }

    /// What performers may leave under way themselves.
    static bool may_be_left(Batch batch) {
        const Kind kind = batch.front()->key.kind;
        return !takes(batch) &&
               (kind == Kind::database || kind == Kind::unit || kind == Kind::wordpress);
    }

    /// Units start one after the other by systemd's own order, the installer waits for the
    /// database by itself (it connects to a socket that is there), and nginx takes its time to
    /// learn of a site.
    static bool runs_beside_starts(Batch batch) {
        return may_be_left(batch) || (!takes(batch) && batch.front()->key.kind == Kind::vhost);
    }

    /// Asked for each action of a batch, while thousands may be under way.
    [[nodiscard]] std::unordered_set<const plan::Action*> under_way() const {
        std::unordered_set<const plan::Action*> all;
        for (const Later& later : context_.later)
            all.insert(later.actions.begin(), later.actions.end());
        return all;
    }

    static Errors outcome_of(const Later& later) {
        try {
            return later.wait();
        } catch (const Error& error) {
            return Errors(later.actions.size(), text_of(error));
        }
    }

    enum class Until { usable, ended };

    /// Waits for all that is under way.
    void settle(Until until = Until::ended) {
        settle_those([&](const Later& later) { return until == Until::ended || !usable(later); });
    }

    /// What goes wrong in the question goes wrong once more at its end.
    static bool usable(const Later& later) {
        try {
            return later.is_usable();
        } catch (const Error&) {
            return false;
        }
    }

    /// Nothing but services, which ask for it, waits for that.
    static bool is_cloning(const Later& later) {
        return later.actions.front()->key.kind == Kind::database;
    }

    static bool has_sockets(const Later& later) {
        return std::ranges::any_of(later.actions, [](const plan::Action* action) {
            return action->key.kind == Kind::unit && action->key.id.ends_with(".socket");
        });
    }

    void settle_those(const std::function<bool(const Later&)>& is_due) {
        for (const Later& later : std::exchange(context_.later, {})) {
            if (!is_due(later)) {
                context_.later.push_back(later);
                continue;
            }
            const auto errors = outcome_of(later);
            for (std::size_t i = 0; i < later.actions.size(); ++i)
                finish(*later.actions[i], errors.at(i));
            unsaved_ = true;
        }
    }

    /// Every site stands on the host-wide resources, so their failure stops all.
    [[nodiscard]] bool stopped(const std::string& site) const {
        if (host_failed_ || interrupted_) return true;
        const auto it = report_.find(site);
        return !site.empty() && it != report_.end() && !it->second.errors.empty();
    }

    /// Stops the sites that run a core that could not be made: all of them have something to do
    /// that needs it, or they would not need it now.
    void stop_sites_on(const ResourceKey& core) {
        for (const auto& action : plan_->actions) {
            if (std::ranges::find(action.needs, core) == action.needs.end()) continue;
            auto& errors = report_[action.key.site].errors;
            if (errors.empty()) errors.push_back(core.str() + " could not be made");
        }
    }

    void finish(const plan::Action& action, const std::string& error) {
        auto& site = report_[action.key.site];
        if (error.empty()) {
            ++site.done;
            record_outcome(action, registry_);
        } else {
            site.errors.push_back(plan::describe(action) + ": " + error);
            if (action.key.kind == Kind::core) stop_sites_on(action.key);
            // Without the one PHP compiles by itself, without the other sites reach nobody outside.
            else if (action.key.kind != Kind::opcodes && action.key.kind != Kind::accept)
                host_failed_ = host_failed_ || action.key.site.empty();
        }
        options_.progress.end(action, error);
    }

    Registry& registry_;
    RegistryFile& file_;
    const Options& options_;
    const plan::Plan* plan_ = nullptr;
    bool host_failed_ = false;
    bool interrupted_ = false;
    bool unsaved_ = false;
    Report report_;
    Context context_;
};

}  // namespace

bool takes(Batch batch) {
    return is_removal(batch.front()->verb);
}

std::string text_of(const Error& error) {
    return error.remedy().empty() ? error.message() : error.message() + " (" + error.remedy() + ")";
}

Report execute(const plan::Plan& plan, const host::Host& host, Registry& registry,
               RegistryFile& file, const Options& options) {
    return Run(host, registry, file, options).walk(plan);
}

}  // namespace wpns::apply
