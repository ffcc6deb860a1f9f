#include <gtest/gtest.h>

#include "apply/registry_file.hpp"
#include "cli/execution.hpp"
#include "cli/planning.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "cli/verbs.hpp"
#include "fakes/fake_host.hpp"
#include "fakes/shipped.hpp"

namespace wpns {
namespace {

using fakes::FakeHost;

SiteName name(const char* text) {
    return *SiteName::parse(text);
}

/// A host on which wpns is installed, with these sites in sites.d.
class Lifecycle : public testing::Test {
  protected:
    void SetUp() override {
        fakes::install_templates(fake_.files);
        put_site("site-a");
        put_site("site-b");
    }

    void put(const std::string& path, std::string content) {
        File file;
        file.content = std::move(content);
        fake_.files.write(path, file);
    }
    void put_site(const std::string& site, const std::string& more = {}) {
        put("/etc/wpns/sites.d/" + site + ".toml", "domain = \"" + site + ".example\"\n" + more);
    }

    cli::Planned plan(const cli::Scope& scope = {}) {
        cli::Session session(globals_, fake_.host);
        return cli::make_plan(session, scope);
    }
    apply::Report sync(const cli::Scope& scope = {},
                       apply::Removal removal = apply::Removal::archive,
                       cli::NoFiles no_files = cli::NoFiles::an_error) {
        cli::Session session(globals_, fake_.host, no_files);
        const auto planned = cli::make_plan(session, scope);
        EXPECT_TRUE(planned.site_errors.empty()) << planned.site_errors.begin()->second;
        apply::Options options;
        options.removal = removal;
        return cli::execute(session, planned, scope, options);
    }
    static std::string errors_of(const apply::Report& report) {
        std::string text;
        for (const auto& [site, outcome] : report)
            for (const auto& error : outcome.errors) text += site + ": " + error + "\n";
        return text;
    }
    /// Everything on the host that names the site, but its archive and the registry's tombstone.
    std::string traces_of(const std::string& site) const {
        std::string traces;
        const auto look = [&](const std::string& text) {
            if (text.find(site) != std::string::npos && !text.starts_with("/var/lib/wpns/archive"))
                traces += text + "\n";
        };
        for (const auto& [path, file] : fake_.files.files) look(path);
        for (const auto& [path, directory] : fake_.files.directories) look(path);
        for (const auto& [account, value] : fake_.accounts.accounts) look(account);
        for (const auto& netns : fake_.network.names) look(netns);
        for (const auto& [link, value] : fake_.network.links) look(link);
        for (const auto& [link, value] : fake_.firewall.elements) look(link);
        for (const auto& [unit, state] : fake_.units.states) look(unit);
        for (const auto& unit : fake_.units.enabled_units) look(unit);
        return traces;
    }

    /// What a plan would do, one line each.
    std::string intended() {
        std::string text;
        for (const auto& action : plan().plan.actions) text += plan::describe(action) + "\n";
        return text;
    }
    void remove_all() {
        for (const char* site : {"site-a", "site-b"})
            fake_.files.files.erase("/etc/wpns/sites.d/" + std::string(site) + ".toml");
        EXPECT_EQ(errors_of(sync({.prune = true}, apply::Removal::purge, cli::NoFiles::fine)), "");
    }

    FakeHost fake_;
    cli::Globals globals_;
};

TEST_F(Lifecycle, SyncSetsUpBothSitesAndASecondOneDoesNothing) {
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.network.links.at("veth0-site-a").site_address.str(), "10.10.1.2");
    EXPECT_EQ(fake_.network.links.at("veth0-site-b").site_address.str(), "10.10.1.6");
    EXPECT_EQ(fake_.units.states.at("wpns-php@site-a.service").active, "active");
    EXPECT_TRUE(fake_.units.enabled_units.contains("wpns@site-b.target"));
    EXPECT_EQ(fake_.files.sysctls.at("net.ipv4.ip_forward"), "1");
    for (const auto& action : plan().plan.actions)
        ADD_FAILURE() << plan::describe(action) << ": " << action.reason;
}

TEST_F(Lifecycle, APlanTouchesNothing) {
    const auto files = fake_.files.files.size();
    const auto changes = fake_.faults.changes;
    EXPECT_FALSE(plan().plan.actions.empty());
    EXPECT_EQ(fake_.faults.changes, changes);
    EXPECT_EQ(fake_.files.files.size(), files);
}

TEST_F(Lifecycle, NoUnitFileHoldsAHoleOrALineOfAnotherSite) {
    ASSERT_EQ(errors_of(sync()), "");
    for (const auto& [path, file] : fake_.files.files) {
        if (!path.starts_with("/etc/")) continue;
        EXPECT_EQ(file.content.find("{{"), std::string::npos) << path;
        if (path.find("site-a") == std::string::npos) continue;
        EXPECT_EQ(file.content.find("site-b"), std::string::npos) << path;
    }
}

TEST_F(Lifecycle, AChangedSettingRestartsOnlyWhatReadsIt) {
    ASSERT_EQ(errors_of(sync()), "");
    fake_.units.restarted.clear();
    put_site("site-a", "[php]\nmax_children = 3\n");
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.units.restarted, std::vector<std::string>{"wpns-php@site-a.service"});
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Lifecycle, SettingsOfPhpStandInItsIniFile) {
    put_site("site-a",
             "[php.settings]\nmax_input_vars = 1500\n\"date.timezone\" = \"Europe/Berlin\"\n");
    EXPECT_EQ(errors_of(sync()), "");
    const auto& ini = fake_.files.files.at("/etc/wpns/rendered/site-a/php.ini").content;
    EXPECT_NE(ini.find("\nmax_input_vars = 1500\n"), std::string::npos) << ini;
    EXPECT_NE(ini.find("\ndate.timezone = Europe/Berlin\n"), std::string::npos) << ini;
}

TEST_F(Lifecycle, EgressIsChangedWithoutARestart) {
    ASSERT_EQ(errors_of(sync()), "");
    fake_.units.restarted.clear();
    put_site("site-a", "[network]\negress = \"web\"\n");
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.firewall.elements.at("veth0-site-a").egress, Egress::web);
    EXPECT_TRUE(fake_.units.restarted.empty());
}

TEST_F(Lifecycle, EveryChangeOfAPolicyRestartsNothing) {
    fake_.facts.facts.addresses = {*Ipv4::parse("203.0.113.2"), *Ipv4::parse("203.0.113.9")};
    fake_.resolver.known["api.example.com"] = {*Ipv4::parse("198.51.100.7")};
    ASSERT_EQ(errors_of(sync()), "");
    for (const char* policy :
         {"egress = \"allow\"\nallow = [\"10.20.0.0/16:5432\", \"api.example.com:443\"]",
          "egress = \"web\"", "egress = \"none\"", "egress = \"quarantine\"",
          "source_address = \"203.0.113.9\"\nconnections = 50", "egress = \"open\""}) {
        fake_.units.restarted.clear();
        put_site("site-a", std::string("[network]\n") + policy + "\n");
        EXPECT_EQ(errors_of(sync()), "") << policy;
        EXPECT_EQ(fake_.units.restarted, std::vector<std::string>{}) << policy;
        EXPECT_TRUE(plan().plan.actions.empty()) << policy;
    }
}

