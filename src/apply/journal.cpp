#include "apply/journal.hpp"

#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "model/checked_text.hpp"
#include "model/names.hpp"

namespace wpns::apply {
namespace {

using Operation = Intent::Operation;

constexpr std::string_view intent_kind = "intent 1";
constexpr std::string_view ending = ".toml";
constexpr std::array words = {std::pair{Operation::remove, "remove"},
                              std::pair{Operation::archive_restore, "archive restore"},
                              std::pair{Operation::backup, "backup"},
                              std::pair{Operation::restore, "restore"},
                              std::pair{Operation::clone, "clone"},
                              std::pair{Operation::prove, "prove"}};

std::string directory() {
    return std::string(names::state_dir) + "/journal";
}

std::string to_text(const Intent& intent) {
    std::string word;
    for (const auto& [operation, text] : words)
        if (operation == intent.operation) word = text;
    return CheckedText(intent_kind)
        .text("operation", word)
        .text("site", intent.site.str())
        .text("path", intent.path)
        .text("data", intent.data)
        .text("file", intent.file)
        .str();
}

std::expected<Intent, std::string> parse(const std::string& text) {
    auto in = CheckedReader::parse(intent_kind, text);
    if (!in) return std::unexpected(in.error());
    const auto site = SiteName::parse(in->text("site"));
    if (!site) return std::unexpected("site is missing or no name");
    const auto word = in->text("operation");
    std::optional<Operation> found;
    for (const auto& [operation, name] : words)
        if (word == name) found = operation;
    if (!found) in->fault("operation makes no sense");
    Intent intent{found.value_or(Operation::backup), *site, in->text("path"), in->text("data"),
                  in->text("file")};
    if (auto fault = in->end(); !fault.empty()) return std::unexpected(std::move(fault));
    return intent;
}

}  // namespace

std::string Journal::path_of(const SiteName& site) {
    return directory() + "/" + site.str() + std::string(ending);
}

void Journal::begin(const Intent& intent) {
    files_.make_directory(directory(), Directory{0, 0, 0700});
    File file;
    file.content = to_text(intent);
    file.mode = 0600;
    files_.write(path_of(intent.site), file);
}

void Journal::end(const SiteName& site) {
    files_.remove_file(path_of(site));
}

void Journal::sweep() {
    files_.sweep(directory());
}

std::vector<Intent> Journal::unfinished() const {
    std::vector<Intent> intents;
    for (const auto& name : files_.list(directory())) {
        if (!name.ends_with(ending) || name.starts_with('.')) continue;
        const std::string path = directory() + "/" + name;
        const auto file = files_.read(path);
        if (!file) continue;
        auto intent = parse(file->content);
        if (!intent)
            throw Error(ErrorKind::conflict,
                        "the journal " + printable(path) + " cannot be used: " + intent.error(),
                        "look at what it names, put that right by hand, then remove the file");
        intents.push_back(std::move(*intent));
    }
    return intents;
}

}  // namespace wpns::apply
