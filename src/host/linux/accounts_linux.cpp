#include "host/linux/accounts_linux.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "host/linux/accounts_local.hpp"
#include "host/linux/lock_file.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::uint32_t kNotOurs = 0x8000'0000;
constexpr std::size_t kMaxName = 31;  // as useradd

// systemd-sysusers and userdel replace passwd, shadow and group one after the other, and a reader
// without a lock can see half of a change: what is not as we make accounts is looked at again
// before it is judged. A fifth of a second is ten times what such a change takes.
constexpr int kLooks = 4;
constexpr std::chrono::milliseconds kBetweenLooks{50};

bool is_name_part(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// The names become words of a configuration: nothing that needs quoting gets there.
void require_name(const std::string& name) {
    if (name.empty() || name.size() > kMaxName || name.front() < 'a' || name.front() > 'z' ||
        !std::ranges::all_of(name, is_name_part)) {
        throw Error(ErrorKind::bug, "not an account name: " + printable(name));
    }
}

/// Groups first: a "u" line with UID:GID needs the group to be there.
std::string sysusers_text(const std::map<std::string, Account>& accounts) {
    std::string groups;
    std::string users;
    for (const auto& [name, account] : accounts) {
        const std::string id = std::to_string(account.uid);
        groups += "g " + name + " " + id + "\n";
        users += "u " + name + " " + id + ":" + id;
        users += " \"wpns site\" /nonexistent /usr/sbin/nologin\n";
    }
    return groups + users;
}

void require_free(std::uint32_t id, const std::string& name) {
    for (const auto& holder : {name_of_uid(id), name_of_gid(id)}) {
        if (holder.empty() || holder == name) continue;
        throw Error(ErrorKind::conflict, "account " + name + ": the number " + std::to_string(id) +
                                             " belongs to " + printable(holder));
    }
}

/// One line of what a program complained about.
std::string complaint(const Process::Result& result) {
    const std::string text = printable(trim(result.err.empty() ? result.out : result.err));
    return text.empty() ? "status " + std::to_string(result.status) : text;
}

/// An account that is not as we make them carries a number that no account has.
bool is_foreign(const std::pair<const std::string, Account>& entry) {
    return (entry.second.uid & kNotOurs) != 0;
}

std::map<std::string, Account> look(const std::set<std::string>& wanted) {
    if (wanted.empty()) return {};
    const auto local = local_accounts(wanted);
    const auto groups = local_groups(wanted);
    std::map<std::string, Account> found;
    for (const auto& name : wanted) {
        if (const auto it = local.find(name); it != local.end()) {
            const auto group = groups.find(name);
            const auto& [uid, gid, plain, locked] = it->second;
            const bool own_group = group != groups.end() && group->second == gid;
            const bool ours = uid == gid && own_group && plain && locked;
            found.emplace(name, Account{ours ? uid : uid | kNotOurs});
        } else if (const auto uid = uid_of_name(name)) {
            found.emplace(name, Account{*uid | kNotOurs});
        }
    }
    return found;
}

class LinuxAccounts final : public Accounts {
  public:
    explicit LinuxAccounts(Process& process) : process_(process) {}

    [[nodiscard]] std::map<std::string, Account> find(
        std::span<const std::string> names) const override {
        const std::set<std::string> wanted(names.begin(), names.end());
        auto found = look(wanted);
        for (int i = 0; i < kLooks && std::ranges::any_of(found, is_foreign); ++i) {
            std::this_thread::sleep_for(kBetweenLooks);
            found = look(wanted);
        }
        return found;
    }

    [[nodiscard]] std::vector<std::uint32_t> taken_ids() const override { return listed_ids(); }

    void create(const std::map<std::string, Account>& accounts) override {
        if (accounts.empty()) return;
        std::vector<std::string> names;
        for (const auto& [name, account] : accounts) {
            require_name(name);
            require_free(account.uid, name);
            names.push_back(name);
        }
        failpoint(Failpoint::accounts_create);
        // systemd-sysusers refuses them; groupadd takes them over.
        for (const auto& name : half_removed_groups({names.begin(), names.end()}))
            run({"/usr/sbin/groupadd", "--gid", std::to_string(accounts.at(name).uid), name});
        run({"/usr/bin/systemd-sysusers", "-"}, sysusers_text(accounts));
        // It ends with 0 where it has kept an account that was there with other values.
        const auto found = find(names);
        for (const auto& [name, account] : accounts) {
            const auto it = found.find(name);
            if (it != found.end() && it->second == account) continue;
            const std::string state = it == found.end() ? " was not made" : " is not ours";
            throw Error(ErrorKind::conflict, "account " + name + state,
                        "compare getent passwd " + name);
        }
    }

    void remove(const std::string& name) override {
        require_name(name);
        const std::string names[] = {name};
        const auto found = find(names);
        if (const auto it = found.find(name); it != found.end()) {
            if (is_foreign(*it)) {
                throw Error(ErrorKind::conflict, "account " + name + " is not as we make them");
            }
            failpoint(Failpoint::account_remove);
            run({"/usr/sbin/userdel", name});
            failpoint(Failpoint::account_removed);
        }
        // userdel removes the group too, unless USERGROUPS_ENAB is off or the account was gone.
        if (local_groups({name}).contains(name)) run({"/usr/sbin/groupdel", name});
        if (local_accounts({name}).contains(name) || local_groups({name}).contains(name)) {
            throw Error(ErrorKind::failed, "account " + name + " is still there");
        }
    }

  private:
    void run(std::vector<std::string> argv, std::string input = {}) {
        Process::Command command;
        const LockFile lock(accounts_lock, argv.front(), command.timeout);
        command.argv = std::move(argv);
        command.input = std::move(input);
        command.kept_file = lock.fd();
        const auto result = process_.run(command);
        if (result.status == 0) return;
        throw Error(ErrorKind::failed, command.argv.front() + ": " + complaint(result));
    }

    Process& process_;
};

}  // namespace

std::unique_ptr<Accounts> make_accounts(Process& process) {
    return std::make_unique<LinuxAccounts>(process);
}

}  // namespace wpns::host::linux_os