TEST_F(Lifecycle, NamesOfAnAllowListAreLookedUpAtOnce) {
    const auto address_of = [&](const std::string& name) {
        std::string text;
        for (const auto& target : fake_.firewall.named)
            if (target.name == name) text += target.link + " " + target.box.network.str() + " ";
        return text;
    };
    auto& known = fake_.resolver.known;
    known["api.example.com"] = {*Ipv4::parse("198.51.100.7")};
    known["inside.example.com"] = {*Ipv4::parse("10.20.0.5"), *Ipv4::parse("198.51.100.8")};
    put_site("site-a",
             "[network]\negress = \"allow\"\n"
             "allow = [\"api.example.com/tcp\", \"inside.example.com:80/tcp\"]\n");
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(address_of("api.example.com"), "veth0-site-a 198.51.100.7/32 ");
    EXPECT_EQ(address_of("inside.example.com"), "veth0-site-a 198.51.100.8/32 ")
        << "a name must not lead into a private range";
    // Only the names differ; the private range is named now.
    put_site("site-a",
             "[network]\negress = \"allow\"\n"
             "allow = [\"inside.example.com:80/tcp\", \"10.20.0.0/16:22\"]\n");
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(address_of("api.example.com"), "");
    EXPECT_EQ(address_of("inside.example.com"),
              "veth0-site-a 10.20.0.5/32 veth0-site-a 198.51.100.8/32 ");
    put_site("site-a",
             "[network]\negress = \"allow\"\nallow = [\"gone.example.com\", \"10.20.0.0/16\"]\n");
    const auto report = sync();
    EXPECT_EQ(errors_of(report), "");
    ASSERT_EQ(report.at("site-a").warnings.size(), 1U);
    EXPECT_NE(report.at("site-a").warnings.front().find("gone.example.com has no address"),
              std::string::npos);
    EXPECT_TRUE(fake_.firewall.named.empty());
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Lifecycle, NamesHaveAddressesOfBothFamiliesWhereTheSiteHas) {
    const auto named = [&] {
        std::string text;
        for (const auto& target : fake_.firewall.named)
            text += target.name + " " + target.box.network.short_str() + ", ";
        return text;
    };
    auto& known = fake_.resolver.known;
    known["both.example"] = {*Ipv4::parse("198.51.100.7"), *Ipv6::parse("2600:1::7")};
    known["six.example"] = {*Ipv6::parse("2600:1::8"), *Ipv6::parse("fd00:99::8")};
    ASSERT_EQ(errors_of(sync()), "");
    put_site("site-a",
             "[network]\negress = \"allow\"\n"
             "allow = [\"both.example/tcp\", \"six.example/tcp\", \"[2600:1::/32]:80/tcp\"]\n");
    const auto report = sync();
    EXPECT_EQ(errors_of(report), "");
    EXPECT_EQ(named(), "both.example 198.51.100.7, ");
    ASSERT_EQ(report.at("site-a").warnings.size(), 1U);
    EXPECT_NE(report.at("site-a").warnings.front().find("six.example has no address"),
              std::string::npos);
    EXPECT_TRUE(fake_.firewall.elements.at("veth0-site-a").allowed.empty());
    EXPECT_TRUE(plan().plan.actions.empty());
    put("/etc/wpns/wpns.toml", "[network]\npool6 = \"fd00:10:10::/48\"\n");
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(named(), "both.example 198.51.100.7, both.example 2600:1::7, six.example 2600:1::8, ")
        << "a name must not lead into a private range";
    ASSERT_EQ(fake_.firewall.elements.at("veth0-site-a").allowed.size(), 1U);
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Lifecycle, TheTimerLooksNamesUpAgain) {
    auto& known = fake_.resolver.known;
    known["api.example.com"] = {*Ipv4::parse("198.51.100.7")};
    put_site("site-a",
             "[network]\nallow = [\"api.example.com:443/tcp\", \"api.example.com/tcp\"]\n");
    ASSERT_EQ(errors_of(sync()), "");
    ASSERT_EQ(fake_.firewall.named.size(), 1U) << "the entry for all ports holds the other one";
    known["api.example.com"] = {*Ipv4::parse("198.51.100.7"), *Ipv4::parse("198.51.100.9")};
    EXPECT_EQ(cli::cmd_resolve(fake_.host), cli::done);
    EXPECT_EQ(fake_.firewall.named.size(), 2U);
    // No answer for now: what is known stays until it times out.
    known.clear();
    EXPECT_EQ(cli::cmd_resolve(fake_.host), cli::done);
    EXPECT_EQ(fake_.firewall.named.size(), 2U);
}

TEST_F(Lifecycle, QuarantineTurnsVisitorsAwayAndLeavesTheServicesUp) {
    ASSERT_EQ(errors_of(sync()), "");
    const std::string vhost = "/etc/nginx/wpns.d/site-a.conf";
    const std::string before = fake_.files.files.at(vhost).content;
    const auto states = fake_.units.states.size();
    put_site("site-a", "[network]\negress = \"quarantine\"\n");
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_NE(fake_.files.files.at(vhost).content.find("return 503"), std::string::npos);
    EXPECT_EQ(fake_.files.files.at(vhost).content.find("proxy_pass"), std::string::npos);
    EXPECT_EQ(fake_.firewall.elements.at("veth0-site-a").egress, Egress::quarantine);
    EXPECT_EQ(fake_.units.states.size(), states);
    EXPECT_TRUE(fake_.files.files.contains("/etc/wpns/rendered/site-a/quarantine"));
    put_site("site-a");
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.files.files.at(vhost).content, before);
    EXPECT_FALSE(fake_.files.files.contains("/etc/wpns/rendered/site-a/quarantine"));
}

TEST_F(Lifecycle, OpenConnectionsThatANewPolicyForbidsAreCut) {
    ASSERT_EQ(errors_of(sync()), "");
    const auto ip = [](const char* text) { return *Ipv4::parse(text); };
    const Flow web{ip("10.10.1.2"), ip("8.8.8.8"), protocol_tcp, 443, ip("203.0.113.2")};
    const Flow other{ip("10.10.1.2"), ip("8.8.8.8"), protocol_tcp, 8080, ip("203.0.113.2")};
    const Flow neighbour{ip("10.10.1.6"), ip("8.8.8.8"), protocol_tcp, 8080, ip("203.0.113.2")};
    const Flow database{ip("10.10.1.1"), ip("10.10.1.2"), protocol_tcp, 3306, ip("10.10.1.1")};
    fake_.flows.open = {web, other, neighbour, database};
    put_site("site-a", "[network]\negress = \"web\"\n");
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.flows.open, (std::vector<Flow>{web, neighbour, database}));
    fake_.files.files.erase("/etc/wpns/sites.d/site-a.toml");
    EXPECT_EQ(errors_of(sync({.only = {name("site-a")}, .leaving = {name("site-a")}})), "");
    EXPECT_EQ(fake_.flows.open, std::vector<Flow>{neighbour});
}

