#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <thread>

#include "apply/crowd.hpp"
#include "apply/parallel.hpp"
#include "apply/perform.hpp"
#include "base/text.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;

constexpr const char* nginx_unit = "nginx.service";

void put_file(const host::Host& host, const plan::Action& action,
              const std::optional<Resource>& value) {
    if (!value) return host.files.remove_file(action.key.id);
    File file;
    file.content = std::get<Vhost>(*value).content;
    host.files.write(action.key.id, file);
}

/// What `nginx -t` says against the configuration as it is on disk now; empty when it accepts it.
std::string refusal(const host::Host& host) {
    host::Process::Command check;
    check.argv = {"/usr/sbin/nginx", "-t", "-q"};
    const auto result = host.process.run(check);
    if (result.status == 0) return {};
    return "nginx -t refuses it: " + printable(trim(result.err));
}

/// nginx returns from a reload before its old workers stop taking connections, and those do not
/// know a new site.
void wait_for_new_workers(const host::Host& host, const std::set<int>& old) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    const auto is_old = [&](int worker) { return old.contains(worker); };
    while (std::chrono::steady_clock::now() < deadline &&
           std::ranges::any_of(host.web.workers(), is_old))
        std::this_thread::sleep_for(5ms);
}

/// Tells nginx, or starts it where it is down.
void reload(const host::Host& host) {
    const std::vector<std::string> names = {nginx_unit};
    const auto state = host.units.list(names);
    const auto it = state.find(nginx_unit);
    const bool running = it != state.end() && it->second.active == "active";
    const auto old = host.web.workers();
    const auto results = running ? host.units.reload(names, 60s) : host.units.start(names, 60s);
    if (const auto& error = results.at(nginx_unit); !error.empty())
        throw Error(ErrorKind::failed, error);
    wait_for_new_workers(host, old);
}

/// Writes one file; what nginx refuses is taken back, so that the others keep serving.
void put_checked(const host::Host& host, const plan::Action& action) {
    put_file(host, action, action.after);
    const std::string reason = refusal(host);
    if (reason.empty()) return;
    put_file(host, action, action.before);
    throw Error(ErrorKind::failed, reason + "; the file was taken back");
}

/// All at once where nginx accepts them together. Else it is asked whether they are the reason at
/// all, and then one by one to find the bad ones.
Errors put_vhosts(const host::Host& host, Batch batch) {
    Errors errors =
        for_each(batch, [&](const plan::Action& action) { put_file(host, action, action.after); });
    if (refusal(host).empty()) return errors;
    for (const auto* action : batch) put_file(host, *action, action->before);
    if (const std::string before = refusal(host); !before.empty())
        return Errors(
            batch.size(),
            "nginx does not accept its configuration as it is, without this change: " + before);
    return for_each(batch, [&](const plan::Action& action) { put_checked(host, action); });
}

/// A site that answers with an error of the server is not up, whatever the units say; one that is
/// closed answers with just that.
bool is_good(int status, bool closed) {
    return closed ? status == 503 : status != 0 && status < 500;
}

/// Asks as a visitor until the site answers: nginx reloads in its own time, and the first page
/// starts what sleeps. Where that page was there already, nginx has to know the site, no more.
void check_answer(const host::Host& host, const Vhost& vhost, bool seen) {
    if (vhost.domain.empty() || vhost.address == Ipv4{}) return;
    const host::WebProbe::Target target{vhost.address, vhost.port, vhost.domain};
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    int status = 0;
    do {
        if (seen && !vhost.closed) {
            if (host.web.knows(target, 30s)) return;
        } else {
            status = host.web.status(target, 30s);
            if (is_good(status, vhost.closed)) return;
        }
        std::this_thread::sleep_for(20ms);
    } while (std::chrono::steady_clock::now() < deadline);
    throw Error(ErrorKind::failed,
                "http://" + vhost.domain + "/ " +
                    (status == 0 ? "does not answer" : "answers " + std::to_string(status)) +
                    " at " + vhost.address.str() + " port " + std::to_string(vhost.port));
}

/// The first page reads all of WordPress: a new site begins with it while nginx takes in the vhost.
/// One site only, as many at once would take the processors from those that serve.
host::WebProbe::Asked ask_ahead(const host::Host& host, Batch batch) {
    const auto site = SiteName::parse(batch.front()->key.site);
    const auto& vhost = std::get<Vhost>(*batch.front()->after);
    if (batch.size() > 1 || !site || vhost.closed || vhost.domain.empty()) return {};
    return host.web.ask_ahead(names::web_socket(*site), vhost.domain);
}

Errors check_answers(const Context& context, Batch batch) {
    return in_parallel(batch.size(), [&](std::size_t i) {
        check_answer(context.host, std::get<Vhost>(*batch[i]->after),
                     context.seen.contains(batch[i]->key.site));
    });
}

Errors put_and_ask(Context& context, Batch batch) {
    const auto& host = context.host;
    const auto asked = ask_ahead(host, batch);
    Errors errors = put_vhosts(host, batch);
    reload(host);
    std::vector<const plan::Action*> there;
    for (std::size_t i = 0; i < batch.size(); ++i)
        if (errors[i].empty()) there.push_back(batch[i]);
    const Errors answers =
        in_turns(context, there, [&](Batch part) { return check_answers(context, part); });
    for (std::size_t i = 0, next = 0; i < batch.size(); ++i)
        if (errors[i].empty()) errors[i] = answers[next++];
    return errors;
}

/// A site leaves even when nginx cannot be told: its socket goes, and nginx reads its files again
/// when they are mended.
Errors take(Context& context, Batch batch) {
    const auto& host = context.host;
    Errors errors =
        for_each(batch, [&](const plan::Action& action) { put_file(host, action, action.after); });
    try {
        reload(host);
    } catch (const Error& error) {
        context.report[batch.front()->key.site].warnings.push_back("nginx was not told: " +
                                                                   text_of(error));
    }
    return errors;
}

}  // namespace

Errors perform_vhosts(Context& context, Batch batch) {
    try {
        return takes(batch) ? take(context, batch) : put_and_ask(context, batch);
    } catch (const Error& error) {
        return Errors(batch.size(), text_of(error));
    }
}

}  // namespace wpns::apply
