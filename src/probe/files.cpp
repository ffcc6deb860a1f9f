#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "probe/probe.hpp"

namespace wpns::probe {
namespace {

/// A name in `directory` that nobody else uses.
std::string own_name(const std::string& directory, const char* what) {
    return directory + "/.wpns-verify-" + what + "-" + std::to_string(::getpid());
}

/// The path can be opened for reading: "ok".
std::string read_path(Args args) {
    return outcome(::open(args[0].c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

/// An existing file can be opened for writing. Nothing is written.
std::string write_path(Args args) {
    return outcome(::open(args[0].c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

/// The names in a directory, sorted, with commas between them; "empty" for none.
std::string list(Args args) {
    DIR* directory = ::opendir(args[0].c_str());
    if (directory == nullptr) return outcome(-1);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(directory))
        if (std::string name = entry->d_name; name != "." && name != "..") names.push_back(name);
    std::ranges::sort(names);
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
    return text.empty() ? "empty" : text;
}

/// A new file can be made in a directory; it is taken away again.
std::string create(Args args) {
    const auto path = own_name(args[0], "file");
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return outcome(fd);
    ::unlink(path.c_str());
    return "ok";
}

/// What a file holds.
std::string text(Args args) {
    const int fd = ::open(args[0].c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return outcome(fd);
    std::string content;
    char buffer[4096];
    for (ssize_t size = 0; (size = ::read(fd, buffer, sizeof buffer)) > 0;)
        content.append(buffer, static_cast<std::size_t>(size));
    return content.empty() ? "empty" : content;
}

/// A device node of a disk.
std::string mknod_block(Args args) {
    const auto path = own_name(args[0], "node");
    const auto result = outcome(::mknod(path.c_str(), S_IFBLK | 0600, 7U << 8));
    ::unlink(path.c_str());
    return result;
}

std::string set_mode(const std::string& directory, mode_t mode) {
    const auto path = own_name(directory, "mode");
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (fd < 0) return "cannot run: create: " + errno_name(errno);
    const auto result = outcome(::fchmod(fd, mode));
    ::unlink(path.c_str());
    return result;
}

std::string set_uid(Args args) {
    return set_mode(args[0], 04700);
}

std::string set_gid(Args args) {
    return set_mode(args[0], 02710);
}

/// The attribute that gives a program capabilities.
std::string set_capability(Args args) {
    const auto path = own_name(args[0], "xattr");
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (fd < 0) return "cannot run: create: " + errno_name(errno);
    const unsigned char value[20] = {1, 0, 0, 2, 0, 0x20};
    const auto result = outcome(::fsetxattr(fd, "security.capability", value, sizeof value, 0));
    ::unlink(path.c_str());
    return result;
}

/// A copy of a program in that directory; empty where it could not be made.
std::string copy_program(const std::string& directory) {
    auto path = own_name(directory, "program");
    const int from = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    const int to = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (from < 0 || to < 0) return {};
    std::array<char, 65536> buffer{};
    for (ssize_t size = 0; (size = ::read(from, buffer.data(), buffer.size())) > 0;)
        if (::write(to, buffer.data(), static_cast<std::size_t>(size)) != size) return {};
    ::close(to);
    return path;
}

/// A program that was put into a directory can be run.
std::string execute(Args args) {
    const auto path = copy_program(args[0]);
    if (path.empty()) return "cannot run: copy: " + errno_name(errno);
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return "cannot run: socketpair: " + errno_name(errno);
    const pid_t child = ::fork();
    if (child == 0) {
        // Without requests it ends at once.
        const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::dup2(null, STDIN_FILENO);
        ::execl(path.c_str(), path.c_str(), nullptr);
        const int error = errno;
        (void)!::write(ends[1], &error, sizeof error);
        ::_exit(1);
    }
    ::close(ends[1]);
    int error = 0;
    (void)!::read(ends[0], &error, sizeof error);
    ::waitpid(child, nullptr, 0);
    ::unlink(path.c_str());
    return error == 0 ? "ok" : errno_name(error);
}

/// A library that was put into a directory can be mapped as code.
std::string map_code(Args args) {
    const auto path = copy_program(args[0]);
    if (path.empty()) return "cannot run: copy: " + errno_name(errno);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    ::unlink(path.c_str());
    const void* at = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    return at == MAP_FAILED ? outcome(-1) : "ok";
}

constexpr std::array verbs = {
    Verb{"read", 1, read_path},  Verb{"write", 1, write_path}, Verb{"list", 1, list},
    Verb{"create", 1, create},   Verb{"text", 1, text},        Verb{"mknod", 1, mknod_block},
    Verb{"setuid", 1, set_uid},  Verb{"setgid", 1, set_gid},   Verb{"filecap", 1, set_capability},
    Verb{"execute", 1, execute}, Verb{"mapcode", 1, map_code}};

}  // namespace

std::span<const Verb> file_verbs() {
    return verbs;
}

}  // namespace wpns::probe