/// Killed after the rules and before the cut: the next run finds the rules as wanted.
TEST_F(Lifecycle, AnInterruptedCutIsMadeUpFor) {
    ASSERT_EQ(errors_of(sync()), "");
    const auto registry = fake_.files.files.at("/var/lib/wpns/registry.toml");
    put_site("site-a", "[network]\negress = \"none\"\n");
    ASSERT_EQ(errors_of(sync()), "");
    fake_.files.files.at("/var/lib/wpns/registry.toml") = registry;
    fake_.flows.open = {{*Ipv4::parse("10.10.1.2"), *Ipv4::parse("8.8.8.8"), protocol_tcp, 443,
                         *Ipv4::parse("203.0.113.2")}};
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.flows.open, std::vector<Flow>{});
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Lifecycle, ABootHasTheWholePolicyFromTheRegistry) {
    fake_.facts.facts.addresses = {*Ipv4::parse("203.0.113.9")};
    put_site("site-a",
             "[network]\negress = \"allow\"\nallow = [\"10.20.0.0/16\", \"api.example.com\"]\n"
             "source_address = \"203.0.113.9\"\nconnections = 50\n");
    ASSERT_EQ(errors_of(sync()), "");
    const auto before = fake_.firewall.elements;
    EXPECT_EQ(before.at("veth0-site-a").allowed.size(), 2U);
    EXPECT_EQ(before.at("veth0-site-a").connections, 50U);
    fake_.firewall.remove_table();
    put_site("site-a");
    EXPECT_EQ(cli::cmd_firewall_up(fake_.host), cli::done);
    EXPECT_EQ(fake_.firewall.elements, before);
}

TEST_F(Lifecycle, MacAndBandwidthChangeTheLinkAndNothingElse) {
    put_site("site-a");
    ASSERT_EQ(errors_of(sync()), "");
    const Link before = fake_.network.links.at("veth0-site-a");
    put_site("site-a",
             "[network]\nmac = \"02:00:5e:10:00:01\"\n"
             "bandwidth = { up = \"20mbit\", down = \"100mbit\" }\n");
    const auto planned = plan();
    ASSERT_EQ(planned.plan.actions.size(), 2U);
    EXPECT_EQ(planned.plan.actions[0].key.str(), "file /etc/wpns/rendered/site-a/given.toml");
    EXPECT_EQ(planned.plan.actions[1].key.str(), "link veth0-site-a");
    EXPECT_EQ(planned.plan.actions[1].verb, plan::Verb::update);
    ASSERT_EQ(errors_of(sync()), "");
    const Link after = fake_.network.links.at("veth0-site-a");
    EXPECT_EQ(after.site_mac.str(), "02:00:5e:10:00:01");
    EXPECT_EQ(after.up, 20'000'000U);
    EXPECT_EQ(after.down, 100'000'000U);
    // A boot has neither site files nor the registry of all.
    fake_.network.links.clear();
    put_site("site-a");
    const File registry = fake_.files.files.at("/var/lib/wpns/registry.toml");
    fake_.files.files["/var/lib/wpns/registry.toml"].content = "damaged";
    fake_.files.directories.erase("/run/wpns/site-a");
    EXPECT_EQ(cli::cmd_netns_up(fake_.host, "site-a"), cli::done);
    fake_.files.files["/var/lib/wpns/registry.toml"] = registry;
    EXPECT_EQ(fake_.network.links.at("veth0-site-a"), after);
    EXPECT_EQ(fake_.files.directories.at("/run/wpns/site-a").mode, 02755U);
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.network.links.at("veth0-site-a"), before);
}

TEST_F(Lifecycle, Ipv6ComesAndGoesWithItsPool) {
    put_site("site-a");
    ASSERT_EQ(errors_of(sync()), "");
    const Link before = fake_.network.links.at("veth0-site-a");
    fake_.network.uplink = "eth0";
    fake_.files.sysctls["net.ipv6.conf.eth0.accept_ra"] = "1";
    put("/etc/wpns/wpns.toml", "[network]\npool6 = \"fd00:10:10::/48\"\n");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(plan().plan.actions.empty());
    const Link after = fake_.network.links.at("veth0-site-a");
    EXPECT_EQ(after.site_address6.str(), "fd00:10:10:40::2");
    EXPECT_EQ(fake_.firewall.elements.at("veth0-site-a").gateway6.str(), "fd00:10:10:40::1");
    EXPECT_EQ(fake_.files.sysctls.at("net.ipv6.conf.all.forwarding"), "1");
    EXPECT_EQ(fake_.files.sysctls.at("net.ipv6.conf.eth0.accept_ra"), "2");
    EXPECT_NE(fake_.files.files.at("/etc/wpns/rendered/site-a/given.toml")
                  .content.find("subnet6 = \"fd00:10:10:40::/64\""),
              std::string::npos);
    const auto unit = fake_.files.files.at("/etc/systemd/system/wpns-php@site-a.service").content;
    EXPECT_NE(unit.find("IPAddressAllow=fd00:10:10:40::/64\n"), std::string::npos);
    EXPECT_NE(unit.find("IPAddressDeny=fd00:10:10::/48\n"), std::string::npos);
    // Somebody switches forwarding off.
    fake_.files.sysctls["net.ipv6.conf.all.forwarding"] = "0";
    EXPECT_EQ(plan().plan.actions.size(), 1U);
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.files.sysctls.at("net.ipv6.conf.all.forwarding"), "1");
    // A boot reads what was written, and the registry of all only where that is lost.
    fake_.network.links.clear();
    EXPECT_EQ(cli::cmd_netns_up(fake_.host, "site-a"), cli::done);
    EXPECT_EQ(fake_.network.links.at("veth0-site-a"), after);
    fake_.network.links.clear();
    fake_.files.files["/etc/wpns/rendered/site-a/given.toml"].content = "damaged";
    EXPECT_EQ(cli::cmd_netns_up(fake_.host, "site-a"), cli::done);
    EXPECT_EQ(fake_.network.links.at("veth0-site-a"), after);
    put("/etc/wpns/wpns.toml", "");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(plan().plan.actions.empty());
    EXPECT_EQ(fake_.network.links.at("veth0-site-a"), before);
    EXPECT_EQ(fake_.firewall.elements.at("veth0-site-a").gateway6, Ipv6{});
}

