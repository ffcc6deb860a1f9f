#include <algorithm>

#include "apply/boot.hpp"
#include "apply/names.hpp"
#include "apply/perform.hpp"

namespace wpns::apply {

Errors perform_namespaces(Context& context, Batch batch) {
    return for_each(batch, [&](const plan::Action& action) {
        if (action.verb == plan::Verb::remove)
            context.host.network.remove_namespace(action.key.id);
        else
            context.host.network.create_namespace(action.key.id);
    });
}

Errors perform_accepts(Context& context, Batch batch) {
    return for_each(batch, [&](const plan::Action& action) {
        if (action.verb == plan::Verb::remove)
            context.host.neighbours.take_back(action.key.id);
        else
            context.host.neighbours.accept(action.key.id, *std::get<Accept>(*action.after).pool);
    });
}

Errors perform_bridges(Context& context, Batch batch) {
    return for_each(batch, [&](const plan::Action& action) {
        if (action.verb == plan::Verb::remove)
            context.host.network.remove_bridge(action.key.id);
        else
            context.host.network.ensure_bridge(std::get<Bridge>(*action.after));
    });
}

namespace {

Errors remove_links(Context& context, Batch batch) {
    std::vector<std::string> names;
    for (const auto* action : batch) names.push_back(action->key.id);
    std::map<std::string, Error> refusals;
    Errors errors = for_all(batch, [&] { refusals = context.host.network.remove_links(names); });
    for (std::size_t i = 0; i < names.size(); ++i)
        if (const auto refusal = refusals.find(names[i]); refusal != refusals.end())
            errors[i] = text_of(refusal->second);
    return errors;
}

}  // namespace

Errors perform_links(Context& context, Batch batch) {
    if (takes(batch)) return remove_links(context, batch);
    return for_each(batch, [&](const plan::Action& action) {
        context.host.network.ensure_link(std::get<Link>(*action.after));
    });
}

namespace {

/// The sites of one batch of the firewall.
struct FirewallBatch {
    std::vector<FirewallSite> put;
    std::vector<FirewallSite> removed;
    std::vector<FirewallSite> updated;  ///< those of `put` that may have open connections
    std::set<std::string> names;        ///< of the sites in `put`
    const FirewallTable* table = nullptr;
    bool remove_table = false;
};

FirewallBatch split(Batch batch) {
    FirewallBatch parts;
    for (const auto* action : batch) {
        const bool take = action->verb == plan::Verb::remove;
        const auto& value = take ? *action->before : *action->after;
        if (const auto* site = std::get_if<FirewallSite>(&value)) {
            (take ? parts.removed : parts.put).push_back(*site);
            if (!take) parts.names.insert(action->key.site);
            if (!take && action->verb != plan::Verb::create) parts.updated.push_back(*site);
        } else if (take) {
            parts.remove_table = true;
        } else {
            parts.table = &std::get<FirewallTable>(value);
        }
    }
    return parts;
}

/// Whether a flow is one that a site's policy lets it have no more, or touches a site that leaves:
/// whoever gets its address next must not inherit anything.
bool is_forbidden(const FirewallBatch& parts, const std::vector<ResolvedTarget>& resolved,
                  const desired::Walls& walls, const Flow& flow) {
    for (const FirewallSite& site : parts.removed)
        if (flow.source == site.address || flow.target == site.address ||
            flow.answers_to == site.address)
            return true;
    for (const FirewallSite& site : parts.updated)
        if (flow.source == site.address || flow.answers_to == site.address)
            return !desired::permits(site, resolved, walls, flow);
    return false;
}

bool is_forbidden6(const FirewallBatch& parts, const std::vector<ResolvedTarget>& resolved,
                   const desired::Walls& walls, const Flow6& flow) {
    for (const FirewallSite& site : parts.removed)
        if (site.address6 != Ipv6{} &&
            (flow.source == site.address6 || flow.target == site.address6 ||
             flow.answers_to == site.address6))
            return true;
    for (const FirewallSite& site : parts.updated)
        if (site.address6 != Ipv6{} &&
            (flow.source == site.address6 || flow.answers_to == site.address6))
            return !desired::permits(site, resolved, walls, flow);
    return false;
}

/// The rules are in force already; what goes wrong with what is open does not undo them.
template <typename Step>
void warn(Context& context, const std::string& site, Step&& step) {
    try {
        step();
    } catch (const Error& error) {
        context.report[site].warnings.push_back(text_of(error));
    }
}

void look_up_names(Context& context, const FirewallBatch& parts) {
    if (parts.put.empty() && parts.table == nullptr) return;
    const auto only = parts.table != nullptr ? std::set<std::string>{} : parts.names;
    for (const auto& name : refresh_names(context.host, context.registry, only))
        context.report[name.substr(0, name.find(':'))].warnings.push_back(
            name.substr(name.find(' ') + 1) +
            " has no address that may be used; it is looked up again every five minutes");
}

void cut_flows(Context& context, const FirewallBatch& parts) {
    if (parts.updated.empty() && parts.removed.empty()) return;
    const auto resolved = context.host.firewall.resolved();
    (void)context.host.flows.cut([&](const Flow& flow) {
        return is_forbidden(parts, resolved, context.options.walls, flow);
    });
    const auto has_ipv6 = [](const FirewallSite& site) { return site.address6 != Ipv6{}; };
    if (std::ranges::none_of(parts.updated, has_ipv6) &&
        std::ranges::none_of(parts.removed, has_ipv6))
        return;
    (void)context.host.flows.cut6([&](const Flow6& flow) {
        return is_forbidden6(parts, resolved, context.options.walls, flow);
    });
}

}  // namespace

/// All sites of the batch in one transaction. The table itself comes with the elements of every
/// recorded site, since loading it replaces them. Then names get their addresses, and what is open
/// against the new rules ends.
Errors perform_firewall(Context& context, Batch batch) {
    return for_all(batch, [&] {
        const FirewallBatch parts = split(batch);
        auto& firewall = context.host.firewall;
        if (parts.remove_table) firewall.remove_table();
        if (parts.table != nullptr)
            load_firewall(context.host, context.registry, *parts.table, context.leaving);
        if (!parts.put.empty() || !parts.removed.empty()) firewall.change(parts.put, parts.removed);
        const std::string& site = batch.front()->key.site;
        warn(context, site, [&] { look_up_names(context, parts); });
        warn(context, site, [&] { cut_flows(context, parts); });
        for (const FirewallSite& gone : parts.removed)
            if (!gone.port.bridge.empty())
                warn(context, site, [&] { context.host.network.forget_mate(gone); });
    });
}

}  // namespace wpns::apply
