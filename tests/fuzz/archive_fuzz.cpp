// Records of the unpacker, which has read hostile bytes: a path that is accepted stays below its
// directory.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "check.hpp"
#include "model/archive_tree.hpp"

using namespace wpns;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::vector<ArchiveFile> files;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        if (auto file = parse_archive_file(std::string_view(text).substr(begin, end - begin))) {
            check(!file->path.empty() && file->path.front() != '/', "a path is relative");
            check(("/" + file->path + "/").find("/../") == std::string::npos, "no way up");
            files.push_back(std::move(*file));
        }
        begin = end + 1;
    }
    if (const auto root = wordpress_root(files))
        check(root->empty() || root->back() == '/', "the root is a directory");
    return 0;
}
