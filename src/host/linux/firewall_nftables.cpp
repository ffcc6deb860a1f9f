#include "host/linux/firewall_nftables.hpp"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/firewall_listing.hpp"
#include "host/linux/firewall_sets.hpp"
#include "host/linux/netns.hpp"
#include "host/linux/nft_context.hpp"
#include "render/firewall_change.hpp"
#include "render/firewall_dynamic.hpp"
#include "render/firewall_elements.hpp"
#include "render/firewall_keys.hpp"

namespace wpns::host::linux_os {
namespace {

using render::FirewallCollections;

std::string checked(std::expected<std::string, std::string> text) {
    if (!text) throw Error(ErrorKind::bug, "firewall rules: " + text.error());
    return std::move(*text);
}

/// What the kernel and this libnftables make of a table's text: loaded in a network namespace that
/// ends with its thread. Nothing of the host is touched, and nothing need be remembered on disk to
/// tell later whether the host's rules are still those.
std::string listing_of(const FirewallTable& table) {
    const std::string text = checked(render::firewall_load_text(table, {}));
    std::string listing;
    run_on_own_thread([&] {
        if (unshare(CLONE_NEWNET) != 0) throw_errno("make a scratch network namespace", errno);
        NftContext nft;
        nft.run(text);
        nl::Socket socket(NETLINK_NETFILTER);
        listing = list_fixed_part(nft, socket);
    });
    return listing;
}

/// What sites in groups are known by to the collections of IPv6, by their links.
using Mates = std::map<std::string, std::string>;

/// The targets with the links that the collections know them by. Those for which such a site has no
/// place are left out.
std::vector<ResolvedTarget> under_ipv6(std::vector<ResolvedTarget> targets, const Mates& mates6) {
    std::erase_if(targets, [&](ResolvedTarget& target) {
        if (!target.box.network.is_ipv6() || !render::is_mate(target.link)) return false;
        const auto mate = mates6.find(target.link);
        if (mate != mates6.end()) target.link = mate->second;
        return mate == mates6.end();
    });
    return targets;
}

class NftablesFirewall : public Firewall {
  public:
    [[nodiscard]] std::optional<FirewallTable> table(const FirewallTable& wanted) const override;
    [[nodiscard]] std::map<std::string, FirewallSite> sites() const override;
    void load(const FirewallTable& table, std::span<const FirewallSite> sites) override;
    void change(std::span<const FirewallSite> put, std::span<const FirewallSite> removed) override;
    void remove_table() override;
    [[nodiscard]] Refusals refusals(const std::string& link) const override;
    [[nodiscard]] std::vector<ResolvedTarget> resolved() const override;
    void change_resolved(std::span<const ResolvedTarget> put,
                         std::span<const ResolvedTarget> removed) override;

  private:
    enum class Known { remembered, read_now };

    [[nodiscard]] NftContext& nft();
    [[nodiscard]] nl::Socket& sets() const;
    const std::string& expected_listing(const FirewallTable& wanted) const;
    const FirewallCollections& collections(Known known) const;
    void change_from(Known known, std::span<const FirewallSite> put,
                     std::span<const FirewallSite> removed);
    [[nodiscard]] std::vector<ResolvedTarget> resolved_of(
        std::span<const FirewallSite> sites) const;
    void forget(const std::set<std::string>& links);

