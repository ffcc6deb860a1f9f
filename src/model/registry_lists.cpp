#include "model/registry_lists.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "model/site_name.hpp"

namespace wpns {
namespace {

/// The next line with its end, taken off the text.
std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    text.remove_prefix(line.size());
    return line;
}

bool is_plain(std::string_view text) {
    bool escaped = false;
    for (const char c : text) {
        if (c < ' ' || c > '~' || c == '"' || (escaped && c != '\\')) return false;
        escaped = c == '\\' && !escaped;
    }
    return !escaped;
}

/// What is between the two; nothing where the line has another form.
std::optional<std::string_view> between(std::string_view begin, std::string_view line,
                                        std::string_view end) {
    if (line.size() < begin.size() + end.size()) return std::nullopt;
    if (!line.starts_with(begin) || !line.ends_with(end)) return std::nullopt;
    return line.substr(begin.size(), line.size() - begin.size() - end.size());
}

/// All elements up to the end of the list, which is taken off the text; nothing where one of them
/// is not plain.
std::optional<std::vector<std::string_view>> take_list(std::string_view& text) {
    std::vector<std::string_view> elements;
    for (auto rest = text; !rest.empty();) {
        const auto line = take_line(rest);
        if (line == "]\n") {
            text = rest;
            return elements;
        }
        const auto found = between("  \"", line, "\",\n");
        if (!found || !is_plain(*found)) return std::nullopt;
        elements.push_back(*found);
    }
    return std::nullopt;
}

/// Follows in whose table a line stands. Only headings that are spelled as this program does count:
/// below any other, nothing is taken out.
class Owner {
  public:
    /// True for the heading of a site.
    bool see(std::string_view line) {
        const auto first = line.find_first_not_of(" \t");
        if (first == std::string_view::npos || line[first] != '[') return false;
        const auto name = between("[sites.", line, "]\n");
        owner_ = name && SiteName::parse(*name) ? std::optional(std::string(*name)) : std::nullopt;
        return owner_.has_value();
    }
    [[nodiscard]] const std::optional<std::string>& owner() const { return owner_; }
    /// Whether a list of the owner begins with the line.
    [[nodiscard]] bool opens(std::string_view line) const {
        return owner_ && line == (owner_->empty() ? "host = [\n" : "resources = [\n");
    }

  private:
    std::optional<std::string> owner_ = "";
};

/// In a text over several lines, a line may look like a list and be none.
bool has_long_texts(std::string_view text) {
    return text.find("'''") != std::string_view::npos ||
           text.find(R"(""")") != std::string_view::npos;
}

}  // namespace

RegistryLists split_registry(std::string_view text) {
    RegistryLists result;
    result.parts.emplace_back();
    if (has_long_texts(text)) {
        result.parts.back().text = text;
        return result;
    }
    const std::size_t long_enough = std::max(std::size_t{1} << 14U, text.size() / 64);
    Owner owner;
    std::size_t lines = 0;
    while (!text.empty()) {
        const auto line = take_line(text);
        if (owner.see(line) && result.parts.back().text.size() > long_enough)
            result.parts.push_back({lines, {}});
        ++lines;
        auto& rest = result.parts.back().text;
        rest += line;
        // One that is there twice is left to the parser, which refuses it.
        if (!owner.opens(line) || result.lists.contains(*owner.owner())) continue;
        if (auto list = take_list(text)) {
            rest += std::string(list->size(), '\n') + "]\n";
            lines += list->size() + 1;
            result.lists.emplace(*owner.owner(), std::move(*list));
        }
    }
    return result;
}

}  // namespace wpns
