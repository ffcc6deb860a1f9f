#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/address.hpp"

namespace wpns::host {

/// Looks at the host from outside of the sites, for `wpns verify`. Changes nothing that stays.
class Witness {
  public:
    /// Sockets of ours on every address of the host, as a service of the host would have them.
    /// Whoever reaches UDP gets an answer. They are gone with the last copy of `open`.
    struct Ears {
        std::uint16_t tcp = 0;
        std::uint16_t udp = 0;
        std::string abstract;  ///< "@NAME", a socket without a path
        std::shared_ptr<void> open;
    };
    struct Running {
        int pid = 0;
        std::string unit;                                 ///< the unit that it belongs to
        std::vector<std::uint32_t> uids;                  ///< real, effective, saved, file system
        std::map<std::string, std::uint64_t> namespaces;  ///< "net", "mnt", ... to their numbers
        std::string status;                               ///< text of /proc/PID/status
        std::string mounts;                               ///< text of /proc/PID/mountinfo
    };
    /// Hears the IPv6 frames of the probe program (probe/frames_ipv6.cpp) that a link lets through
    /// to the host, and no others, however busy the link is.
    class Tap {
      public:
        virtual ~Tap() = default;
        /// What came, byte for byte in hexadecimal digits; looks until nothing has come for a fifth
        /// of a second.
        [[nodiscard]] virtual std::set<std::string> heard() = 0;
    };
    virtual ~Witness() = default;
    [[nodiscard]] virtual Ears listen() = 0;
    [[nodiscard]] virtual std::unique_ptr<Tap> tap(const std::string& link) = 0;
    /// The host's IPv4 addresses without 127.0.0.0/8.
    [[nodiscard]] virtual std::vector<Ipv4> addresses() const = 0;
    /// The host knows a way to an address. Nothing is sent.
    [[nodiscard]] virtual bool routes(Ipv4 address) const = 0;
    /// Anything has this path; links are not followed.
    [[nodiscard]] virtual bool exists(const std::string& path) const = 0;
    /// Files of that owner right below a directory.
    [[nodiscard]] virtual std::vector<std::string> owned_by(const std::string& directory,
                                                            std::uint32_t uid) const = 0;
    /// Processes of a slice and of what is in it, by pid.
    [[nodiscard]] virtual std::vector<Running> processes(const std::string& slice) const = 0;
    /// The number of a namespace by its path; 0 where there is none.
    [[nodiscard]] virtual std::uint64_t namespace_at(const std::string& path) const = 0;
    /// Nobody can log in with a password.
    [[nodiscard]] virtual bool is_locked(const std::string& account) const = 0;
    /// The text of a unit as systemd has it on disk, with all its drop-ins.
    [[nodiscard]] virtual std::string unit_text(const std::string& unit) const = 0;
};

}  // namespace wpns::host
