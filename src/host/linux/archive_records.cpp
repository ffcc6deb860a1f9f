#include "host/linux/archive_records.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "host/linux/path_open.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr const char* kEnd = "end";

[[noreturn]] void refuse(const std::string& reason) {
    throw Error(ErrorKind::conflict, reason, "take an archive as wordpress.org gives it out");
}

/// The line at an offset, without its newline.
std::string line_at(int fd, off_t offset) {
    char buffer[max_record_line + 1];
    const ssize_t size = ::pread(fd, buffer, sizeof buffer, offset);
    if (size < 0) throw_errno("read what the unpacker wrote", errno);
    const std::string_view text(buffer, static_cast<std::size_t>(size));
    const auto end = text.find('\n');
    if (end == text.npos) refuse("the unpacker stopped in the middle");
    return std::string(text.substr(0, end));
}

class Maker {
  public:
    Maker(int from, int tree) : from_(from), tree_(tree) {}

    void file(const ArchiveFile& file, const std::string& path, off_t offset) {
        directories_of(path);
        auto made = open_below(tree_, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, 0600);
        const std::string shown = printable(path);
        if (!made && (made.error() == EEXIST || made.error() == ENOTDIR))
            refuse("it has a file and a directory of one name: " + shown);
        if (!made) throw_errno("write " + shown, made.error());
        copy(made->get(), offset, file.size, shown);
        const timespec times[] = {{file.mtime, 0}, {file.mtime, 0}};
        if (::fchmod(made->get(), 0644) != 0 || ::futimens(made->get(), times) != 0)
            throw_errno("write " + shown, errno);
    }

  private:
    /// The tree is root's alone and has no links: paths in it lead nowhere else.
    void directories_of(const std::string& path) {
        for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
            const std::string directory = path.substr(0, slash);
            if (!made_.insert(directory).second) continue;
            if (::mkdirat(tree_, directory.c_str(), 0755) != 0 && errno == EEXIST)
                refuse("it has a file and a directory of one name: " + printable(directory));
            // whatever our umask is
            if (::fchmodat(tree_, directory.c_str(), 0755, 0) != 0)
                throw_errno("create " + printable(directory), errno);
        }
    }

    void copy(int to, off_t offset, std::uint64_t left, const std::string& shown) const {
        while (left > 0) {
            const ssize_t size = ::sendfile(to, from_, &offset, static_cast<std::size_t>(left));
            if (size < 0) throw_errno("write " + shown, errno);
            if (size == 0) refuse("the unpacker stopped in the middle");
            left -= static_cast<std::uint64_t>(size);
        }
    }

    int from_;
    int tree_;
    std::set<std::string> made_;
};

}  // namespace

Records read_records(int fd) {
    Records records;
    off_t offset = 0;
    for (auto line = line_at(fd, offset); line != kEnd; line = line_at(fd, offset)) {
        auto file = parse_archive_file(line);
        if (!file) refuse(file.error());
        offset += static_cast<off_t>(line.size()) + 1;
        if (file->size > max_tree_bytes || records.files.size() == max_tree_files)
            refuse("it has more than 100000 files or 2 GiB");
        records.offsets.push_back(offset);
        offset += static_cast<off_t>(file->size);
        records.files.push_back(std::move(*file));
    }
    return records;
}

void find_wordpress(Records& records) {
    auto root = wordpress_root(records.files);
    if (!root) refuse(root.error());
    records.root = std::move(*root);
}

void make_files(const Records& records, int fd, int tree, const std::vector<std::string>& skip) {
    Maker maker(fd, tree);
    for (std::size_t i = 0; i < records.files.size(); ++i) {
        const auto& file = records.files[i];
        const std::string path = file.path.substr(records.root.size());
        if (std::ranges::find(skip, path) == skip.end()) maker.file(file, path, records.offsets[i]);
    }
    if (::fchmod(tree, 0755) != 0) throw_errno("chmod the new tree", errno);
}

}  // namespace wpns::host::linux_os
