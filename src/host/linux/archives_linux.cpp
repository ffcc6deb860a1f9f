#include "host/linux/archives_linux.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "host/linux/archive_records.hpp"
#include "host/linux/facts_core.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/files_temporary.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/path_walk.hpp"
#include "host/linux/spool.hpp"
#include "host/linux/staged_tree.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr std::size_t kChunk = 1U << 18;
constexpr std::size_t kVersionFile = 1U << 16;

/// A file of the root world, open for reading; nothing where nothing is.
std::optional<UniqueFd> open_trusted(const std::string& path) {
    const auto found = walk(path, Last::follow);
    if (!found) return std::nullopt;
    if (!S_ISREG(found->info.st_mode))
        throw Error(ErrorKind::conflict, path + " is not a file", "name a file");
    if (!is_roots_alone(found->info))
        throw Error(ErrorKind::conflict, path + " is not root's alone",
                    "chown root " + path + "; chmod go-w " + path);
    return reopen(found->fd.get(), O_RDONLY, path);
}

/// From the first byte on; the position of the descriptor does not move.
std::string sum_of(int fd, const std::string& shown) {
    Sha256 sum;
    std::vector<char> buffer(kChunk);
    off_t offset = 0;
    while (true) {
        const ssize_t size = ::pread(fd, buffer.data(), buffer.size(), offset);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) throw_errno("read " + shown, errno);
        if (size == 0) return sum.hex();
        sum.add({buffer.data(), static_cast<std::size_t>(size)});
        offset += size;
    }
}

void require_sum(int fd, const Archives::Archive& archive, const std::string& remedy) {
    const auto found = sum_of(fd, archive.path);
    if (found != archive.sha256)
        throw Error(ErrorKind::conflict,
                    "the SHA-256 is " + found + ", it should be " + archive.sha256, remedy);
}

/// The last words of a program that failed.
void require_success(const Process::Result& result, const std::string& remedy) {
    if (result.status == 0) return;
    constexpr int not_executed = 203;  // EXIT_EXEC of systemd.exec(5)
    if (result.status == not_executed)
        throw Error(ErrorKind::missing, "a program that it takes is not there",
                    "apt install curl php-cli");
    constexpr std::size_t longest = 400;
    const auto said = printable(trim(result.err.substr(0, longest)));
    throw Error(ErrorKind::failed,
                said.empty() ? "it ended with status " + std::to_string(result.status) : said,
                remedy);
}

/// Places where things are built, without what an interrupted run has left there.
Place swept_place(const std::string& path) {
    Place place = need_place(path);
    remove_leftovers(place.directory.get(), path.substr(0, path.rfind('/')));
    return place;
}

std::string version_in(int tree) {
    auto fd = open_below(tree, "wp-includes/version.php", O_RDONLY | O_NOFOLLOW,
                         RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    if (!fd || stat_of(fd->get(), "version.php").st_size > off_t{kVersionFile}) return {};
    return wordpress_version(read_all(fd->get(), kVersionFile, "version.php"));
}

class LinuxArchives final : public Archives {
  public:
    explicit LinuxArchives(Process& process) : process_(process) {}

    [[nodiscard]] std::optional<std::string> sha256(const std::string& path) const override {
        return sha256_of_file(path);
    }

    void receive(const Process::Command& download, const Archive& archive) override {
        const Place place = swept_place(archive.path);
        Spool spool(place);
        Process::Command command = download;
        command.output_file = spool.fd();
        require_success(process_.run(command),
                        "check the URL and the host's way to it, or name a local file");
        require_sum(spool.fd(), archive,
                    "write the sum that the publisher names into wordpress.sha256; nothing of the "
                    "download was kept");
        spool.keep();
    }

    std::string make_tree(const Process::Command& unpacker, const Archive& archive,
                          const std::string& to, const std::vector<std::string>& skip) override {
        const auto file = open_trusted(archive.path);
        if (!file)
            throw Error(ErrorKind::missing, archive.path + " does not exist",
                        "put the archive there again");
        require_sum(file->get(), archive, "the file was changed meanwhile: try again");
        const Place place = swept_place(to);
        if (look(place)) throw Error(ErrorKind::conflict, to + " exists already");
        const Spool spool(place);
        Process::Command command = unpacker;
        command.input_file = file->get();
        command.output_file = spool.fd();
        require_success(process_.run(command), "take an archive as wordpress.org gives it out");
        Records records = read_records(spool.fd());
        find_wordpress(records);
        StagedTree tree(place);
        failpoint(Failpoint::tree_unpack);
        make_files(records, spool.fd(), tree.fd(), skip);
        const std::string version = version_in(tree.fd());
        tree.publish();
        return version;
    }

    void make_plain_tree(const Process::Command& maker, const std::string& to) override {
        const Place place = swept_place(to);
        if (look(place)) throw Error(ErrorKind::conflict, to + " exists already");
        const Spool spool(place);
        Process::Command command = maker;
        command.output_file = spool.fd();
        require_success(process_.run(command), "journalctl says more");
        const Records records = read_records(spool.fd());
        StagedTree tree(place);
        failpoint(Failpoint::tree_unpack);
        make_files(records, spool.fd(), tree.fd(), {});
        tree.publish();
    }

  private:
    Process& process_;
};

}  // namespace

std::optional<std::string> sha256_of_file(const std::string& path) {
    const auto file = open_trusted(path);
    if (!file) return std::nullopt;
    return sum_of(file->get(), path);
}

std::unique_ptr<Archives> make_archives(Process& process) {
    return std::make_unique<LinuxArchives>(process);
}

}  // namespace wpns::host::linux_os
