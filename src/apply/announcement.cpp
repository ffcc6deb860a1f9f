#include "apply/announcement.hpp"

#include <algorithm>
#include <utility>

#include "apply/crowd.hpp"
#include "base/error.hpp"

namespace wpns::apply {

Announcement::Announcement(const host::Host& host, std::vector<const plan::Action*> vhosts)
    : host_(host), vhosts_(std::move(vhosts)) {
    try {
        for (const auto* vhost : vhosts_) put_vhost(host_, vhost->key, vhost->after);
        test_.emplace(host_);
    } catch (const Error&) {
        take_back([](const plan::Action*) { return true; });
        throw;
    }
}

Announcement::~Announcement() {
    if (settled_) return;
    try {
        settle({});
    } catch (const Error&) {  // the run has ended by one that says more
    }
}

void Announcement::tell() {
    if (!test_) return;
    if (test_->refusal().empty())
        told_ = begin_tested_reload(host_);
    else
        take_back([](const plan::Action*) { return true; });
    test_.reset();
}

bool Announcement::covers(const plan::Action* vhost) const {
    return told_ && std::ranges::find(vhosts_, vhost) != vhosts_.end();
}

void Announcement::settle(Batch staying) {
    settled_ = true;
    const auto told = std::exchange(told_, {});
    if (told) told();
    const auto before = vhosts_.size();
    take_back([&](const plan::Action* vhost) {
        return std::ranges::find(staying, vhost) == staying.end();
    });
    if (told && vhosts_.size() < before) begin_reload(host_)();
}

void Announcement::take_back(const std::function<bool(const plan::Action*)>& is_leaving) {
    std::erase_if(vhosts_, [&](const plan::Action* vhost) {
        const bool leaves = is_leaving(vhost);
        if (leaves) put_vhost(host_, vhost->key, vhost->before);
        return leaves;
    });
}

std::vector<const plan::Action*> to_announce(Batch batch) {
    const auto is_new = [](const plan::Action* action) {
        return action->key.kind == Kind::vhost && !action->key.site.empty() &&
               action->verb == plan::Verb::create && !std::get<Vhost>(*action->after).closed;
    };
    if (is_crowd(batch.size()) || !std::ranges::all_of(batch, is_new)) return {};
    return {batch.begin(), batch.end()};
}

}  // namespace wpns::apply