    std::optional<NftContext> nft_;
    mutable std::optional<nl::Socket> sets_;
    /// What the kernel holds, as last read or written: a change needs the old elements, and reading
    /// them costs as much as there are sites.
    mutable std::optional<FirewallCollections> collections_;
    mutable std::map<std::string, std::string> expected_;  ///< listing by digest
};

NftContext& NftablesFirewall::nft() {
    if (!nft_) nft_.emplace();
    return *nft_;
}

nl::Socket& NftablesFirewall::sets() const {
    if (!sets_) sets_.emplace(NETLINK_NETFILTER);
    return *sets_;
}

const std::string& NftablesFirewall::expected_listing(const FirewallTable& wanted) const {
    const auto found = expected_.find(wanted.digest);
    if (found != expected_.end()) return found->second;
    return expected_.emplace(wanted.digest, listing_of(wanted)).first->second;
}

/// With sockets of its own, as it may be asked beside the sites.
std::optional<FirewallTable> NftablesFirewall::table(const FirewallTable& wanted) const {
    return with_context("read table inet wpns", [&]() -> std::optional<FirewallTable> {
        NftContext nft;
        nl::Socket socket(NETLINK_NETFILTER);
        if (!table_exists(socket)) return std::nullopt;
        const std::string listing = list_fixed_part(nft, socket);
        FirewallTable found;
        found.digest = render::firewall_digest_in(listing).value_or("changed");
        const bool comparable = !wanted.text.empty() && found.digest == wanted.digest;
        if (comparable && (listing != expected_listing(wanted) || has_foreign_targets(socket)))
            found.digest = "changed";
        return found;
    });
}

const FirewallCollections& NftablesFirewall::collections(Known known) const {
    if (known == Known::remembered && collections_) return *collections_;
    collections_.reset();
    if (!table_exists(sets()))
        throw Error(ErrorKind::missing, "table inet wpns is not there",
                    "systemctl restart wpns-firewall.service loads it");
    return collections_.emplace(list_collections(sets()));
}

std::map<std::string, FirewallSite> NftablesFirewall::sites() const {
    return with_context("read the sites in table inet wpns", [&] {
        if (!table_exists(sets())) return std::map<std::string, FirewallSite>{};
        return render::firewall_sites(collections(Known::read_now));
    });
}

void NftablesFirewall::load(const FirewallTable& table, std::span<const FirewallSite> sites) {
    with_context("load table inet wpns", [&] {
        collections_.reset();
        failpoint(Failpoint::firewall_load);
        // A table of bridges that is not wanted any more goes in the same transaction.
        const bool leftover = !table.groups && table_exists(sets(), NftFamily::bridge);
        const std::string text = (leftover ? "delete table bridge wpns\n" : "") +
                                 checked(render::firewall_load_text(table, sites));
        nft().run(text + checked(render::firewall_resolved_text(resolved_of(sites), {})));
    });
}

/// Addresses of names stay through a load: the next look-up may be minutes away. Those of IPv6 go
/// with the site's own, since the new table may have no place for them.
std::vector<ResolvedTarget> NftablesFirewall::resolved_of(
    std::span<const FirewallSite> sites) const {
    Mates mates6;
    std::map<std::string, bool> known;  // with IPv6, or without
    for (const FirewallSite& site : sites) {
        known[site.link] = site.address6 != Ipv6{};
        if (known[site.link] && render::is_mate(site.link)) mates6[site.link] = site.address6.str();
    }
    auto targets = resolved();
    std::erase_if(targets, [&](const ResolvedTarget& target) {
        const auto site = known.find(target.link);
        return site == known.end() || (target.box.network.is_ipv6() && !site->second);
    });
    return under_ipv6(std::move(targets), mates6);
}

void NftablesFirewall::change_from(Known known, std::span<const FirewallSite> put,
                                   std::span<const FirewallSite> removed) {
    const FirewallCollections& before = collections(known);
    FirewallCollections old_part;
    FirewallCollections new_part;
    const auto take_old = [&](const FirewallSite& site) {
        old_part.merge(render::firewall_elements_of(before, site.link));
    };
    for (const FirewallSite& site : removed) take_old(site);
    for (const FirewallSite& site : put) {
        take_old(site);
        new_part.merge(render::firewall_elements(site));
    }
    const std::string text = checked(render::firewall_change_text(old_part, new_part));
    if (!text.empty()) {
        failpoint(Failpoint::firewall_change);
        nft().run(text);
    }
    for (const auto& [link, elements] : old_part) collections_->erase(link);
    collections_->merge(new_part);
}

void NftablesFirewall::change(std::span<const FirewallSite> put,
                              std::span<const FirewallSite> removed) {
    with_context("change elements of table inet wpns", [&] {
        const bool remembered = collections_.has_value();
        try {
            change_from(Known::remembered, put, removed);
        } catch (const Error& error) {
            if (!remembered || error.kind() == ErrorKind::bug) throw;
            // Somebody else may have changed the table since: once more from what is there now.
            change_from(Known::read_now, put, removed);
        }
    });
    if (removed.empty()) return;
    with_context("forget what sites were refused", [&] {
        std::set<std::string> links;
        for (const FirewallSite& site : removed) {
            links.insert(site.link);
            if (!site.port.bridge.empty()) links.insert(site.address6.str());
        }
        forget(links);
    });
}

/// What the rules themselves and look-ups have put in for links: the next sites of those names must
/// not inherit it. An address may time out just now, and all of it does so by itself.
void NftablesFirewall::forget(const std::set<std::string>& links) {
    std::string refused;
    for (const auto& [link, refusals] : list_refusals(sets()))
        if (links.contains(link)) refused += checked(render::firewall_forget_text(link, refusals));
    if (!refused.empty()) nft().run(refused);
    for (int round = 0; round < 3; ++round) {
        auto names = list_resolved(sets());
        std::erase_if(names, [&](const auto& target) { return !links.contains(target.link); });
        if (names.empty()) return;
        try {
            nft().run(checked(render::firewall_resolved_text({}, names)));
            return;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::bug) throw;
        }
    }
}

Refusals NftablesFirewall::refusals(const std::string& link) const {
    return with_context("read what was refused", [&] {
        if (!table_exists(sets())) return Refusals{};
        auto all = list_refusals(sets());
        Refusals& own = all[link];
        const auto mates6 = render::is_mate(link) ? list_mates6(sets()) : Mates{};
        if (const auto six = mates6.find(link); six != mates6.end()) {
            const Refusals& by_ipv6 = all[six->second];
            own.total += by_ipv6.total;
            own.targets.insert(own.targets.end(), by_ipv6.targets.begin(), by_ipv6.targets.end());
        }
        return own;
    });
}

std::vector<ResolvedTarget> NftablesFirewall::resolved() const {
    return with_context("read the addresses of names", [&] {
        if (!table_exists(sets())) return std::vector<ResolvedTarget>{};
        Mates links;
        for (const auto& [link, address] : list_mates6(sets())) links[address] = link;
        auto targets = list_resolved(sets());
        for (ResolvedTarget& target : targets)
            if (const auto mate = links.find(target.link); mate != links.end())
                target.link = mate->second;
        return targets;
    });
}

void NftablesFirewall::change_resolved(std::span<const ResolvedTarget> put,
                                       std::span<const ResolvedTarget> removed) {
    with_context("change the addresses of names", [&] {
        std::vector<ResolvedTarget> fitting(put.begin(), put.end());
        const auto is_ipv6 = [](const auto& target) { return target.box.network.is_ipv6(); };
        if (std::ranges::any_of(put, is_ipv6) && !has_resolved6(sets()))
            std::erase_if(fitting, is_ipv6);
        const Mates mates6 = list_mates6(sets());
        std::vector<ResolvedTarget> gone(removed.begin(), removed.end());
        const std::string text = checked(render::firewall_resolved_text(
            under_ipv6(std::move(fitting), mates6), under_ipv6(std::move(gone), mates6)));
        if (text.empty()) return;
        failpoint(Failpoint::firewall_resolved);
        nft().run(text);
    });
}

void NftablesFirewall::remove_table() {
    with_context("remove table inet wpns", [&] {
        collections_.reset();
        failpoint(Failpoint::firewall_remove);
        const bool bridges = table_exists(sets(), NftFamily::bridge);
        nft().run(std::string(bridges ? "delete table bridge wpns\n" : "") +
                  "table inet wpns\ndelete table inet wpns\n");
    });
}

}  // namespace

std::unique_ptr<Firewall> make_firewall() {
    return std::make_unique<NftablesFirewall>();
}

}  // namespace wpns::host::linux_os
