#include "model/registry_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>

#include "base/error.hpp"
#include "model/registry_lists.hpp"
#include "registry_sample.hpp"

namespace wpns {
namespace {

// A person reads this at 3 am.
TEST(RegistryText, IsPlain) {
    const std::string text = to_text(small());
    EXPECT_EQ(text.substr(text.find('\n') + 1), R"(schema = 1
lineage = "5f0c"
serial = 7
host = [
  "directory /etc/wpns 0123456789abcdef",
]

[sites.site-a]
domain = "site-a.example"
subnet = "10.10.1.0/30"
uid = 400
db_uid = 401
seed = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
mtu = 1400
egress = "web"
resources = [
  "file /etc/wpns/rendered/site-a/my.cnf pending",
  "unit wpns-php@site-a.service fedcba9876543210",
]

[[tombstones]]
site = "old"
uid = 402
db_uid = 403
archive = "/var/lib/wpns/archive/old"
)");
}

/// The registry that comes back; a reason is a failure of the test.
Registry reread(const Registry& registry) {
    auto result = parse_registry(to_text(registry));
    EXPECT_TRUE(result) << result.error();
    return result.value_or(Registry{});
}

TEST(RegistryText, ComesBackAsItWas) {
    EXPECT_EQ(reread(small()), small());
    EXPECT_EQ(reread(Registry{}), Registry{});
}

/// Random registries, with odd characters wherever free text can be.
class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    Registry registry() {
        Registry result;
        result.lineage = text();
        result.serial = random_() >> 1U;
        result.host = recorded("");
        for (unsigned i = below(5); i-- > 0;) {
            const auto name = "s" + std::to_string(below(1000));
            result.sites.insert_or_assign(site(name), record(name));
        }
        for (unsigned i = below(4); i-- > 0;)
            result.tombstones.push_back({text(), id(), id(), text() + std::to_string(i)});
        return result;
    }

  private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    std::uint32_t id() { return next_id_ += 1 + below(1000); }

    std::string text() {
        constexpr std::string_view odd = "\"\\\n\t\r\x01\x7f#=[]{} 'ab/\xc3\xa4";
        std::string result;
        for (unsigned i = below(8); i-- > 0;) {
            const char c = odd[below(static_cast<unsigned>(odd.size()) - 2)];
            result += c;
            if (below(5) == 0) result += "\xc3\xa4";
        }
        return result;
    }
    std::string digest() {
        return below(4) == 0 ? pending : sha256_hex(std::to_string(random_())).substr(0, 16);
    }
    Recorded recorded(const std::string& name) {
        Recorded result;
        for (unsigned i = below(10); i-- > 0;)
            result[{static_cast<Kind>(below(11)), "/" + text(), name}] = digest();
        return result;
    }
    SiteRecord record(const std::string& name) {
        SiteRecord result;
        const Ipv4 address{next_id_ * 4 + 0x0a000000};
        result.allocation = {Cidr::of(address, 30), id(), id(), sha256_hex(name)};
        result.network.mtu = below(9001);
        result.network.egress = static_cast<Egress>(below(3));
        result.domain = text();
        result.resources = recorded(name);
        return result;
    }

