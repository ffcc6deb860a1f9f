#include "host/linux/witness_linux.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <shadow.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;

class LinuxWitness final : public Witness {
  public:
    explicit LinuxWitness(Process& process) : process_(process) {}

    [[nodiscard]] Ears listen() override { return open_ears(); }

    [[nodiscard]] std::unique_ptr<Tap> tap(const std::string& link) override {
        return open_tap(link);
    }

    [[nodiscard]] std::vector<Ipv4> addresses() const override {
        ifaddrs* first = nullptr;
        if (::getifaddrs(&first) != 0) throw_errno("addresses of the host", errno);
        const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(first, ::freeifaddrs);
        std::vector<Ipv4> found;
        for (const ifaddrs* at = list.get(); at != nullptr; at = at->ifa_next) {
            if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
            const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
            const Ipv4 value{ntohl(address->sin_addr.s_addr)};
            if (value.value >> 24 != 127) found.push_back(value);
        }
        return found;
    }

    /// Connecting a datagram socket asks for the route and does no more.
    [[nodiscard]] bool routes(Ipv4 address) const override {
        constexpr std::uint16_t any_port = 9;
        const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (!fd.valid()) throw_errno("socket", errno);
        sockaddr_in target{};
        target.sin_family = AF_INET;
        target.sin_port = htons(any_port);
        target.sin_addr.s_addr = htonl(address.value);
        return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0;
    }

    [[nodiscard]] bool exists(const std::string& path) const override {
        struct stat info {};
        return ::lstat(path.c_str(), &info) == 0;
    }

    [[nodiscard]] std::vector<std::string> owned_by(const std::string& directory,
                                                    std::uint32_t uid) const override {
        std::vector<std::string> names;
        std::error_code error;
        for (fs::directory_iterator at(directory, error), end; !error && at != end;
             at.increment(error)) {
            struct stat info {};
            if (::lstat(at->path().c_str(), &info) == 0 && info.st_uid == uid)
                names.push_back(at->path().filename());
        }
        return names;
    }

    [[nodiscard]] std::vector<Running> processes(const std::string& slice) const override {
        return processes_below("/sys/fs/cgroup/wpns.slice/" + slice);
    }

    [[nodiscard]] std::uint64_t namespace_at(const std::string& path) const override {
        struct stat info {};
        return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
    }

    [[nodiscard]] bool is_locked(const std::string& account) const override {
        spwd entry{};
        spwd* found = nullptr;
        char buffer[4096];
        if (::getspnam_r(account.c_str(), &entry, buffer, sizeof buffer, &found) != 0 ||
            found == nullptr)
            return false;
        return found->sp_pwdp[0] == '!' || found->sp_pwdp[0] == '*';
    }

    /// systemctl is the one that knows which drop-ins count, and in which order.
    [[nodiscard]] std::string unit_text(const std::string& unit) const override {
        Process::Command command;
        command.argv = {"/usr/bin/systemctl", "cat", "--no-pager", "--", unit};
        const auto result = process_.run(command);
        if (result.status != 0)
            throw Error(ErrorKind::missing, "systemctl cat " + unit + ": " + result.err);
        return result.out;
    }

  private:
    Process& process_;
};

}  // namespace

std::unique_ptr<Witness> make_witness(Process& process) {
    return std::make_unique<LinuxWitness>(process);
}

}  // namespace wpns::host::linux_os
