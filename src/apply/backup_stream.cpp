#include "apply/backup_stream.hpp"

#include "base/text.hpp"

namespace wpns::apply {

void DumpEnd::add(std::string_view bytes) {
    constexpr std::size_t enough = 256;
    tail_.append(bytes.size() > enough ? bytes.substr(bytes.size() - enough) : bytes);
    if (tail_.size() > enough) tail_.erase(0, tail_.size() - enough);
}

bool DumpEnd::found() const {
    const auto line = tail_.rfind("\n-- Dump completed");
    return line != std::string::npos && tail_.find('\n', line + 1) == tail_.size() - 1;
}

void DumpTables::add(std::string_view bytes) {
    constexpr std::size_t enough = 32;
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto line = bytes.substr(0, end);
        if (start_.size() < enough) start_.append(line.substr(0, enough - start_.size()));
        if (end == std::string_view::npos) return;
        end_line();
        bytes.remove_prefix(end + 1);
    }
}

void DumpTables::end_line() {
    past_ = past_ || start_.starts_with("-- Dumping events for") ||
            start_.starts_with("-- Dumping routines for");
    if (!past_ && start_.starts_with("CREATE TABLE `")) ++count_;
    start_.clear();
}

std::string said(const host::Process::Result& result) {
    constexpr std::size_t longest = 600;
    const std::string_view text = result.err;
    return printable(trim(text.size() > longest ? text.substr(text.size() - longest) : text));
}

}  // namespace wpns::apply
