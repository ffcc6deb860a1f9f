#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/verify_site.hpp"
#include "desired/network.hpp"
#include "verify/mounts.hpp"

namespace wpns::cli {
namespace {

using host::Witness;
using Facts = std::map<std::string, std::string>;

/// One line for a fact: "none", or what there is.
std::string listed(const std::vector<std::string>& found) {
    return found.empty() ? "none" : join(found, "; ");
}

std::string described(const Witness::Running& process) {
    return "process " + std::to_string(process.pid) + " of " + printable(process.unit);
}

/// The member of a map, or `otherwise`.
template <typename Map>
typename Map::mapped_type value_of(const Map& map, const typename Map::key_type& key,
                                   const typename Map::mapped_type& otherwise = {}) {
    const auto found = map.find(key);
    return found == map.end() ? otherwise : found->second;
}

/// Looks from outside at one site.
class Outside {
  public:
    Outside(Session& session, const SiteName& name)
        : session_(session),
          witness_(session.host().witness),
          name_(name),
          record_(session.registry().sites.at(name)),
          processes_(witness_.processes(names::slice(name))) {}

    void look(Facts& facts) const {
        facts["foreign accounts"] = foreign_accounts();
        facts["foreign networks"] = foreign_networks();
        facts["namespaces"] = shared_namespaces();
        facts["linger"] = each_account([&](const std::string& account, std::uint32_t) {
            return found("/var/lib/systemd/linger/" + account);
        });
        facts["session"] = each_account([&](const std::string&, std::uint32_t uid) {
            return found("/run/user/" + std::to_string(uid));
        });
        facts["crontab"] = each_account([&](const std::string& account, std::uint32_t uid) {
            return found("/var/spool/cron/crontabs/" + account) +
                   owned("/var/spool/cron/crontabs", uid);
        });
        facts["at"] = each_account([&](const std::string&, std::uint32_t uid) {
            return owned("/var/spool/cron/atjobs", uid) + owned("/var/spool/at", uid);
        });
        facts["accounts"] = each_account([&](const std::string& account, std::uint32_t) {
            return witness_.is_locked(account) ? std::string() : account;
        });
        look_at_settings(facts);
    }

    [[nodiscard]] const Witness::Running* running(const std::string& role) const {
        const auto at = std::ranges::find(processes_, names::unit(name_, role, "service"),
                                          &Witness::Running::unit);
        return at == processes_.end() ? nullptr : &*at;
    }

  private:
    void look_at_settings(Facts& facts) const {
        const auto& files = session_.host().files;
        const auto link = desired::link(name_, record_).host_end.name;
        const auto setting = [&](const std::string& key) {
            try {
                return files.sysctl(key);
            } catch (const Error& error) {
                return "could not run: " + error.message();
            }
        };
        facts["forwarding"] = setting("net.ipv4.ip_forward");
        for (const std::string key : {"route_localnet", "accept_local"})
            facts[key] = setting("net.ipv4.conf." + link + "." + key);
    }

    template <typename Look>
    std::string each_account(Look look) const {
        std::vector<std::string> all;
        for (const auto& [account, uid] :
             {std::pair{names::account(name_), record_.allocation.uid},
              std::pair{names::db_account(name_), record_.allocation.db_uid}})
            if (auto text = look(account, uid); !text.empty()) all.push_back(std::move(text));
        return listed(all);
    }

    [[nodiscard]] std::string found(const std::string& path) const {
        return witness_.exists(path) ? path : std::string();
    }

    [[nodiscard]] std::string owned(const std::string& directory, std::uint32_t uid) const {
        const auto names = witness_.owned_by(directory, uid);
        return names.empty() ? "" : " " + directory + "/" + printable(join(names, ","));
    }

