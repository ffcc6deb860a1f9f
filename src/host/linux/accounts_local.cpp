#include "host/linux/accounts_local.hpp"

#include <grp.h>
#include <gshadow.h>
#include <pwd.h>
#include <shadow.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>

#include "base/error.hpp"

namespace wpns::host::linux_os {
namespace {

/// Room for one entry: a group can have some thousand members.
constexpr std::size_t kEntrySize = 1U << 20;

/// Calls `see` with every entry of a file that is read by one of the fget*ent_r functions.
template <typename Entry, typename See>
void for_each_entry(const char* path, int (*next)(FILE*, Entry*, char*, std::size_t, Entry**),
                    See see) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path, "re"), std::fclose);
    if (!file) throw_errno(std::string("read ") + path, errno);
    std::vector<char> buffer(kEntrySize);
    Entry entry;
    Entry* found = nullptr;
    while (next(file.get(), &entry, buffer.data(), buffer.size(), &found) == 0) see(*found);
}

bool is_nologin(std::string_view shell) {
    return shell == "/usr/sbin/nologin" || shell == "/sbin/nologin";
}

/// Asks NSS by one of the get*_r functions; false where there is no such entry. A directory service
/// that does not answer is an error: it may have the name.
template <typename Entry, typename Key>
bool ask_nss(Key key, Entry& entry, std::vector<char>& buffer,
             int (*get)(Key, Entry*, char*, std::size_t, Entry**)) {
    Entry* found = nullptr;
    const int error = get(key, &entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) return true;
    // "Not there" has several names: see getpwnam(3).
    if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM) {
        return false;
    }
    throw_errno("look up an account", error);
}

}  // namespace

std::map<std::string, LocalAccount> local_accounts(const std::set<std::string>& names) {
    std::map<std::string, LocalAccount> accounts;
    for_each_entry<passwd>("/etc/passwd", ::fgetpwent_r, [&](const passwd& entry) {
        if (!names.contains(entry.pw_name)) return;
        const bool plain = std::string_view(entry.pw_dir) == "/nonexistent" &&
                           is_nologin(entry.pw_shell) && std::string_view(entry.pw_passwd) == "x";
        // The first entry of a name is the one that counts.
        accounts.try_emplace(entry.pw_name, LocalAccount{entry.pw_uid, entry.pw_gid, plain, false});
    });
    for_each_entry<spwd>("/etc/shadow", ::fgetspent_r, [&](const spwd& entry) {
        const auto it = accounts.find(entry.sp_namp);
        if (it == accounts.end()) return;
        const std::string_view password = entry.sp_pwdp;
        it->second.locked = password.starts_with('!') || password.starts_with('*');
    });
    return accounts;
}

std::map<std::string, std::uint32_t> local_groups(const std::set<std::string>& names) {
    std::map<std::string, std::uint32_t> groups;
    for_each_entry<group>("/etc/group", ::fgetgrent_r, [&](const group& entry) {
        if (names.contains(entry.gr_name)) groups.try_emplace(entry.gr_name, entry.gr_gid);
    });
    return groups;
}

std::set<std::string> half_removed_groups(const std::set<std::string>& names) {
    constexpr const char* file = "/etc/gshadow";
    if (::access(file, F_OK) != 0) return {};
    std::set<std::string> found;
    for_each_entry<sgrp>(file, ::fgetsgent_r, [&](const sgrp& entry) {
        if (names.contains(entry.sg_namp)) found.insert(entry.sg_namp);
    });
    for (const auto& [name, gid] : local_groups(found)) found.erase(name);
    return found;
}

std::vector<std::uint32_t> listed_ids() {
    std::vector<std::uint32_t> ids;
    ::setpwent();
    while (const passwd* entry = ::getpwent()) {  // NOLINT(concurrency-mt-unsafe)
        ids.push_back(entry->pw_uid);
        ids.push_back(entry->pw_gid);
    }
    ::endpwent();
    ::setgrent();
    while (const group* entry = ::getgrent()) ids.push_back(entry->gr_gid);  // NOLINT
    ::endgrent();
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    return ids;
}

std::string name_of_uid(std::uint32_t uid) {
    std::vector<char> buffer(kEntrySize);
    passwd entry;
    return ask_nss<passwd, uid_t>(uid, entry, buffer, ::getpwuid_r) ? entry.pw_name : "";
}

std::string name_of_gid(std::uint32_t gid) {
    std::vector<char> buffer(kEntrySize);
    group entry;
    return ask_nss<group, gid_t>(gid, entry, buffer, ::getgrgid_r) ? entry.gr_name : "";
}

std::optional<std::uint32_t> uid_of_name(const std::string& name) {
    std::vector<char> buffer(kEntrySize);
    passwd entry;
    if (!ask_nss<passwd, const char*>(name.c_str(), entry, buffer, ::getpwnam_r)) {
        return std::nullopt;
    }
    return entry.pw_uid;
}

}  // namespace wpns::host::linux_os
