#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.hpp"

namespace wpns::config {

/// The two kinds of files that a person writes.
enum class FileKind { site, host };

/// What a name in a file stands for.
enum class Meaning { key, table, nothing };

/// A name in a file: a value with a key, or a table.
enum class Node { value, table };

/// Every key of a kind of file by its path with dots, in the order of the documentation.
[[nodiscard]] const std::vector<std::string>& known_keys(FileKind kind);

[[nodiscard]] Meaning meaning(FileKind kind, std::string_view path);

/// What to say about a name without a meaning in the known table `table` (empty at the top of the
/// file): that it is unknown, and the nearest key, or the table or the file where the word belongs.
[[nodiscard]] Refusal unknown(FileKind kind, const std::string& table, const std::string& word,
                              Node node);

}  // namespace wpns::config
