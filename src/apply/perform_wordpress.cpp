#include <algorithm>
#include <map>
#include <memory>

#include "apply/asked_installer.hpp"
#include "apply/crowd.hpp"
#include "apply/installer.hpp"
#include "apply/owed.hpp"
#include "apply/parallel.hpp"
#include "apply/perform.hpp"
#include "base/password_hash.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;

/// The first page of a new site, by its own web server: the host's nginx does not know it yet.
void show_first_page(const host::Host& host, const plan::Action& action) {
    const auto site = SiteName::parse(action.key.site);
    const std::string& url = std::get<Wordpress>(*action.after).url;
    const std::string name = url.substr(url.find("://") + 3);
    const int status = site ? host.web.status_at(names::web_socket(*site), name, 30s) : 0;
    if (host::is_served(status)) return;
    throw Error(ErrorKind::failed,
                status == 0 ? "its first page does not come"
                            : "its first page is answered by status " + std::to_string(status));
}

/// In a crowd, while the databases of a turn are awake: else each would start twice.
void show_first_pages(Context& context, Batch part, Errors& errors) {
    const auto is_due = [&](std::size_t i) {
        return errors[i].empty() && may_rest(context, part[i]->key.site);
    };
    const Errors shown = in_parallel(part.size(), [&](std::size_t i) {
        if (is_due(i)) show_first_page(context.host, *part[i]);
    });
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (!is_due(i)) continue;
        errors[i] = shown[i];
        if (errors[i].empty()) context.seen.insert(part[i]->key.site);
    }
}

/// The installer runs as the site, in its sandbox. It is idempotent: where an earlier run installed
/// WordPress but did not come to the marker, nobody has seen the password yet, so a new one is set.
class Installer {
  public:
    explicit Installer(Context& context) : context_(context) {}

    [[nodiscard]] host::Process::Command prepare(const plan::Action& action) {
        const auto& wordpress = std::get<Wordpress>(*action.after);
        const std::string& given = context_.options.admin_password;
        const auto& password = passwords_[action.key.site] = given.empty() ? new_password() : given;
        return install_command(wordpress.sandbox,
                               install_request(wordpress, {Credential::As::password, password}));
    }

    void finish(const plan::Action& action, const host::Process::Result& result) {
        require_installed(result);
        if (context_.options.admin_password.empty())
            context_.report[action.key.site].admin_password = passwords_.at(action.key.site);
        mark_installed(context_.host.files, action.key.id);
        if (const auto site = SiteName::parse(action.key.site))
            forget_owed(context_.host.files, *site);
    }

  private:
    Context& context_;
    std::map<std::string, std::string> passwords_;
};

/// Installers that were begun, by position in their batch.
struct Begun {
    Installer installer;
    std::vector<const plan::Action*> actions;
    std::vector<std::unique_ptr<host::Process::Running>> running{};

    [[nodiscard]] bool is_usable() const {
        return std::ranges::all_of(running, [](const auto& one) {
            const auto line = one ? one->first_line() : std::nullopt;
            return line && says_installed(*line);
        });
    }
    /// `errors` are those of the beginning.
    [[nodiscard]] Errors wait(Errors errors) {
        const Errors ends = for_each(actions, [&, i = std::size_t{0}](const auto& action) mutable {
            const auto one = std::move(running[i++]);
            if (one) installer.finish(action, one->wait());
        });
        fill_in(errors, ends);
        return errors;
    }
};

/// Of a site whose database comes from an image in this run, nothing has run that could answer in
/// the installer's place; a core of its own is copied out of the sandbox.
bool may_ask(const Context& context, const plan::Action& action) {
    return context.cloned.contains(action.key.site) &&
           std::get<Wordpress>(*action.after).core == CoreMode::managed;
}

std::unique_ptr<host::Process::Running> begin(const Context& context, Installer& installer,
                                              const plan::Action& action) {
    auto command = installer.prepare(action);
    const auto site = SiteName::parse(action.key.site);
    if (!site || !may_ask(context, action)) return context.host.process.begin(command);
    return std::make_unique<AskedInstaller>(context.host, names::php_socket(*site),
                                            std::move(command));
}

/// A sandbox takes longer to be cleaned up than the installer to be done in it.
Later begin_all(Context& context, Batch batch) {
    auto begun =
        std::make_shared<Begun>(Installer(context), std::vector(batch.begin(), batch.end()));
    const Errors errors = for_each(batch, [&](const plan::Action& action) {
        auto& running = begun->running.emplace_back();
        running = begin(context, begun->installer, action);
    });
    return {begun->actions, [begun, errors] { return begun->wait(errors); },
            [begun] { return begun->is_usable(); }};
}

Errors run_in_turns(Context& context, Batch batch) {
    Installer installer(context);
    return in_turns(context, batch, AtTheEnd::park, [&](Batch part) {
        Errors errors = run_programs(
            context.host, part,
            [&](const plan::Action& action) { return installer.prepare(action); },
            [&](const plan::Action& action, const auto& result) {
                installer.finish(action, result);
            });
        show_first_pages(context, part, errors);
        return errors;
    });
}

/// The password is told now; what waits for the first visit knows its hash.
Owed owed_to(Context& context, const plan::Action& action, const std::string& password) {
    context.seen.insert(action.key.site);
    context.report[action.key.site].admin_password = password;
    const Credential hash{Credential::As::hash, hash_of_random_password(password)};
    return {action.key.id, install_request(std::get<Wordpress>(*action.after), hash)};
}

Errors put_off(Context& context, Batch batch) {
    return for_all(batch, [&] {
        std::map<SiteName, Owed> all;
        for (const auto* action : batch)
            all.emplace(*SiteName::parse(action->key.site),
                        owed_to(context, *action, new_password()));
        owe(context.host.files, all);
    });
}

/// So many that not all of them can be awake. Of those that may rest some are installed and show
/// their first pages; where that goes well, nothing of the others needs to run before somebody
/// comes.
Errors perform_crowd(Context& context, Batch batch) {
    std::size_t woken = 0;
    const auto must_wait = [&](const plan::Action& action) {
        return may_rest(context, action.key.site) && ++woken > proofs;
    };
    const Parts parts = in_two(batch, must_wait);
    const Errors shown = run_in_turns(context, parts.others);
    const bool well = std::ranges::all_of(shown, &std::string::empty);
    const bool known = context.options.admin_password.empty();
    const Errors rest =
        well && known ? put_off(context, parts.picked) : run_in_turns(context, parts.picked);
    return joined(batch, parts, rest, shown);
}

}  // namespace

/// Programs in sandboxes of their own find the database's socket in its place, or end.
Errors perform_wordpress(Context& context, Batch batch) {
    const auto is_asked = [&](const plan::Action* action) { return may_ask(context, *action); };
    if (is_crowd(batch.size()) || !std::ranges::all_of(batch, is_asked)) context.wait_for_sockets();
    if (is_crowd(batch.size())) return perform_crowd(context, batch);
    context.later.push_back(begin_all(context, batch));
    return Errors(batch.size());
}

}  // namespace wpns::apply
