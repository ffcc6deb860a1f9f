#include "config/vocabulary.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/keys.hpp"

namespace wpns::config {
namespace {

template <typename Target>
std::vector<std::string> paths(const std::vector<Key<Target>>& keys) {
    std::vector<std::string> result;
    for (const auto& key : keys) result.push_back(key.path);
    return result;
}

bool contains(const std::vector<std::string>& texts, std::string_view text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// A path cut at its last dot: "php" and "version"; the table of a path without dots is empty.
struct Split {
    std::string table;
    std::string word;
};

Split split_path(std::string_view path) {
    const auto dot = path.rfind('.');
    if (dot == path.npos) return {{}, std::string(path)};
    return {std::string(path.substr(0, dot)), std::string(path.substr(dot + 1))};
}

/// All names directly inside of `table`, keys and tables.
std::vector<std::string> names_in(FileKind kind, const std::string& table) {
    std::vector<std::string> names;
    const std::string front = table.empty() ? "" : table + ".";
    for (const auto& key : known_keys(kind)) {
        if (!key.starts_with(front)) continue;
        const std::string name(
            std::string_view(key).substr(front.size(), key.find('.', front.size()) - front.size()));
        if (!contains(names, name)) names.push_back(name);
    }
    return names;
}

std::string table_text(const std::string& table) {
    return table.empty() ? "the top of the file, before the first [table]" : "[" + table + "]";
}

/// The tables of the same kind of file that know `word`.
std::vector<std::string> homes_of(FileKind kind, const std::string& word) {
    std::vector<std::string> homes;
    for (const auto& key : known_keys(kind))
        if (const auto parts = split_path(key); parts.word == word)
            homes.push_back(table_text(parts.table));
    return homes;
}

/// Where the path would have a meaning in the other kind of file, or what stands for it here.
std::string elsewhere(FileKind kind, std::string_view path) {
    const bool default_for_all = kind == FileKind::host && path.starts_with("site.");
    if (default_for_all && meaning(FileKind::site, path.substr(5)) != Meaning::nothing)
        return "it names one site: write it into the site's own file";
    const std::string below_site = "site." + std::string(path);
    if (kind == FileKind::host && meaning(kind, below_site) != Meaning::nothing)
        return "defaults of all sites are below [site]: " + below_site;
    if (kind == FileKind::site && meaning(FileKind::host, path) != Meaning::nothing)
        return "it belongs into wpns.toml";
    return {};
}

/// The candidate nearest to the word, or to the word without its last or its first part: memroy_max
/// is near memory.
std::string nearest_name(const std::string& word, const std::vector<std::string>& candidates) {
    constexpr std::size_t longest = 64;
    if (word.size() > longest) return {};
    const std::string lower = lower_case(word);
    auto found = nearest(lower, candidates);
    if (found.empty()) found = nearest(lower.substr(0, lower.rfind('_')), candidates);
    if (found.empty()) found = nearest(lower.substr(lower.find('_') + 1), candidates);
    return found;
}

/// A question for the name that was meant, if one is near.
std::string near_name(FileKind kind, const Split& parts, Node node) {
    const auto here = nearest_name(parts.word, names_in(kind, parts.table));
    if (!here.empty()) {
        const std::string path = parts.table.empty() ? here : parts.table + "." + here;
        const bool table = node == Node::table || meaning(kind, path) == Meaning::table;
        return "did you mean " + (table ? table_text(path) : here) + "?";
    }
    std::vector<std::string> words;
    for (const auto& key : known_keys(kind)) words.push_back(split_path(key).word);
    const auto there = nearest_name(parts.word, words);
    if (there.empty()) return {};
    return "did you mean " + there + ", which belongs into " + join(homes_of(kind, there), " or ") +
           "?";
}

std::string remedy_for(FileKind kind, const Split& parts, Node node) {
    if (auto text =
            elsewhere(kind, parts.table.empty() ? parts.word : parts.table + "." + parts.word);
        !text.empty())
        return text;
    const auto homes = homes_of(kind, parts.word);
    if (node == Node::value && !homes.empty())
        return parts.word + " belongs into " + join(homes, " or ");
    if (auto text = near_name(kind, parts, node); !text.empty()) return text;
    const auto names = names_in(kind, parts.table);
    return (parts.table.empty() ? "known here: " : table_text(parts.table) + " knows: ") +
           join(names, ", ");
}

}  // namespace

const std::vector<std::string>& known_keys(FileKind kind) {
    static const std::vector<std::string> site = paths(site_keys());
    static const std::vector<std::string> host = paths(host_keys());
    return kind == FileKind::site ? site : host;
}

Meaning meaning(FileKind kind, std::string_view path) {
    const auto& keys = known_keys(kind);
    if (contains(keys, path)) return Meaning::key;
    const std::string front = std::string(path) + ".";
    const auto below = [&](const std::string& key) { return key.starts_with(front); };
    return std::any_of(keys.begin(), keys.end(), below) ? Meaning::table : Meaning::nothing;
}

Refusal unknown(FileKind kind, const std::string& table, const std::string& word, Node node) {
    constexpr std::size_t longest = 60;
    const std::string name =
        printable(word.substr(0, longest)) + (word.size() > longest ? "..." : "");
    const std::string remedy = remedy_for(kind, {table, word}, node);
    if (node == Node::table)
        return {"unknown table [" + (table.empty() ? "" : table + ".") + name + "]", remedy};
    return {"unknown key " + name + (table.empty() ? "" : " in [" + table + "]"), remedy};
}

}  // namespace wpns::config