TEST_F(Lifecycle, ARunOverOneSiteTakesIpv6FromTheTableForAll) {
    put("/etc/wpns/wpns.toml", "[network]\npool6 = \"fd00:10:10::/48\"\n");
    put_site("site-a");
    put_site("site-b", "[network]\nallow = [\"2600:1::/32\", \"203.0.113.7/tcp\"]\n");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.firewall.elements.at("veth0-site-b").allowed.size(), 3U);
    put("/etc/wpns/wpns.toml", "");
    ASSERT_EQ(errors_of(sync({.only = {*SiteName::parse("site-a")}, .leaving = {}})), "");
    EXPECT_EQ(fake_.firewall.elements.at("veth0-site-b").address6, Ipv6{});
    EXPECT_EQ(fake_.firewall.elements.at("veth0-site-b").allowed.size(), 1U);
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Lifecycle, APolicyThatTightensEndsIpv6FlowsToo) {
    put("/etc/wpns/wpns.toml", "[network]\npool6 = \"fd00:10:10::/48\"\n");
    put_site("site-a");
    ASSERT_EQ(errors_of(sync()), "");
    const auto flow = [](const char* from, std::uint16_t port) {
        return Flow6{*Ipv6::parse(from), *Ipv6::parse("2001:db8:1::1"), protocol_tcp, port,
                     *Ipv6::parse(from)};
    };
    const auto kept = flow("fd00:10:10:40::2", 443);
    const auto foreign = flow("fd00:10:10:41::2", 8080);
    fake_.flows.open6 = {kept, flow("fd00:10:10:40::2", 8080), foreign};
    put_site("site-a", "[network]\negress = \"web\"\n");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.flows.open6, (std::vector{kept, foreign}));
}

TEST_F(Lifecycle, SitesJoinAndLeaveAGroupInPlace) {
    ASSERT_EQ(errors_of(sync()), "");
    const Link before = fake_.network.links.at("veth0-site-a");
    fake_.units.restarted.clear();
    put_site("site-a", "[network]\ngroup = \"shop\"\n");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(plan().plan.actions.empty());
    const Link joined = fake_.network.links.at("veth0-site-a");
    EXPECT_EQ(joined.bridge, "wpbr-shop");
    EXPECT_EQ(joined.site_address.str(), "10.10.0.2");
    EXPECT_EQ(fake_.network.bridges.at("wpbr-shop").address.str(), "10.10.0.1");
    EXPECT_FALSE(fake_.firewall.elements.contains("veth0-site-a"));
    EXPECT_EQ(fake_.firewall.elements.at("10.10.0.2").port.port, "veth0-site-a");
    // The other site is left alone, and the site's web server has no network.
    EXPECT_EQ(fake_.units.restarted,
              (std::vector<std::string>{"wpns-mysqld-tcp@site-a.socket",
                                        "wpns-mysqld@site-a.service", "wpns-php@site-a.service"}));
    const auto unit = fake_.files.files.at("/etc/systemd/system/wpns-php@site-a.service").content;
    EXPECT_NE(unit.find("IPAddressAllow=10.10.0.0/28\n"), std::string::npos);
    // The second one changes nothing of the first.
    fake_.units.restarted.clear();
    put_site("site-b", "[network]\ngroup = \"shop\"\n");
    for (const auto& action : plan().plan.actions) EXPECT_NE(action.key.site, "site-a");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.network.links.at("veth0-site-b").site_address.str(), "10.10.0.3");
    // A boot reads the registry alone.
    fake_.network.links.clear();
    fake_.network.bridges.clear();
    EXPECT_EQ(cli::cmd_netns_up(fake_.host, "site-a"), cli::done);
    EXPECT_EQ(cli::cmd_netns_up(fake_.host, "site-b"), cli::done);
    EXPECT_EQ(fake_.network.links.at("veth0-site-a"), joined);
    EXPECT_TRUE(plan().plan.actions.empty());
    // To another group, and out of all of them: what is left goes.
    put_site("site-b", "[network]\ngroup = \"blog\"\n");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.network.links.at("veth0-site-b").site_address.str(), "10.10.0.18");
    EXPECT_EQ(fake_.network.forgotten.back().str(), "10.10.0.3");
    put_site("site-a");
    put_site("site-b");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(plan().plan.actions.empty());
    EXPECT_EQ(fake_.network.links.at("veth0-site-a"), before);
    EXPECT_TRUE(fake_.network.bridges.empty());
    EXPECT_EQ(fake_.firewall.elements.size(), 2U);
}

TEST_F(Lifecycle, SitesThatChangePlacesInOneRunTakeNothingOfEachOther) {
    put_site("site-a", "[network]\ngroup = \"shop\"\n");
    put_site("site-b", "[network]\ngroup = \"blog\"\n");
    ASSERT_EQ(errors_of(sync()), "");
    put_site("site-a", "[network]\ngroup = \"blog\"\n");
    put_site("site-b", "[network]\ngroup = \"shop\"\n");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(plan().plan.actions.empty());
    EXPECT_EQ(fake_.firewall.elements.size(), 2U);
    const auto address = [&](const char* link) {
        return fake_.network.links.at(link).site_address.str();
    };
    EXPECT_NE(address("veth0-site-a"), "10.10.0.18");
    EXPECT_NE(address("veth0-site-b"), "10.10.0.2");
    // Out of the group and into one: neither block of addresses is anybody else's in that run.
    put_site("site-a");
    put_site("site-c", "[network]\ngroup = \"blog\"\n");
    put_site("site-d");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(plan().plan.actions.empty());
    EXPECT_EQ(fake_.firewall.elements.size(), 4U);
}

TEST_F(Lifecycle, ABridgeGoesWithItsLastSite) {
    for (const char* site : {"site-a", "site-b"}) put_site(site, "[network]\ngroup = \"shop\"\n");
    put_site("site-c");
    ASSERT_EQ(errors_of(sync()), "");
    const auto remove = [&](const char* site) {
        fake_.files.remove_file(std::string("/etc/wpns/sites.d/") + site + ".toml");
        return errors_of(sync({.only = {name(site)}, .leaving = {name(site)}}));
    };
    EXPECT_EQ(remove("site-a"), "");
    EXPECT_TRUE(fake_.network.bridges.contains("wpbr-shop"));
    EXPECT_EQ(remove("site-b"), "");
    EXPECT_TRUE(fake_.network.bridges.empty());
    EXPECT_EQ(traces_of("site-b"), "");
    EXPECT_TRUE(plan().plan.actions.empty());
}

