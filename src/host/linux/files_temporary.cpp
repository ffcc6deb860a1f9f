#include "host/linux/files_temporary.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/rtree_remove.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::string_view kPrefix = ".wpns-";
constexpr std::string_view kSuffix = ".tmp";
constexpr unsigned kRandomBytes = 4;

}  // namespace

std::string temporary_name() {
    return std::string(kPrefix) + random_hex(kRandomBytes) + std::string(kSuffix);
}

bool is_temporary_name(std::string_view name) {
    return name.size() == kPrefix.size() + 2 * kRandomBytes + kSuffix.size() &&
           name.starts_with(kPrefix) && name.ends_with(kSuffix);
}

void remove_leftovers(int directory, const std::string& shown) {
    for (const auto& name : names_in(directory, shown)) {
        if (!is_temporary_name(name)) continue;
        if (::unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) continue;
        if (errno != EISDIR) throw_errno("remove " + shown + "/" + name, errno);
        // A clone that was cut short holds directories of the account it was made for.
        remove_tree(directory, name, std::nullopt, shown + "/" + name);
    }
}

}  // namespace wpns::host::linux_os
