#include "config/document.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "config/limits.hpp"

namespace wpns::config {
namespace {

/// The parser's own words without their common beginning.
std::string syntax_reason(std::string_view description) {
    constexpr std::string_view front = "Error while parsing ";
    if (description.starts_with(front)) description.remove_prefix(front.size());
    return "not valid TOML: " + printable(description.substr(0, 200));
}

/// True when the parser meets something in these lines that it assumes not to meet.
bool breaks(std::string_view lines) {
    try {
        (void)toml::parse(lines);
    } catch (const toml::parse_error& error) {
        return error.source().begin.line == 0;
    }
    return false;
}

/// The first line with which the text from its beginning breaks an assumption, which has no place.
unsigned broken_line(std::string_view text) {
    const auto lines = split(text, '\n');
    const auto sound_with = [&](const std::string_view& line) {
        const auto end = static_cast<std::size_t>(line.data() + line.size() - text.data());
        return !breaks(text.substr(0, end + 1));  // with its line break
    };
    const auto first = std::partition_point(lines.begin(), lines.end() - 1, sound_with);
    return static_cast<unsigned>(first - lines.begin() + 1);
}

std::string_view without_mark(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // byte order mark
    return text;
}

}  // namespace

Document::Document(const Source& source) : report_(source) {
    const std::string_view text = without_mark(source.text);
    if (auto fault = check_limits(text)) {
        report_.add(fault->place, std::move(fault->refusal));
        return;
    }
    try {
        root_ = toml::parse(text);
        parsed_ = true;
    } catch (const toml::parse_error& error) {
        const Place place = config::place_of(error.source());
        report_.add(place.line == 0 ? Place{broken_line(text), 1} : place,
                    {syntax_reason(error.description()), {}});
    }
}

const toml::node* Document::node(std::string_view path) const {
    const toml::node* at = &root_;
    for (const auto part : split(path, '.')) {
        const auto* table = at->as_table();
        at = table == nullptr ? nullptr : table->get(part);
        if (at == nullptr) return nullptr;
    }
    return at;
}

Place Document::place_of(std::string_view path) const {
    const auto* found = node(path);
    return found == nullptr ? Place{1, 1} : config::place_of(found->source());
}

Place Document::place_in_list(std::string_view path, std::string_view text) const {
    const auto* found = node(path);
    const auto* array = found == nullptr ? nullptr : found->as_array();
    if (array == nullptr) return place_of(path);
    for (const auto& element : *array)
        if (element.value<std::string_view>() == text) return config::place_of(element.source());
    return place_of(path);
}

template <typename Target>
void Document::walk(const toml::table& table, const std::string& table_path, FileKind kind,
                    const std::vector<Key<Target>>& keys, Target& target) {
    for (const auto& [key, node] : table) {
        if (report_.full()) return;
        const std::string name(key.str());
        const std::string path = table_path.empty() ? name : table_path + "." + name;
        // A dot in quotes is part of the name, and no known name holds one.
        const bool is_table = node.is_table() || node.is_array_of_tables();
        const Meaning known = name.find('.') == name.npos ? meaning(kind, path) : Meaning::nothing;
        if (known == Meaning::key) {
            const auto matches = [&](const auto& row) { return row.path == path; };
            std::find_if(keys.begin(), keys.end(), matches)
                ->read(Value(node, path, report_), target);
        } else if (known == Meaning::table && node.is_table()) {
            walk(*node.as_table(), path, kind, keys, target);
        } else if (known == Meaning::table) {
            report_.add(config::place_of(node.source()),
                        {path + " is a table", "write [" + path + "] on a line of its own"});
        } else {
            report_.add(config::place_of(key.source()),
                        unknown(kind, table_path, name, is_table ? Node::table : Node::value));
        }
    }
}

template void Document::walk(const toml::table&, const std::string&, FileKind,
                             const std::vector<Key<SiteConfig>>&, SiteConfig&);
template void Document::walk(const toml::table&, const std::string&, FileKind,
                             const std::vector<Key<HostConfig>>&, HostConfig&);

}  // namespace wpns::config