/// Neither with another pool nor without one: `sync NAME` says who would stay behind.
TEST_F(Lifecycle, MatesMoveToAnotherIpv6NetworkTogether) {
    const auto pool6 = [&](const std::string& pool) {
        put("/etc/wpns/wpns.toml", "[network]\npool6 = \"" + pool + "\"\n");
    };
    pool6("fd00:10:10::/48");
    for (const char* site : {"site-a", "site-b"}) put_site(site, "[network]\ngroup = \"shop\"\n");
    put_site("site-c");
    ASSERT_EQ(errors_of(sync()), "");
    const auto before = fake_.network.links;
    const SiteName a = *SiteName::parse("site-a");
    for (const char* pool : {"fd00:20:20::/48", ""}) {
        *pool == '\0' ? put("/etc/wpns/wpns.toml", "") : pool6(pool);
        const auto planned = plan({.only = {a}});
        EXPECT_EQ(planned.site_errors.at("site-a"),
                  "network.pool6 was changed, and the sites of group shop share an IPv6 network: "
                  "site-b would keep the old one; wpns sync takes all of them");
        for (const auto& action : planned.plan.actions) EXPECT_EQ(action.key.site, "");
    }
    EXPECT_EQ(fake_.network.links, before);
    pool6("fd00:20:20::/48");
    ASSERT_EQ(errors_of(sync({.only = {*SiteName::parse("site-c")}})), "");
    ASSERT_EQ(errors_of(sync({.only = {a, *SiteName::parse("site-b")}})), "");
    EXPECT_EQ(fake_.network.links.at("veth0-site-b").site_address6.str(), "fd00:20:20::3");
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Lifecycle, MatesHaveIpv6OfTheirGroup) {
    put("/etc/wpns/wpns.toml", "[network]\npool6 = \"fd00:10:10::/48\"\n");
    for (const char* site : {"site-a", "site-b"}) put_site(site, "[network]\ngroup = \"shop\"\n");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(plan().plan.actions.empty());
    EXPECT_EQ(fake_.network.bridges.at("wpbr-shop").address6.str(), "fd00:10:10::1");
    const Link link = fake_.network.links.at("veth0-site-b");
    EXPECT_EQ(link.site_address6.str(), "fd00:10:10::3");
    EXPECT_EQ(link.host_address6.str(), "fd00:10:10::1");
    EXPECT_EQ(link.prefix6, 128U);
    EXPECT_EQ(fake_.firewall.elements.at("10.10.0.3").address6.str(), "fd00:10:10::3");
    const auto unit = fake_.files.files.at("/etc/systemd/system/wpns-php@site-b.service").content;
    EXPECT_NE(unit.find("IPAddressAllow=fd00:10:10::/64\n"), std::string::npos);
    // The registry is read again, with one network for two sites; a boot reads nothing else.
    fake_.network.links.clear();
    EXPECT_EQ(cli::cmd_netns_up(fake_.host, "site-b"), cli::done);
    EXPECT_EQ(fake_.network.links.at("veth0-site-b"), link);
    ASSERT_EQ(errors_of(sync()), "");
    // Out of the group, and without the pool.
    put_site("site-b");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.network.links.at("veth0-site-b").site_address6.str(), "fd00:10:10:40::2");
    EXPECT_TRUE(plan().plan.actions.empty());
    put("/etc/wpns/wpns.toml", "");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.network.bridges.at("wpbr-shop").prefix6, 0U);
    EXPECT_EQ(fake_.firewall.elements.at("10.10.0.2").address6, Ipv6{});
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Lifecycle, AGroupThatIsFullIsRefusedAndTheOthersGoOn) {
    put("/etc/wpns/wpns.toml", "[network]\ngroup_prefix = 29\n");
    for (const char* site : {"m1", "m2", "m3", "m4", "m5", "m6"})
        put_site(site, "[network]\ngroup = \"shop\"\n");
    const auto planned = plan();
    ASSERT_EQ(planned.site_errors.size(), 1U);
    EXPECT_NE(planned.site_errors.at("m6").find("block 10.10.0.0/29 has 5 addresses"),
              std::string::npos);
}

TEST_F(Lifecycle, ASourceAddressThatTheHostLacksIsRefusedByName) {
    fake_.facts.facts.addresses = {*Ipv4::parse("203.0.113.2")};
    put_site("site-a", "[network]\nsource_address = \"203.0.113.9\"\n");
    const auto planned = plan();
    ASSERT_TRUE(planned.site_errors.contains("site-a"));
    EXPECT_EQ(
        planned.site_errors.at("site-a"),
        "network.source_address 203.0.113.9 is no address of this host, which has 203.0.113.2");
}

/// What the firewall is to refuse and count must not be swallowed before it.
TEST_F(Lifecycle, TheAddressFilterOfTheServicesIsThePoolButForTheSite) {
    put_site("site-a", "[network]\nallow = [\"10.0.0.0/8:5432\"]\n");
    ASSERT_EQ(errors_of(sync()), "");
    for (const char* role : {"php", "cron"}) {
        const std::string text =
            fake_.files.files
                .at("/etc/systemd/system/wpns-" + std::string(role) + "@site-a.service")
                .content;
        const auto filter = text.find("IPAddressAllow=10.10.1.0/30\nIPAddressDeny=10.10.0.0/16\n");
        ASSERT_NE(filter, std::string::npos) << text;
        EXPECT_EQ(text.find("IPAddress"), filter) << text;
        EXPECT_EQ(text.rfind("IPAddress"), text.find("IPAddressDeny=")) << text;
    }
}

TEST_F(Lifecycle, WhatOthersDoToTheFirewallIsPutBackAtOnce) {
    fake_.resolver.known["api.example.com"] = {*Ipv4::parse("198.51.100.7")};
    put_site("site-a", "[network]\nallow = [\"api.example.com\"]\n");
    ASSERT_EQ(errors_of(sync()), "");
    auto& firewall = fake_.firewall;
    const auto whole = [&, table = firewall.loaded, elements = firewall.elements] {
        return firewall.loaded == table && firewall.elements == elements;
    };
    const unsigned loads = firewall.loads;
    std::vector<bool> seen;
    fake_.firewall_events.foreign = {
        [&] { firewall.remove_table(); },
        [&] {
            seen.push_back(whole());
            firewall.loaded->digest = "changed";
        },
        [&] {
            seen.push_back(whole());
            firewall.elements.begin()->second.egress = Egress::web;
        },
        [&] { seen.push_back(whole()); },
    };
    EXPECT_EQ(cli::cmd_firewall_watch(fake_.host), cli::done);
    EXPECT_EQ(seen, (std::vector{true, true, true}));
    EXPECT_EQ(firewall.loads, loads + 3) << "what is whole is left alone";
    EXPECT_EQ(fake_.units.queued, std::vector<std::string>(3, "wpns-resolve.service"));
}

