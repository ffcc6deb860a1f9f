#include "host/linux/make.hpp"

#include "host/linux/accounts_linux.hpp"
#include "host/linux/archives_linux.hpp"
#include "host/linux/facts_linux.hpp"
#include "host/linux/files_linux.hpp"
#include "host/linux/firewall_events.hpp"
#include "host/linux/firewall_nftables.hpp"
#include "host/linux/flows_conntrack.hpp"
#include "host/linux/link_managers_sdbus.hpp"
#include "host/linux/lock_file.hpp"
#include "host/linux/neighbours_nft.hpp"
#include "host/linux/network_libnl.hpp"
#include "host/linux/parts_zstd.hpp"
#include "host/linux/process_linux.hpp"
#include "host/linux/quotas_project.hpp"
#include "host/linux/resolver_libc.hpp"
#include "host/linux/units_sdbus.hpp"
#include "host/linux/visits_linux.hpp"
#include "host/linux/web_probe.hpp"
#include "host/linux/witness_linux.hpp"

namespace wpns::host::linux_os {

Host LinuxHost::host() const {
    return {*accounts,        *files,  *network, *firewall,      *units,     *process, *facts,
            *archives,        *web,    *lock,    *flows,         *resolver,  *witness, *parts,
            *firewall_events, *visits, *quotas,  *link_managers, *neighbours};
}

std::unique_ptr<LinuxHost> make_host(Waiting waiting) {
    auto host = std::make_unique<LinuxHost>();
    host->process = make_process();
    host->accounts = make_accounts(*host->process);
    host->files = make_files();
    host->network = make_network();
    host->firewall = make_firewall();
    host->units = make_units();
    host->quotas = make_quotas();
    host->neighbours = make_neighbours(*host->files, *host->process);
    host->facts = make_facts(*host->network, *host->files, *host->process, *host->neighbours);
    host->archives = make_archives(*host->process);
    host->web = make_web_probe();
    host->lock = make_writer_lock(std::move(waiting));
    host->flows = make_flows();
    host->resolver = make_resolver();
    host->witness = make_witness(*host->process);
    host->parts = make_parts();
    host->firewall_events = make_firewall_events();
    host->visits = make_visits();
    host->link_managers = make_link_managers();
    return host;
}

}  // namespace wpns::host::linux_os
