#include <sys/stat.h>

#include <charconv>

#include "host/linux/rtree_remove.hpp"
#include "host/linux/run_as.hpp"

namespace wpns::host::linux_os {
namespace {

/// "ERRNO PATH"; empty for no trouble.
std::string text_of(const RemoveTrouble& trouble) {
    return std::to_string(trouble.error) + " " + trouble.path;
}

RemoveTrouble parse_report(const std::string& text) {
    RemoveTrouble trouble;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), trouble.error).ptr;
    if (end != text.data() + text.size()) trouble.path = std::string(end + 1);
    return trouble;
}

}  // namespace

void remove_contents_as(uid_t uid, int directory, const std::string& shown) {
    const auto work = [uid](int inside) {
        ::fchmod(inside, S_IRWXU);  // the owner may have locked itself out
        const auto trouble = remove_contents(inside, uid);
        return trouble ? text_of(*trouble) : std::string();
    };
    const std::string report = run_as(uid, directory, work, "remove", shown);
    if (!report.empty()) throw_trouble(shown, parse_report(report));
}

}  // namespace wpns::host::linux_os