TEST_F(Lifecycle, ALoadThatFailsOnceIsTriedAgain) {
    ASSERT_EQ(errors_of(sync()), "");
    const auto table = fake_.firewall.loaded;
    fake_.firewall_events.foreign = {[&] {
        fake_.firewall.remove_table();
        fake_.fail_at(1);
    }};
    EXPECT_EQ(cli::cmd_firewall_watch(fake_.host), cli::done);
    EXPECT_EQ(fake_.firewall.loaded, table);
    EXPECT_TRUE(fake_.units.queued.empty()) << "no list holds a name";
}

TEST_F(Lifecycle, TheStartOfTheWatchLeavesElementsToTheRunAtWork) {
    ASSERT_EQ(errors_of(sync()), "");
    auto& firewall = fake_.firewall;
    firewall.elements.begin()->second.egress = Egress::web;
    const auto elements = firewall.elements;
    EXPECT_EQ(cli::cmd_firewall_watch(fake_.host), cli::done);
    EXPECT_EQ(firewall.elements, elements);
    firewall.remove_table();
    EXPECT_EQ(cli::cmd_firewall_watch(fake_.host), cli::done);
    EXPECT_NE(firewall.loaded, std::nullopt);
}

TEST_F(Lifecycle, OtherFirewallsLetSitesThroughAsLongAsThereIsOne) {
    auto& passage = fake_.neighbours.passage;
    passage.drops = {{"ip", "filter", "FORWARD", ForwardDrop::Owner::docker},
                     {"ip", "filter", "FORWARD", ForwardDrop::Owner::ufw, true},
                     {"inet", "mine", "through", ForwardDrop::Owner::other}};
    ASSERT_EQ(errors_of(sync()), "");
    const Accept ours{*Cidr::parse("10.10.0.0/16")};
    EXPECT_EQ(passage.docker, ours);
    EXPECT_EQ(passage.ufw, std::nullopt) << "it has an accept of the admin's";
    EXPECT_EQ(intended(), "");
    passage.docker = Accept{};
    EXPECT_EQ(intended(), "update accept DOCKER-USER\n");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(passage.docker, ours);
    passage.drops.clear();
    EXPECT_EQ(intended(), "") << "it stays while Docker is off";
    remove_all();
    EXPECT_EQ(passage.docker, std::nullopt);
}

TEST_F(Lifecycle, WhatAnotherFirewallForgetsIsPutBack) {
    ASSERT_EQ(errors_of(sync()), "");
    auto& passage = fake_.neighbours.passage;
    fake_.firewall_events.foreign = {[&] {
        passage.drops = {{"ip", "filter", "FORWARD", ForwardDrop::Owner::ufw}};
    }};
    EXPECT_EQ(cli::cmd_firewall_watch(fake_.host), cli::done);
    EXPECT_EQ(fake_.units.queued, std::vector<std::string>{"wpns-accept.service"});
    EXPECT_EQ(cli::cmd_firewall_accept(fake_.host), cli::done);
    EXPECT_EQ(passage.ufw, Accept{*Cidr::parse("10.10.0.0/16")});
    EXPECT_EQ(intended(), "") << "it is recorded";
    fake_.firewall_events.foreign = {[] {}};
    EXPECT_EQ(cli::cmd_firewall_watch(fake_.host), cli::done);
    EXPECT_EQ(fake_.units.queued.size(), 1U);
    remove_all();
    EXPECT_EQ(passage.ufw, std::nullopt);
}

TEST_F(Lifecycle, WithoutASiteThereIsNoFirewallToPutBack) {
    fake_.firewall_events.foreign = {[] {}};
    EXPECT_EQ(cli::cmd_firewall_watch(fake_.host), cli::done);
    EXPECT_EQ(fake_.firewall.loaded, std::nullopt);
}

TEST_F(Lifecycle, DriftIsHealed) {
    ASSERT_EQ(errors_of(sync()), "");
    fake_.firewall.remove_table();
    fake_.network.links.erase("veth0-site-b");
    fake_.files.files.erase("/etc/wpns/rendered/site-a/my.cnf");
    fake_.units.states.erase("wpns-web@site-a.service");
    fake_.files.sysctls["net.ipv4.ip_forward"] = "0";
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.firewall.elements.size(), 2U);
    EXPECT_TRUE(fake_.network.links.contains("veth0-site-b"));
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Lifecycle, RemoveLeavesNothingButTheArchive) {
    ASSERT_EQ(errors_of(sync()), "");
    fake_.files.files.erase("/etc/wpns/sites.d/site-a.toml");
    const auto report = sync({.only = {name("site-a")}, .leaving = {name("site-a")}});
    EXPECT_EQ(errors_of(report), "");
    EXPECT_EQ(traces_of("site-a"), "");
    EXPECT_TRUE(fake_.files.directories.contains(report.at("site-a").archive + "/mysql"));
    EXPECT_EQ(fake_.units.states.at("wpns-php@site-b.service").active, "active");
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Lifecycle, TheLastSiteTakesTheHostWideThingsWithIt) {
    ASSERT_EQ(errors_of(sync()), "");
    fake_.files.files.erase("/etc/wpns/sites.d/site-a.toml");
    fake_.files.files.erase("/etc/wpns/sites.d/site-b.toml");
    EXPECT_EQ(errors_of(sync({.only = {}, .leaving = {name("site-a"), name("site-b")}},
                             apply::Removal::purge, cli::NoFiles::fine)),
              "");
    EXPECT_EQ(traces_of("site-"), "");
    EXPECT_FALSE(fake_.firewall.loaded);
    EXPECT_FALSE(fake_.files.files.contains("/etc/nginx/conf.d/wpns.conf"));
    EXPECT_TRUE(fake_.files.list("/var/lib/wpns/archive").empty());
}

TEST_F(Lifecycle, AnArchivedSitesNumbersAreNotGivenAway) {
    ASSERT_EQ(errors_of(sync()), "");
    const auto uid = fake_.accounts.accounts.at("wp-site-a").uid;
    fake_.files.files.erase("/etc/wpns/sites.d/site-a.toml");
    ASSERT_EQ(errors_of(sync({.only = {name("site-a")}, .leaving = {name("site-a")}})), "");
    put_site("site-c");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_NE(fake_.accounts.accounts.at("wp-site-c").uid, uid);
}

TEST_F(Lifecycle, ASiteFileThatIsGoneIsReportedAndPrunedOnlyWhenAsked) {
    ASSERT_EQ(errors_of(sync()), "");
    fake_.files.files.erase("/etc/wpns/sites.d/site-a.toml");
    const auto planned = plan();
    EXPECT_TRUE(planned.plan.actions.empty());
    EXPECT_EQ(planned.orphans, std::set{name("site-a")});
    EXPECT_EQ(errors_of(sync({.only = {}, .leaving = {}, .prune = true})), "");
    EXPECT_EQ(traces_of("site-a"), "");
}

