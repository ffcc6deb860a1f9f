#include "model/resource.hpp"

#include <gtest/gtest.h>

#include <set>

namespace wpns {
namespace {

const ResourceKey key{Kind::file, "/etc/wpns/rendered/site-a/my.cnf", "site-a"};

Link link() {
    return {{"veth0-site-a", "veth0-site-a"}, {"veth1-site-a", "veth1-site-a"}, "site-a",
            *Ipv4::parse("10.10.1.1"),        *Ipv4::parse("10.10.1.2"),        30,
            *Mac::parse("02:00:00:00:00:01"), *Mac::parse("02:00:00:00:00:02"), 1500};
}

FirewallSite firewall() {
    return {"veth0-site-a", *Ipv4::parse("10.10.1.2"), *Ipv4::parse("10.10.1.1"), Egress::open};
}

Unit unit(bool active, bool enabled) {
    Unit result;
    result.active = active;
    result.enabled = enabled;
    return result;
}

File link_to(const std::string& target) {
    File result;
    result.link_target = target;
    return result;
}

TEST(Kind, NamesGoBothWays) {
    for (const auto kind : {Kind::account, Kind::directory, Kind::quota, Kind::core, Kind::opcodes,
                            Kind::file, Kind::netns, Kind::firewall, Kind::accept, Kind::bridge,
                            Kind::link, Kind::database, Kind::unit, Kind::wordpress, Kind::vhost})
        EXPECT_EQ(parse_kind(to_string(kind)), kind) << to_string(kind);
    EXPECT_EQ(to_string(Kind::account), "account");
    EXPECT_EQ(to_string(Kind::vhost), "vhost");
    EXPECT_EQ(parse_kind("File"), std::nullopt);
    EXPECT_EQ(parse_kind(""), std::nullopt);
}

TEST(Egress, NamesGoBothWays) {
    for (const auto egress :
         {Egress::open, Egress::web, Egress::allow, Egress::none, Egress::quarantine})
        EXPECT_EQ(parse_egress(to_string(egress)), egress);
    EXPECT_EQ(to_string(Egress::web), "web");
    EXPECT_EQ(parse_egress("closed"), std::nullopt);
}

TEST(ResourceKey, SaysKindAndId) {
    EXPECT_EQ(key.str(), "file /etc/wpns/rendered/site-a/my.cnf");
}

/// Values that are all different, several of a kind differing in one field only.
std::vector<Resource> different_resources() {
    std::vector<Resource> all = {Account{400},
                                 Account{401},
                                 Directory{0, 0, 0755},
                                 Directory{1, 0, 0755},
                                 Directory{0, 1, 0755},
                                 Directory{0, 0, 0750},
                                 Core{"/usr/share/wordpress", "6.1"},
                                 Core{"/usr/share/wordpress", "6.2"},
                                 Core{"/srv/wordpress", "6.1"},
                                 File{"a", "", 0, 0, 0644},
                                 File{"b", "", 0, 0, 0644},
                                 File{"", "a", 0, 0, 0644},
                                 File{"a", "", 7, 0, 0644},
                                 File{"a", "", 0, 7, 0644},
                                 File{"a", "", 0, 0, 0640},
                                 FirewallTable{"", "1111"},
                                 FirewallTable{"", "2222"},
                                 unit(true, false),
                                 unit(true, true),
                                 unit(false, false),
                                 Vhost{"server {}"},
                                 Vhost{"server { }"}};
    const auto vary = [&]<typename T>(T value, auto&& change) {
        change(value);
        all.emplace_back(value);
    };
    vary(firewall(), [](auto&) {});
    vary(firewall(), [](auto& f) { f.link = "veth0-site-b"; });
    vary(firewall(), [](auto& f) { f.address.value += 1; });
    vary(firewall(), [](auto& f) { f.gateway.value += 1; });
    vary(firewall(), [](auto& f) { f.egress = Egress::web; });
    for (const auto egress : {Egress::allow, Egress::none, Egress::quarantine})
        vary(firewall(), [&](auto& f) { f.egress = egress; });
    const Cidr net = *Cidr::parse("203.0.113.0/24");
    vary(firewall(), [&](auto& f) { f.allowed = {{net, 6, 443}}; });
    vary(firewall(), [&](auto& f) { f.allowed = {{net, 17, 443}}; });
    vary(firewall(), [&](auto& f) { f.allowed = {{net, 6, 0}}; });
    vary(firewall(), [](auto& f) { f.names = "0123456789abcdef"; });
    vary(firewall(), [](auto& f) { f.source_address = {7}; });
    vary(firewall(), [](auto& f) { f.connections = 50; });
    vary(firewall(), [](auto& f) { f.address6.bytes[15] = 2; });
    vary(firewall(), [](auto& f) { f.gateway6.bytes[15] = 2; });
    vary(link(), [](auto&) {});
    vary(link(), [](auto& l) { l.host_end.name = "x"; });
    vary(link(), [](auto& l) { l.host_end.full = "x"; });
    vary(link(), [](auto& l) { l.site_end.name = "x"; });
    vary(link(), [](auto& l) { l.site_end.full = "x"; });
    vary(link(), [](auto& l) { l.netns = "site-b"; });
    vary(link(), [](auto& l) { l.host_address.value += 1; });
    vary(link(), [](auto& l) { l.site_address.value += 1; });
    vary(link(), [](auto& l) { l.prefix = 29; });
    vary(link(), [](auto& l) { l.host_mac.bytes[5] = 9; });
    vary(link(), [](auto& l) { l.site_mac.bytes[5] = 9; });
    vary(link(), [](auto& l) { l.mtu = 1400; });
    vary(link(), [](auto& l) { l.up = 1400; });
    vary(link(), [](auto& l) { l.prefix6 = 64; });
    vary(link(), [](auto& l) {
        l.prefix6 = 64;
        l.host_address6.bytes[15] = 1;
    });
    vary(link(), [](auto& l) {
        l.prefix6 = 64;
        l.site_address6.bytes[15] = 1;
    });
    vary(link(), [](auto& l) { l.down = 1400; });
    return all;
}

TEST(Digest, IsAnotherForEveryField) {
    std::set<std::string> seen;
    for (const auto& resource : different_resources()) {
        const auto digest = digest_of(key, resource);
        EXPECT_EQ(digest.size(), 16U);
        EXPECT_EQ(digest.find_first_not_of("0123456789abcdef"), std::string::npos) << digest;
        EXPECT_TRUE(seen.insert(digest).second) << "resource " << seen.size();
    }
}

TEST(Digest, CoversTheKey) {
    std::set<std::string> seen;
    for (const ResourceKey& other :
         {key, ResourceKey{Kind::vhost, key.id, key.site}, ResourceKey{key.kind, "/x", key.site},
          ResourceKey{key.kind, key.id, ""}})
        EXPECT_TRUE(seen.insert(digest_of(other, Netns{})).second);
}

TEST(Digest, OfUnitCoversWhatItReads) {
    std::set<std::string> seen;
    const auto expect_new = [&](const Unit& unit) {
        EXPECT_TRUE(seen.insert(digest_of(key, unit)).second) << seen.size();
    };
    Unit unit;
    expect_new(unit);
    unit.reload = true;
    expect_new(unit);
    unit.inputs = {{Kind::file, "/a", "s"}};
    expect_new(unit);
    unit.inputs = {{Kind::file, "/a", "s"}, {Kind::file, "/b", "s"}};
    expect_new(unit);
    unit.inputs_digest = "1";
    expect_new(unit);
}

TEST(Digest, OfTableCoversItsDigestOnly) {
    EXPECT_EQ(digest_of(key, FirewallTable{"table inet wpns {}", "1111"}),
              digest_of(key, FirewallTable{"", "1111"}));
}

// Registries on hosts hold these digests: another result here restarts every site at the upgrade.
// Made with: printf 'kind=4:file\nid=2:/x\nsite=1:a\n…' | sha256sum
TEST(Digest, IsTheSameInEveryVersion) {
    const auto digest = [](Kind kind, const Resource& resource) {
        return digest_of({kind, "/x", "a"}, resource);
    };
    EXPECT_EQ(digest(Kind::file, File{"text", "", 0, 33, 0640}), "ef061d65e6e8b9e5");
    EXPECT_EQ(digest(Kind::netns, Netns{}), "c756a6a97f502e33");
    Unit unit;
    unit.inputs = {{Kind::netns, "a", "a"}};
    unit.inputs_digest = "beef";
    EXPECT_EQ(digest(Kind::unit, unit), "72f044e8a11c6d3c");
    EXPECT_EQ(digest(Kind::link, link()), "c6fc552c856e47b8");
}

TEST(Difference, IsEmptyExactlyWhereValuesAreEqual) {
    const auto all = different_resources();
    for (const auto& a : all)
        for (const auto& b : all) EXPECT_EQ(difference(a, b).empty(), a == b);
}

TEST(Difference, SaysWhatIsThereAndWhatIsWanted) {
    EXPECT_EQ(difference(Account{400}, Account{401}), "uid 401, wanted 400");
    EXPECT_EQ(difference(Directory{0, 33, 0750}, Directory{0, 33, 01777}),
              "mode 1777, wanted 0750");
    EXPECT_EQ(difference(Directory{0, 33, 0750}, Directory{0, 0, 0755}),
              "owner 0:0, wanted 0:33; mode 0755, wanted 0750");
    EXPECT_EQ(difference(Core{"/a", "6.1"}, Core{"/a", "6.2"}), "version 6.2, wanted 6.1");
    EXPECT_EQ(difference(link_to("/run/a"), link_to("/run/b")), "link to /run/b, wanted /run/a");
    EXPECT_EQ(difference(link_to("/run/a"), File{}), "link to none, wanted /run/a");
    EXPECT_EQ(difference(FirewallTable{"x", "1"}, FirewallTable{"", "2"}), "ruleset differs");
    EXPECT_EQ(difference(unit(true, true), unit(false, false)),
              "inactive, wanted active; disabled, wanted enabled");
    EXPECT_EQ(difference(unit(false, false), unit(true, true)),
              "active, wanted inactive; enabled, wanted disabled");
    EXPECT_EQ(difference(Vhost{"a"}, Vhost{"b"}), "content differs");
    EXPECT_EQ(difference(Vhost{"a"}, Netns{}), "type differs");
}

TEST(Difference, NamesTheFieldsOfALink) {
    auto found = link();
    found.mtu = 1400;
    found.host_address = {};
    found.site_mac = {};
    found.site_end = {"veth1-_abcdefgh", "veth1-of-another"};
    EXPECT_EQ(difference(link(), found),
              "site end veth1-_abcdefgh (veth1-of-another), wanted veth1-site-a; "
              "host address none, wanted 10.10.1.1; site mac none, wanted 02:00:00:00:00:02; "
              "mtu 1400, wanted 1500");
}

TEST(Difference, NamesTheEgressOfASite) {
    auto found = firewall();
    found.egress = Egress::none;
    EXPECT_EQ(difference(firewall(), found), "egress none, wanted open");
}

TEST(Difference, NeverShowsContents) {
    EXPECT_EQ(difference(File{"secret-1", "", 0, 0, 0600}, File{"secret-2", "", 0, 0, 0600}),
              "content differs");
}

}  // namespace
}  // namespace wpns
