#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/fd.hpp"
#include "base/text.hpp"
#include "host/linux/units_look.hpp"

namespace wpns::host::linux_os {
namespace {

using Journal = std::unique_ptr<sd_journal, void (*)(sd_journal*)>;

/// Asks journald to take in everything that was sent to it, by its Varlink socket as
/// `journalctl --sync` does. Without it the lines of a program that has just died are often
/// missing. Best effort.
void synchronize() {
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string_view("/run/systemd/journal/io.systemd.journal").copy(address.sun_path, 100);
    const timeval patience{1, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return;
    }
    // A message ends with a zero byte.
    constexpr char request[] = R"({"method":"io.systemd.Journal.Synchronize","parameters":{}})";
    if (::send(fd.get(), request, sizeof request, MSG_NOSIGNAL) < 0) return;
    char reply[256];
    (void)!::recv(fd.get(), reply, sizeof reply, 0);
}

/// What `journalctl -u` matches, but for core dumps.
void match_unit(sd_journal* journal, const std::string& unit) {
    sd_journal_add_match(journal, ("_SYSTEMD_UNIT=" + unit).c_str(), 0);
    sd_journal_add_disjunction(journal);
    sd_journal_add_match(journal, ("UNIT=" + unit).c_str(), 0);
    sd_journal_add_match(journal, "_PID=1", 0);
}

std::string message_of(sd_journal* journal) {
    constexpr std::string_view field = "MESSAGE=";
    constexpr std::size_t longest = 300;
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_journal_get_data(journal, "MESSAGE", &data, &size) < 0) return {};
    std::string_view text(static_cast<const char*>(data), size);
    text.remove_prefix(std::min(field.size(), text.size()));
    return printable(trim(text.substr(0, longest)));
}

}  // namespace

std::vector<std::string> last_lines(const std::string& unit,
                                    std::chrono::system_clock::time_point since,
                                    std::size_t count) {
    synchronize();
    sd_journal* opened = nullptr;
    if (sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY) < 0) return {};
    const Journal journal(opened, sd_journal_close);
    match_unit(opened, unit);
    const auto start =
        std::chrono::duration_cast<std::chrono::microseconds>(since.time_since_epoch()).count();
    std::vector<std::string> lines;
    sd_journal_seek_tail(opened);
    while (lines.size() < count && sd_journal_previous(opened) > 0) {
        std::uint64_t time = 0;
        if (sd_journal_get_realtime_usec(opened, &time) < 0) break;
        if (time < static_cast<std::uint64_t>(start)) break;
        if (auto text = message_of(opened); !text.empty()) lines.push_back(std::move(text));
    }
    std::ranges::reverse(lines);
    return lines;
}

}  // namespace wpns::host::linux_os
