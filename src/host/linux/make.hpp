#pragma once

#include <memory>

#include "host/host.hpp"
#include "host/linux/lock_file.hpp"

namespace wpns::host::linux_os {

/// Owns the real parts of a host. Making it touches nothing: each part connects when it is first
/// used.
struct LinuxHost {
    std::unique_ptr<Process> process;
    std::unique_ptr<Accounts> accounts;
    std::unique_ptr<Files> files;
    std::unique_ptr<Network> network;
    std::unique_ptr<Firewall> firewall;
    std::unique_ptr<Units> units;
    std::unique_ptr<Facts> facts;
    std::unique_ptr<Archives> archives;
    std::unique_ptr<WebProbe> web;
    std::unique_ptr<WriterLock> lock;
    std::unique_ptr<Flows> flows;
    std::unique_ptr<Resolver> resolver;
    std::unique_ptr<Witness> witness;
    std::unique_ptr<Parts> parts;
    std::unique_ptr<FirewallEvents> firewall_events;
    std::unique_ptr<Visits> visits;
    std::unique_ptr<Quotas> quotas;
    std::unique_ptr<LinkManagers> link_managers;
    std::unique_ptr<Neighbours> neighbours;

    /// The parts by reference; this object outlives it.
    [[nodiscard]] Host host() const;
};

/// `waiting` is told who holds the lock when a verb has to wait for it.
[[nodiscard]] std::unique_ptr<LinuxHost> make_host(Waiting waiting);

}  // namespace wpns::host::linux_os