TEST_F(Lifecycle, AnEmptySitesDirectoryIsAnErrorWhileSitesAreRecorded) {
    ASSERT_EQ(errors_of(sync()), "");
    fake_.files.files.erase("/etc/wpns/sites.d/site-a.toml");
    fake_.files.files.erase("/etc/wpns/sites.d/site-b.toml");
    EXPECT_THROW((void)plan(), Error);
}

TEST_F(Lifecycle, AForeignAccountIsRefusedAndTheOtherSiteGoesOn) {
    fake_.accounts.accounts["wp-site-a"] = Account{1000};
    cli::Session session(globals_, fake_.host);
    const auto planned = cli::make_plan(session, {});
    ASSERT_TRUE(planned.site_errors.contains("site-a"));
    EXPECT_NE(planned.site_errors.at("site-a").find("account wp-site-a"), std::string::npos);
    EXPECT_EQ(errors_of(cli::execute(session, planned, {}, {})), "");
    EXPECT_TRUE(fake_.network.links.contains("veth0-site-b"));
    EXPECT_EQ(traces_of("site-a"), "/etc/wpns/sites.d/site-a.toml\nwp-site-a\n");
}

TEST_F(Lifecycle, AVhostThatNginxRefusesIsTakenBackAndTheOthersServe) {
    fake_.process.nginx_refuses = "server_name site-a.example";
    const auto report = sync();
    EXPECT_FALSE(report.at("site-a").errors.empty());
    EXPECT_FALSE(fake_.files.files.contains("/etc/nginx/wpns.d/site-a.conf"));
    EXPECT_TRUE(fake_.files.files.contains("/etc/nginx/wpns.d/site-b.conf"));
    fake_.process.nginx_refuses.clear();
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(fake_.files.files.contains("/etc/nginx/wpns.d/site-a.conf"));
}

TEST_F(Lifecycle, NginxIsToldOfNewSitesBeforeTheirServicesStart) {
    ASSERT_EQ(errors_of(sync()), "");
    put_site("site-c");
    auto& seen = fake_.faults.seen;
    seen.clear();
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(std::ranges::count(seen, "reload nginx.service"), 1);
    EXPECT_LT(std::ranges::find(seen, "reload nginx.service"),
              std::ranges::find(seen, "start wpns-mysqld@site-c.service"));
}

TEST_F(Lifecycle, ANewSiteIsInstalledByItsOwnPhpAndByASandboxWhereThatFails) {
    ASSERT_EQ(errors_of(sync()), "");
    const auto in_sandboxes = [&] {
        return std::ranges::count(fake_.faults.seen, "run in a sandbox");
    };
    const auto before = in_sandboxes();
    put_site("site-c");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(fake_.web.asked.contains("php at /run/wpns/site-c/php.sock"));
    EXPECT_EQ(in_sandboxes(), before);
    fake_.web.php_answers = false;
    put_site("site-d");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(in_sandboxes(), before + 1);
    EXPECT_TRUE(fake_.files.files.contains("/var/lib/wpns/sites/site-d/wordpress.installed"));
}

TEST_F(Lifecycle, ASiteWithACoreOfItsOwnIsInstalledInASandbox) {
    ASSERT_EQ(errors_of(sync()), "");
    put_site("site-c", "[wordpress]\ncore = \"private\"\n");
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_FALSE(fake_.web.asked.contains("php at /run/wpns/site-c/php.sock"));
    EXPECT_TRUE(fake_.files.files.contains("/var/lib/wpns/sites/site-c/wordpress.installed"));
}

TEST_F(Lifecycle, WhatASiteHasAlreadyIsInstalledInASandbox) {
    ASSERT_EQ(errors_of(sync()), "");
    fake_.files.files.erase("/var/lib/wpns/sites/site-a/wordpress.installed");
    fake_.web.asked.clear();
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_FALSE(fake_.web.asked.contains("php at /run/wpns/site-a/php.sock"));
    EXPECT_TRUE(fake_.files.files.contains("/var/lib/wpns/sites/site-a/wordpress.installed"));
}

TEST_F(Lifecycle, ASiteThatDoesNotComeUpIsShownToNobody) {
    fake_.process.installer_works = false;
    fake_.web.php_answers = false;
    const auto report = sync();
    for (const std::string site : {"site-a", "site-b"}) {
        ASSERT_EQ(report.at(site).errors.size(), 1U);
        EXPECT_NE(report.at(site).errors.front().find("install wordpress"), std::string::npos);
        EXPECT_EQ(report.at(site).skipped, 1U);
        EXPECT_FALSE(fake_.files.files.contains("/etc/nginx/wpns.d/" + site + ".conf"));
    }
    const auto& seen = fake_.faults.seen;
    const auto sandbox = std::find(seen.rbegin(), seen.rend(), "run in a sandbox");
    EXPECT_NE(std::find(seen.rbegin(), sandbox, "reload nginx.service"), sandbox);
    fake_.process.installer_works = true;
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(intended(), "");
}

/// Whatever it is that fails before anybody comes to the vhost.
TEST(Announced, AVhostIsTakenBackWithItsSite) {
    cli::Globals globals;
    unsigned failed = 0;
    for (unsigned at = 1;; ++at) {
        FakeHost fake;
        fakes::install_templates(fake.files);
        File file;
        file.content = "domain = \"site-a.example\"\n";
        fake.files.write("/etc/wpns/sites.d/site-a.toml", file);
        fake.faults.fail_at = fake.faults.changes + at;
        apply::Report report;
        try {
            cli::Session session(globals, fake.host);
            report = cli::execute(session, cli::make_plan(session, {}), {}, {});
        } catch (const Error& error) {  // its own records could not be written
            report["site-a"].errors = {error.message()};
        }
        if (fake.faults.changes < fake.faults.fail_at) break;
        const auto errors = report["site-a"].errors;
        const bool was_up = fake.web.asked.contains("site-a.example");
        if (errors.empty() || was_up || errors.front().starts_with("write vhost")) continue;
        ++failed;
        EXPECT_FALSE(fake.files.files.contains("/etc/nginx/wpns.d/site-a.conf"))
            << "change " << at << ": " << errors.front();
    }
    EXPECT_GT(failed, 20U);
}