    std::mt19937_64 random_;
    std::uint32_t next_id_ = 0;
};

TEST(RegistryText, RandomRegistriesComeBack) {
    for (unsigned seed = 0; seed < 3000; ++seed) {
        const Registry registry = Generator(seed).registry();
        ASSERT_EQ(reread(registry), registry) << "seed " << seed;
    }
}

TEST(RegistryText, AResourceOfAnotherSiteIsABug) {
    Registry registry = small();
    registry.host[{Kind::file, "/x", "site-a"}] = pending;
    EXPECT_THROW((void)to_text(registry), Error);
}

Registry large(unsigned sites) {
    Registry registry;
    for (unsigned i = 0; i < sites; ++i) {
        const auto name = "customer-" + std::to_string(i);
        SiteRecord record;
        record.domain = name + ".example";
        record.allocation = {Cidr::of({0x0a0a0000 + 4 * i}, 30), 600000 + 2 * i, 600001 + 2 * i,
                             sha256_hex(name)};
        for (int k = 0; k < 45; ++k)
            record.resources[{Kind::file,
                              "/etc/wpns/rendered/" + name + "/file-" + std::to_string(k), name}] =
                "0123456789abcdef";
        registry.sites.emplace(site(name), record);
    }
    return registry;
}

TEST(RegistryText, AThousandSitesAreReadInLessThanASecond) {
    const Registry registry = large(1000);
    const auto text = to_text(registry);
    const auto start = std::clock();
    const auto result = parse_registry(text);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_EQ(result, registry);
    EXPECT_LT(seconds, 1.0);
    RecordProperty("seconds", std::to_string(seconds));
}

/// The body of a long registry, and where in it some site in the middle stands.
struct Long {
    Registry registry = large(300);
    std::string body = to_text(registry).substr(to_text(registry).find('\n') + 1);
    std::string heading = "[sites.customer-250]\n";

    [[nodiscard]] std::string error_with(const std::string& table) const {
        std::string changed = body;
        changed.insert(changed.find(heading), table);
        const auto result = parse_registry(sign(changed));
        return result ? "" : result.error();
    }
    [[nodiscard]] std::string line() const {
        const auto before = body.substr(0, body.find(heading));
        return std::to_string(std::ranges::count(before, '\n') + 2);  // the checksum's, and itself
    }
};

TEST(RegistryText, ALongOneIsReadInParts) {
    Long text;
    ASSERT_GT(split_registry(text.body).parts.size(), 3U);
    text.registry.tombstones.push_back({"old", 402, 403, "/var/lib/wpns/archive/old"});
    EXPECT_EQ(reread(text.registry), text.registry);
}

TEST(RegistryText, WhatIsWrongInALaterPartIsToldAsInTheFirst) {
    const Long text;
    EXPECT_EQ(text.error_with("= 1\n").substr(0, 5 + text.line().size()), "line " + text.line());
    EXPECT_EQ(text.error_with("[other]\n"), "unknown key other");
    const auto first = text.body.substr(text.body.find("[sites.customer-0]"));
    const auto empty = first.substr(0, first.find("resources = ")) + "resources = []\n";
    EXPECT_EQ(text.error_with(empty), "[sites.customer-0] is there twice");
}

TEST(RegistryText, APolicyComesBack) {
    Registry registry = small();
    AppliedNetwork& network = registry.sites.at(site("site-a")).network;
    network.egress = Egress::allow;
    for (const char* target : {"203.0.113.0/24", "198.51.100.7:443/tcp", "api.example.com:53/udp"})
        network.allow.push_back(*AllowTarget::parse(target));
    network.source_address = *Ipv4::parse("203.0.113.2");
    network.connections = 50;
    network.mac = *Mac::parse("02:00:5e:10:00:01");
    registry.sites.at(site("site-a")).allocation.subnet6 = *Cidr6::parse("fd00:10:10:40::/64");
    network.up = 20'000'000;
    network.down = 10'000'000'000;
    const std::string text = to_text(registry);
    EXPECT_NE(text.find("allow = [\"203.0.113.0/24\", \"198.51.100.7:443/tcp\", "
                        "\"api.example.com:53/udp\"]\n"),
              std::string::npos);
    const auto read = parse_registry(text);
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(*read, registry);
}

TEST(RegistryText, KeepsWhetherASiteMayBeParked) {
    auto registry = small();
    EXPECT_EQ(to_text(registry).find("parked"), std::string::npos);
    EXPECT_EQ(to_text(registry).find("idle_after"), std::string::npos);
    auto& record = registry.sites.at(site("site-a"));
    record.idle_after = 900;
    record.parked = true;
    const std::string text = to_text(registry);
    EXPECT_NE(text.find("idle_after = 900\nparked = true\n"), std::string::npos);
    const auto read = parse_registry(text);
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(*read, registry);
}

}  // namespace
}  // namespace wpns
