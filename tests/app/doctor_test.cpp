#include "apply/doctor.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "apply/boot.hpp"
#include "desired/firewall.hpp"
#include "fakes/fake_host.hpp"

namespace wpns {
namespace {

/// A host where all is well: a table, the watch over it, held namespaces, forwarding.
class Doctor : public ::testing::Test {
  protected:
    void SetUp() override {
        const auto table = desired::firewall_table("table inet wpns {}\n");
        fake_.files.files[desired::firewall_file].content = table.text;
        apply::load_firewall(fake_.host, registry_, table);
        for (const char* service : {names::firewall_watch, names::netns_holder})
            fake_.units.states[service] = {"loaded", "active", "running"};
    }
    [[nodiscard]] std::string problems() const {
        std::string text;
        for (const auto& finding : apply::examine(fake_.host, registry_, config_)) {
            if (finding.problem.empty()) continue;
            text += finding.about + ": " + finding.problem + "\n";
            for (const auto& command : finding.fix) text += "# " + command + "\n";
        }
        return text;
    }

    fakes::FakeHost fake_;
    Registry registry_;
    HostConfig config_;
};

TEST_F(Doctor, FindsNothingWhereAllIsWell) {
    EXPECT_EQ(problems(), "");
    EXPECT_EQ(apply::examine(fake_.host, registry_, config_).size(), 6U);
}

TEST_F(Doctor, NamesAFirewallThatIsGoneOrChanged) {
    fake_.firewall.loaded->digest = "changed";
    EXPECT_NE(problems().find("table inet wpns): it is not there, or not as it was loaded\n"
                              "# systemctl reload wpns-firewall.service\n"),
              std::string::npos);
    fake_.firewall.remove_table();
    EXPECT_NE(problems().find("# systemctl reload wpns-firewall.service\n"), std::string::npos);
    fake_.files.files.erase(desired::firewall_file);
    EXPECT_NE(problems().find("# wpns sync\n"), std::string::npos);
}

TEST_F(Doctor, NamesAWatchThatDoesNotRun) {
    fake_.units.states[names::firewall_watch].active = "failed";
    EXPECT_NE(problems().find("it is failed\n# systemctl enable --now wpns-firewall-watch.service"),
              std::string::npos);
    fake_.units.states.erase(names::firewall_watch);
    EXPECT_NE(problems().find("it is inactive\n"), std::string::npos);
}

TEST_F(Doctor, NamesAFileSystemWithoutQuotasAsBearable) {
    fake_.quotas.missing = "its file system is not mounted with prjquota";
    const auto findings = apply::examine(fake_.host, registry_, config_);
    const auto disk = std::ranges::find(findings, "disk of the sites", &apply::Finding::about);
    ASSERT_NE(disk, findings.end());
    EXPECT_EQ(disk->problem, "its file system is not mounted with prjquota");
    EXPECT_TRUE(disk->bearable);
}

TEST_F(Doctor, NamesAHolderThatDoesNotRun) {
    fake_.units.states.erase(names::netns_holder);
    EXPECT_EQ(problems(),
              "network namespaces (wpns-netns-holder.service): it is inactive\n# wpns sync\n");
}

TEST_F(Doctor, NamesForwardingThatIsOff) {
    fake_.host.files.set_sysctl("net.ipv4.ip_forward", "0");
    EXPECT_NE(problems().find("it is off\n# sysctl -w net.ipv4.ip_forward=1\n"), std::string::npos);
}

TEST_F(Doctor, NamesWhoDropsWhatSitesSend) {
    fake_.neighbours.passage.drops = {{"ip", "filter", "FORWARD", ForwardDrop::Owner::docker}};
    EXPECT_EQ(problems(),
              "other firewalls: chain FORWARD of table ip filter (Docker) drops what it forwards\n"
              "# wpns sync\n");
    fake_.neighbours.passage.docker = Accept{config_.pool};
    EXPECT_NE(problems().find("# systemctl restart docker\n"), std::string::npos)
        << "nothing leads to our accept";
    fake_.neighbours.passage.drops = {{"inet", "mine", "fwd", ForwardDrop::Owner::other}};
    EXPECT_EQ(problems(),
              "other firewalls: chain fwd of table inet mine drops what it forwards\n"
              "# nft insert rule inet mine fwd ip saddr 10.10.0.0/16 accept\n"
              "# nft insert rule inet mine fwd ip daddr 10.10.0.0/16 ct state established,related "
              "accept\n");
    fake_.neighbours.passage.drops.front().accepted = true;
    EXPECT_EQ(problems(), "");
}

TEST_F(Doctor, NamesAFirewalldThatRejectsWhatSitesSend) {
    fake_.neighbours.refusing = {
        {"inet", "firewalld", "filter_FORWARD", ForwardDrop::Owner::firewalld}};
    EXPECT_EQ(
        problems(),
        "other firewalls: chain filter_FORWARD of table inet firewalld (firewalld) drops what "
        "it forwards\n"
        "# firewall-cmd --permanent --zone=trusted --add-source=10.10.0.0/16\n"
        "# firewall-cmd --zone=trusted --add-source=10.10.0.0/16\n");
}

/// No site has any, or one has.
TEST_F(Doctor, NamesWhoDropsIpv6WhereASiteHasIt) {
    using Owner = ForwardDrop::Owner;
    config_.pool6 = *Cidr6::parse("fd00:10:10::/48");
    fake_.host.files.set_sysctl("net.ipv6.conf.all.forwarding", "1");
    fake_.neighbours.refusing = {
        {.family = "ip6", .table = "filter", .chain = "FORWARD", .ipv6 = true}};
    auto& drop = fake_.neighbours.refusing.front();
    EXPECT_EQ(problems(), "");
    registry_.sites[*SiteName::parse("site-a")].allocation.subnet6 =
        *Cidr6::parse("fd00:10:10:40::/64");
    const std::pair<Owner, const char*> fixes[] = {
        {Owner::docker,
         "# ip6tables -I DOCKER-USER -s fd00:10:10::/48 -j ACCEPT\n# ip6tables -I DOCKER-USER -d "
         "fd00:10:10::/48 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"},
        {Owner::ufw, "# ufw route allow from fd00:10:10::/48\n"},
        {Owner::firewalld,
         "# firewall-cmd --permanent --zone=trusted --add-source=fd00:10:10::/48\n"},
        {Owner::other,
         "# nft insert rule ip6 filter FORWARD ip6 saddr fd00:10:10::/48 accept\n# nft insert rule "
         "ip6 filter FORWARD ip6 daddr fd00:10:10::/48 ct state established,related accept\n"}};
    for (const auto& [owner, fix] : fixes) {
        drop.owner = owner;
        EXPECT_NE(problems().find(fix), std::string::npos) << problems();
    }
}

/// A site with a group, which has a link and a bridge.
TEST_F(Doctor, NamesWhoManagesLinksOfTheSites) {
    auto& allocation = registry_.sites[*SiteName::parse("site-a")].allocation;
    allocation.group = "shop";

    fake_.link_managers.running = {{"systemd-networkd", {{"eth0", "/etc/x.network"}}},
                                   {"NetworkManager", {}}};
    const auto findings = apply::examine(fake_.host, registry_, config_);
    for (const char* about :
         {"links of the sites (systemd-networkd)", "links of the sites (NetworkManager)"}) {
        const auto found = std::ranges::find(findings, about, &apply::Finding::about);
        ASSERT_NE(found, findings.end());
        EXPECT_EQ(found->problem, "");
    }
    const std::string early = "/etc/systemd/network/00-all.network";
    fake_.link_managers.running[0].managed = {{"veth0-site-a", early}, {"wpbr-shop", early}};
    EXPECT_NE(problems().find("links of the sites (systemd-networkd): it manages veth0-site-a by " +
                              early + " and 1 more\n# mv " + early +
                              " /etc/systemd/network/50-00-all.network\n# networkctl reload\n"
                              "# wpns sync\n"),
              std::string::npos)
        << problems();
}

/// It has not read the file that came with the program.
TEST_F(Doctor, OnlyReloadsANetworkdWhoseFilesAreRight) {
    registry_.sites[*SiteName::parse("site-a")];
    fake_.link_managers.running = {
        {"systemd-networkd", {{"veth0-site-a", "/etc/systemd/network/10-all.network"}}}};
    EXPECT_NE(problems().find("10-all.network\n# networkctl reload\n# wpns sync\n"),
              std::string::npos)
        << problems();
}

TEST_F(Doctor, TellsNetworkManagerOfEachLink) {
    registry_.sites[*SiteName::parse("site-a")];
    fake_.link_managers.running = {{"NetworkManager", {{"veth0-site-a", ""}}}};
    const auto text = problems();
    EXPECT_NE(text.find("links of the sites (NetworkManager): it manages veth0-site-a\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("nmcli device set {} managed no\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace wpns
