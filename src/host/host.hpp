#pragma once

#include "host/accounts.hpp"
#include "host/archives.hpp"
#include "host/facts.hpp"
#include "host/files.hpp"
#include "host/firewall.hpp"
#include "host/flows.hpp"
#include "host/link_managers.hpp"
#include "host/neighbours.hpp"
#include "host/network.hpp"
#include "host/parts.hpp"
#include "host/process.hpp"
#include "host/quotas.hpp"
#include "host/resolver.hpp"
#include "host/units.hpp"
#include "host/web.hpp"
#include "host/witness.hpp"
#include "host/writer_lock.hpp"

/// The only folder that touches the OS, behind narrow interfaces in our own words. All functions
/// throw wpns::Error; the bulk forms exist because one listing is cheaper than many questions.
namespace wpns::host {

/// Everything an action may touch. References: the owner outlives it.
struct Host {
    Accounts& accounts;
    Files& files;
    Network& network;
    Firewall& firewall;
    Units& units;
    Process& process;
    Facts& facts;
    Archives& archives;
    WebProbe& web;
    WriterLock& lock;
    Flows& flows;
    Resolver& resolver;
    Witness& witness;
    Parts& parts;
    FirewallEvents& firewall_events;
    Visits& visits;
    Quotas& quotas;
    LinkManagers& link_managers;
    Neighbours& neighbours;
};

}  // namespace wpns::host
