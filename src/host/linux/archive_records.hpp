#pragma once

#include <string>
#include <vector>

#include "model/archive_tree.hpp"

namespace wpns::host::linux_os {

/// The records of an unpacker, all checked, and where the bytes of each file begin.
struct Records {
    std::vector<ArchiveFile> files;
    std::vector<off_t> offsets;
    std::string root{};  ///< what goes in front of the names that count; see find_wordpress
};

/// Reads the lines of the records from an open file. Error{conflict} where one is refused and where
/// the end is missing.
[[nodiscard]] Records read_records(int fd);
/// Finds the root of the WordPress in them; Error{conflict} where they are none.
void find_wordpress(Records& records);

/// Makes the files below the open empty directory `tree`: root's, 0644 in directories of 0755, with
/// their times. Names in `skip` (relative to the root) are left out.
void make_files(const Records& records, int fd, int tree, const std::vector<std::string>& skip);

}  // namespace wpns::host::linux_os