/// Fails at the first, second, third ... change until a run passes untouched; after each, one sync
/// heals.
TEST_F(Lifecycle, AllSitesStartFromOneImageUntilTheToolsChange) {
    ASSERT_EQ(errors_of(sync()), "");
    unsigned runs = 0;
    for (const auto& [staging, count] : fake_.process.database_runs) runs += count;
    EXPECT_EQ(runs, 1U);
    const auto images = fake_.files.list("/var/lib/wpns/images");
    ASSERT_EQ(images.size(), 1U);
    for (const std::string site : {"site-a", "site-b"}) {
        const auto database = fake_.files.stat_directory("/var/lib/wpns/sites/" + site + "/mysql");
        ASSERT_TRUE(database);
        EXPECT_EQ(database->uid, fake_.accounts.accounts.at("wp-" + site + "-db").uid);
        EXPECT_FALSE(fake_.files.is_directory("/var/lib/wpns/sites/" + site + "/mysql.new"));
    }
    EXPECT_EQ(fake_.files.stat_directory("/var/lib/wpns/images/" + images[0])->uid, 0U);

    fake_.facts.facts.image_tools = "newer";
    put_site("site-c");
    ASSERT_EQ(errors_of(sync()), "");
    const auto later = fake_.files.list("/var/lib/wpns/images");
    ASSERT_EQ(later.size(), 1U);
    EXPECT_NE(later[0], images[0]);
}

TEST_F(Lifecycle, ASignalStopsBetweenTwoStepsAndTheNextSyncGoesOn) {
    for (unsigned steps = 0;; ++steps) {
        cli::Session session(globals_, fake_.host);
        const auto planned = cli::make_plan(session, {});
        unsigned asked = 0;
        apply::Options options;
        options.interrupted = [&] { return asked++ >= steps; };
        const auto report = cli::execute(session, planned, {}, options);
        if (asked <= steps) break;
        EXPECT_EQ(report.at("").errors.front(), "stopped by a signal") << steps;
        ASSERT_EQ(errors_of(sync()), "") << "after a signal at step " << steps;
        ASSERT_TRUE(plan().plan.actions.empty()) << steps;
        for (const char* site : {"site-a", "site-b"})
            fake_.files.files.erase(std::string("/etc/wpns/sites.d/") + site + ".toml");
        ASSERT_EQ(errors_of(sync({.only = {}, .leaving = {name("site-a"), name("site-b")}},
                                 apply::Removal::purge, cli::NoFiles::fine)),
                  "");
        put_site("site-a");
        put_site("site-b");
    }
}

TEST_F(Lifecycle, FailingAtEveryStepIsHealedByTheNextSync) {
    const FakeHost* const host = &fake_;
    unsigned step = 1;
    for (;; ++step) {
        fake_.fail_at(step);
        try {
            cli::Session session(globals_, fake_.host);
            const auto planned = cli::make_plan(session, {});
            if (errors_of(cli::execute(session, planned, {}, {})).empty() &&
                host->faults.changes < step)
                break;
        } catch (const Error&) {
        }
        fake_.fail_at(0);
        ASSERT_EQ(errors_of(sync()), "") << "after a failure at change " << step;
        ASSERT_TRUE(plan().plan.actions.empty()) << step;
        for (const auto& [staging, runs] : fake_.process.database_runs)
            ASSERT_LE(runs, 2U) << staging;
        fake_.process.database_runs.clear();
        fake_.fail_at(0);
        for (const char* site : {"site-a", "site-b"})
            fake_.files.files.erase(std::string("/etc/wpns/sites.d/") + site + ".toml");
        ASSERT_EQ(errors_of(sync({.only = {}, .leaving = {name("site-a"), name("site-b")}},
                                 apply::Removal::purge, cli::NoFiles::fine)),
                  "");
        ASSERT_EQ(traces_of("site-"), "") << step;
        put_site("site-a");
        put_site("site-b");
    }
    EXPECT_GT(step, 60U);
}

TEST_F(Lifecycle, AJoinThatFailsAtAnyStepIsHealedByTheNextSync) {
    ASSERT_EQ(errors_of(sync()), "");
    unsigned step = 1;
    for (bool passed = false; !passed; ++step) {
        put_site("site-a", "[network]\ngroup = \"shop\"\n");
        fake_.fail_at(step);
        try {
            cli::Session session(globals_, fake_.host);
            const auto planned = cli::make_plan(session, {});
            passed = errors_of(cli::execute(session, planned, {}, {})).empty() &&
                     fake_.faults.changes < step;
        } catch (const Error&) {
        }
        fake_.fail_at(0);
        ASSERT_EQ(errors_of(sync()), "") << "after a failure at change " << step;
        ASSERT_TRUE(plan().plan.actions.empty()) << step;
        ASSERT_EQ(fake_.network.links.at("veth0-site-a").bridge, "wpbr-shop") << step;
        put_site("site-a");
        ASSERT_EQ(errors_of(sync()), "") << step;
        ASSERT_TRUE(fake_.network.bridges.empty()) << step;
        ASSERT_EQ(fake_.firewall.elements.size(), 2U) << step;
    }
    EXPECT_GT(step, 10U);
}

/// A run that died after it had written and recorded unit files, and before systemd read them.
TEST_F(Lifecycle, UnitFilesOfARunThatDiedAreReadAgain) {
    ASSERT_EQ(errors_of(sync()), "");
    apply::RegistryFile file(fake_.files);
    auto registry = file.load();
    const ResourceKey unit{Kind::unit, "wpns-php@site-a.service", "site-a"};
    registry.sites.at(name("site-a")).resources.at(unit) = pending;
    file.save(registry);
    fake_.units.reloads = 0;
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_EQ(fake_.units.reloads, 1U);
}

/// The same for removal: whatever it had come to, another remove leaves nothing.
TEST_F(Lifecycle, ARemovalThatFailsAtAnyStepIsFinishedByTheNext) {
    const cli::Scope scope{.only = {name("site-a")}, .leaving = {name("site-a")}};
    unsigned step = 1;
    for (bool passed = false; !passed; ++step) {
        fake_.fail_at(0);
        put_site("site-a");
        ASSERT_EQ(errors_of(sync()), "");
        fake_.files.files.erase("/etc/wpns/sites.d/site-a.toml");
        fake_.fail_at(step);
        try {
            passed = errors_of(sync(scope)).empty() && fake_.faults.changes < step;
        } catch (const Error&) {
        }
        fake_.fail_at(0);
        if (!traces_of("site-a").empty()) {
            ASSERT_EQ(errors_of(sync(scope)), "") << step;
        }
        ASSERT_EQ(traces_of("site-a"), "") << step;
    }
    EXPECT_GT(step, 20U);
}

TEST_F(Lifecycle, ANameThatLeadsNowhereGoesWithItsSiteAndIsMadeAnewWithoutThat) {
    put_site("site-a");
    ASSERT_EQ(errors_of(sync()), "");
    const auto lose = [&] {
        fake_.network.names.erase("site-a");
        fake_.network.stale.insert("site-a");
    };
    lose();
    ASSERT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(fake_.network.names.contains("site-a"));
    lose();
    fake_.files.files.erase("/etc/wpns/sites.d/site-a.toml");
    ASSERT_EQ(errors_of(sync({.only = {name("site-a")}, .leaving = {name("site-a")}})), "");
    EXPECT_TRUE(fake_.network.stale.empty());
}

}  // namespace
}  // namespace wpns
