#include "apply/boot.hpp"
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

Errors perform_links(Context& context, Batch batch) {
    return for_each(batch, [&](const plan::Action& action) {
        if (action.verb == plan::Verb::remove)
            context.host.network.remove_link(action.key.id);
        else
            context.host.network.ensure_link(std::get<Link>(*action.after));
    });
}

/// All sites of the batch in one transaction. The table itself comes with the elements of every
/// recorded site, since loading it replaces them.
Errors perform_firewall(Context& context, Batch batch) {
    return for_all(batch, [&] {
        std::vector<FirewallSite> put;
        std::vector<FirewallSite> removed;
        for (const auto* action : batch) {
            const bool take = action->verb == plan::Verb::remove;
            const auto& value = take ? *action->before : *action->after;
            if (const auto* site = std::get_if<FirewallSite>(&value))
                (take ? removed : put).push_back(*site);
            else if (take)
                context.host.firewall.remove_table();
            else
                load_firewall(context.host, context.registry, std::get<FirewallTable>(value),
                              context.leaving);
        }
        if (!put.empty() || !removed.empty()) context.host.firewall.change(put, removed);
    });
}

}  // namespace wpns::apply