    [[nodiscard]] std::string foreign_accounts() const {
        std::vector<std::string> foreign;
        for (const auto& process : processes_)
            for (const auto uid : process.uids)
                if (uid == 0 ||
                    (uid != record_.allocation.uid && uid != record_.allocation.db_uid)) {
                    foreign.push_back(described(process) + " as " + std::to_string(uid));
                    break;
                }
        return listed(foreign);
    }

    /// The web server and the database have a private network, everybody else the site's.
    [[nodiscard]] std::string foreign_networks() const {
        const auto own = witness_.namespace_at(names::netns_path(name_));
        const auto host = witness_.namespace_at("/proc/1/ns/net");
        const auto is = [&](const Witness::Running& process, const char* role) {
            return process.unit == names::unit(name_, role, "service");
        };
        std::vector<std::string> foreign;
        for (const auto& process : processes_) {
            const auto number = value_of(process.namespaces, "net", std::uint64_t{0});
            const bool private_one = is(process, "web") || is(process, "mysqld");
            const bool right = private_one ? number != host && number != own : number == own;
            if (number != 0 && !right) foreign.push_back(described(process));
        }
        return own == 0 ? "could not run: there is no " + names::netns_path(name_)
                        : listed(foreign);
    }

    [[nodiscard]] std::string shared_namespaces() const {
        std::vector<std::string> shared;
        for (const auto& process : processes_)
            for (const char* kind : {"net", "mnt", "ipc"})
                if (value_of(process.namespaces, kind, std::uint64_t{0}) ==
                    witness_.namespace_at(std::string("/proc/1/ns/") + kind))
                    shared.push_back(described(process) + " " + kind);
        return listed(shared);
    }

    Session& session_;
    const Witness& witness_;
    const SiteName& name_;
    const SiteRecord& record_;
    std::vector<Witness::Running> processes_;
};

/// What the plan would do, in three parts: the table, the site's elements, all the rest.
void look_at_plan(const SiteName& name, const Planned& plan, Facts& facts) {
    facts["firewall"] = "as it should be";
    facts["firewall site"] = "as they should be";
    facts["drift"] = "as they should be";
    for (const auto& [site, reason] : plan.site_errors)
        if (site.empty() || site == name.str()) facts["drift"] = "could not run: " + reason;
    for (const auto& action : plan.plan.actions) {
        const bool host = action.key.site.empty();
        if (!host && action.key.site != name.str()) continue;
        const std::string what = plan::describe(action) + " (" + action.reason + ")";
        if (action.key.kind == Kind::firewall)
            facts[host ? "firewall" : "firewall site"] = what;
        else
            facts["drift"] = what;
    }
}

std::string same_or(bool same, const std::string& difference) {
    return same ? "same" : difference;
}

void compare(const std::string& role, const Witness::Running* running, const Inside& inside,
             Facts& facts) {
    auto& rights = facts["rights " + role];
    auto& mounts = facts["mounts " + role];
    if (running == nullptr) {
        rights = mounts = "not running";
        return;
    }
    if (inside.status.empty()) {
        rights = mounts = "could not run: the probe did not";
        return;
    }
    const auto text = [](const std::string& status) {
        return verify::rights_in(status) + ",filters=" + verify::filters_in(status);
    };
    rights = same_or(text(running->status) == text(inside.status),
                     "running " + text(running->status) + " configured " + text(inside.status));
    mounts = verify::difference_of_mounts(running->mounts, inside.mounts);
}

}  // namespace

std::map<std::string, std::string> outside_facts(Session& session, const SiteName& name,
                                                 const Planned& plan,
                                                 const std::map<verify::Who, Inside>& inside) {
    Facts facts;
    const Outside outside(session, name);
    outside.look(facts);
    look_at_plan(name, plan, facts);
    compare("php", outside.running("php"), value_of(inside, verify::Who::php), facts);
    compare("web", outside.running("web"), value_of(inside, verify::Who::web), facts);
    compare("database", outside.running("mysqld"), value_of(inside, verify::Who::database), facts);
    return facts;
}

}  // namespace wpns::cli
