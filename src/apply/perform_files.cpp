#include <algorithm>
#include <map>

#include "apply/perform.hpp"
#include "apply/site_data.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

bool is_unit_file(const ResourceKey& key) {
    return key.id.starts_with(names::unit_dir);
}

/// "wpns-php@a.service" for its file and for its drop-ins.
std::string unit_of(const std::string& path) {
    std::string_view rest(path);
    if (rest.ends_with(".conf")) {
        rest = rest.substr(0, rest.rfind('/'));
        rest.remove_suffix(std::string_view(".d").size());
    }
    return std::string(rest.substr(rest.rfind('/') + 1));
}

/// A slice stays active when the last service in it has gone, and that of a half-made site never
/// had one that is recorded.
void remove_file(Context& context, const ResourceKey& key) {
    if (is_unit_file(key) && key.id.ends_with(".slice")) {
        const std::vector<std::string> slice = {key.id.substr(key.id.rfind('/') + 1)};
        (void)context.host.units.stop(slice, std::chrono::seconds(60));
    }
    context.host.files.remove_file(key.id);
    if (!is_unit_file(key) || key.id.ends_with(".conf")) return;
    const std::vector<std::string> unit = {unit_of(key.id)};
    context.host.units.reset_failed(unit);  // a failure would keep it in systemd's memory
}

/// New unit files are looked for while the network is made.
void have_units_read(Context& context, Batch batch) {
    const auto is_new = [](const auto* action) { return is_unit_file(action->key); };
    const auto found = std::ranges::find_if(batch, is_new);
    if (found != batch.end() && !context.unit_files_changed)
        context.host.units.read_ahead(unit_of((*found)->key.id));
}

/// True when systemd has any of the unit files in the batch in its memory.
bool known_to_systemd(const host::Units& units, Batch batch) {
    std::vector<std::string> names;
    for (const auto* action : batch)
        if (is_unit_file(action->key)) names.push_back(unit_of(action->key.id));
    return !names.empty() && !units.list(names).empty();
}

}  // namespace

Errors perform_accounts(Context& context, Batch batch) {
    if (takes(batch))
        return for_each(batch, [&](const plan::Action& action) {
            context.host.accounts.remove(action.key.id);
        });
    return for_all(batch, [&] {
        std::map<std::string, Account> accounts;
        for (const auto* action : batch) {
            if (action->verb == plan::Verb::update)
                throw Error(ErrorKind::conflict,
                            "account " + action->key.id + " was changed: " + action->reason,
                            "give it back its number, home and shell, or remove it");
            accounts[action->key.id] = std::get<Account>(*action->after);
        }
        context.host.accounts.create(accounts);
    });
}

Errors perform_directories(Context& context, Batch batch) {
    return for_each(batch, [&](const plan::Action& action) {
        if (action.verb == plan::Verb::remove)
            remove_directory(context, action.key);
        else
            context.host.files.make_directory(action.key.id, std::get<Directory>(*action.after));
    });
}

/// What an archive holds stays counted by the number that it has, without a limit.
Errors perform_quotas(Context& context, Batch batch) {
    return for_each(batch, [&](const plan::Action& action) {
        if (action.verb == plan::Verb::remove)
            context.host.quotas.lift(action.key.id);
        else
            context.host.quotas.set(action.key.id, std::get<Quota>(*action.after));
    });
}

/// systemd reads a new unit file when it is first asked for; a changed or removed one only after a
/// daemon-reload.
Errors perform_files(Context& context, Batch batch) {
    context.unit_files_changed =
        context.unit_files_changed || known_to_systemd(context.host.units, batch);
    auto& files = context.host.files;
    if (takes(batch))
        return for_each(batch,
                        [&](const plan::Action& action) { remove_file(context, action.key); });
    std::map<std::string, File> contents;
    for (const auto* action : batch) contents[action->key.id] = std::get<File>(*action->after);
    try {
        files.write_many(contents);
        have_units_read(context, batch);
        return Errors(batch.size());
    } catch (const Error&) {
        // One by one, to know which it was.
        return for_each(batch, [&](const plan::Action& action) {
            files.write(action.key.id, contents.at(action.key.id));
        });
    }
}

}  // namespace wpns::apply
