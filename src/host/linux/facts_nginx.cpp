#include "host/linux/facts_nginx.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::string_view kHeader = "# configuration file ";
constexpr std::string_view kOurs = "/etc/nginx/conf.d/wpns.conf";

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "443" for "[::]:443"; "80" where none is named; empty for a unix socket.
std::string_view port_of(std::string_view address) {
    if (address.starts_with("unix:")) return {};
    if (is_number(address)) return address;
    const auto colon = address.rfind(':');
    const auto bracket = address.rfind(']');
    const bool named =
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    return named ? address.substr(colon + 1) : "80";
}

/// The words of a line up to a comment, with ";", "{" and "}" as words of their own.
std::vector<std::string_view> words_of(std::string_view line) {
    line = line.substr(0, line.find('#'));
    std::vector<std::string_view> words;
    while (!(line = trim(line)).empty()) {
        const auto end = line.find_first_of(" \t;{}");
        const auto size = end == 0 ? 1 : std::min(end, line.size());
        words.push_back(line.substr(0, size));
        line.remove_prefix(size);
    }
    return words;
}

bool ends_statement(std::string_view word) {
    return word == ";" || word == "{" || word == "}";
}

class ListenReader {
  public:
    explicit ListenReader(const std::vector<std::string>& listen) {
        for (const auto& address : listen) ports_.insert(port_of(address));
    }

    /// The text of the first file with a claim.
    std::string find_claim(std::string_view dump) {
        std::string file;
        bool claimed = false;
        for (const auto line : split(dump, '\n')) {
            if (line.starts_with(kHeader) && line.ends_with(':')) {
                if (claimed) return file;
                file.clear();
                ours_ = line.substr(kHeader.size(), line.size() - kHeader.size() - 1) == kOurs;
                statement_.clear();
                continue;
            }
            file.append(line).append("\n");
            claimed = read(line) || claimed;
        }
        return claimed ? file : std::string();
    }

  private:
    /// True when a statement that ends in this line is such a claim.
    bool read(std::string_view line) {
        bool claim = false;
        for (const auto word : words_of(line)) {
            if (!ends_statement(word)) {
                statement_.push_back(word);
                continue;
            }
            claim = claim || is_claim();
            statement_.clear();
        }
        return claim;
    }

    /// "default" is the name of default_server before nginx 0.8.21, and still taken.
    [[nodiscard]] bool is_claim() const {
        if (ours_ || statement_.size() < 3 || statement_.front() != "listen") return false;
        if (!ports_.contains(port_of(statement_[1]))) return false;
        return std::any_of(statement_.begin() + 2, statement_.end(), [](std::string_view word) {
            return word == "default_server" || word == "default";
        });
    }

    std::set<std::string_view> ports_;
    std::vector<std::string_view> statement_;
    bool ours_ = false;
};

}  // namespace

std::string foreign_default_server(std::string_view dump, const std::vector<std::string>& listen) {
    return ListenReader(listen).find_claim(dump);
}

}  // namespace wpns::host::linux_os
