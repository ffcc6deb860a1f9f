#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "apply/announcement.hpp"
#include "apply/crowd.hpp"
#include "apply/parallel.hpp"
#include "apply/perform.hpp"

namespace wpns::apply {
namespace {

using namespace std::chrono_literals;

/// What nginx says against its files as they are; empty when it accepts them.
std::string refusal(const host::Host& host) {
    return NginxTest(host).refusal();
}

void reload(const host::Host& host) {
    begin_reload(host)();
}

/// Writes one file; what nginx refuses is taken back, so that the others keep serving.
void put_checked(const host::Host& host, const plan::Action& action) {
    put_vhost(host, action.key, action.after);
    const std::string reason = refusal(host);
    if (reason.empty()) return;
    put_vhost(host, action.key, action.before);
    throw Error(ErrorKind::failed, reason + "; the file was taken back");
}

/// All at once where nginx accepts them together. Else it is asked whether they are the reason at
/// all, and then one by one to find the bad ones.
Errors put_vhosts(const host::Host& host, Batch batch) {
    Errors errors = for_each(
        batch, [&](const plan::Action& action) { put_vhost(host, action.key, action.after); });
    if (refusal(host).empty()) return errors;
    for (const auto* action : batch) put_vhost(host, action->key, action->before);
    if (const std::string before = refusal(host); !before.empty())
        return Errors(
            batch.size(),
            "nginx does not accept its configuration as it is, without this change: " + before);
    return for_each(batch, [&](const plan::Action& action) { put_checked(host, action); });
}

/// A site that answers with an error of the server is not up, whatever the units say; one that is
/// closed answers with just that.
bool is_good(int status, bool closed) {
    return closed ? status == 503 : host::is_served(status);
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

Errors check_answers(const Context& context, Batch batch, bool seen) {
    return in_parallel(batch.size(), [&](std::size_t i) {
        check_answer(context.host, std::get<Vhost>(*batch[i]->after), seen);
    });
}

/// Nobody wakes where the first page was there already, or comes with the first visitor.
Errors ask(Context& context, Batch batch) {
    const Parts parts = in_two(
        batch, [&](const plan::Action& action) { return context.seen.contains(action.key.site); });
    const auto end = is_crowd(batch.size()) ? AtTheEnd::park : AtTheEnd::leave;
    const Errors known = check_answers(context, parts.picked, true);
    const Errors shown = in_turns(context, parts.others, end,
                                  [&](Batch part) { return check_answers(context, part, false); });
    return joined(batch, parts, known, shown);
}

/// A site of which something that was under way has failed is not shown to anybody.
void take_back_failed(const Context& context, Batch batch, Errors& errors) {
    bool some = false;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (!errors[i].empty() || context.can_use(batch[i]->key.site)) continue;
        errors[i] = "the site is not up";
        put_vhost(context.host, batch[i]->key, batch[i]->before);
        some = true;
    }
    if (some) reload(context.host);
}

/// Puts what has not been announced, and waits until nginx goes by all of it.
Errors put_all(Context& context, Batch batch) {
    const auto is_told = [&](const plan::Action* action) {
        return context.announcement && context.announcement->covers(action);
    };
    if (std::ranges::all_of(batch, is_told)) {
        std::exchange(context.announcement, nullptr)->settle(batch);
        return Errors(batch.size());
    }
    Errors errors = put_vhosts(context.host, batch);
    reload(context.host);
    return errors;
}

/// While nginx learns of a new site its services start; both are there before anybody is asked.
Errors put_and_ask(Context& context, Batch batch) {
    Errors errors = put_all(context, batch);
    take_back_failed(context, batch, errors);
    std::vector<const plan::Action*> there;
    for (std::size_t i = 0; i < batch.size(); ++i)
        if (errors[i].empty()) there.push_back(batch[i]);
    const Errors answers = ask(context, there);
    for (std::size_t i = 0, next = 0; i < batch.size(); ++i)
        if (errors[i].empty()) errors[i] = answers[next++];
    return errors;
}

/// A site leaves even when nginx cannot be told: its socket goes, and nginx reads its files again
/// when they are mended.
Errors take(Context& context, Batch batch) {
    const auto& host = context.host;
    Errors errors = for_each(
        batch, [&](const plan::Action& action) { put_vhost(host, action.key, action.after); });
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
