#include "render/firewall_dynamic.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wpns::render {
namespace {

ResolvedTarget target(const char* address, std::uint16_t port) {
    return {"veth0-a", "api.example.com", {Cidr::of(*Ipv4::parse(address), 32), 6, port}};
}

TEST(FirewallResolvedText, TakesOutBeforeItPutsIn) {
    const std::vector gone = {target("203.0.113.7", 443)};
    const std::vector put = {target("203.0.113.7", 443), target("203.0.113.8", 0)};
    EXPECT_EQ(firewall_resolved_text(put, gone),
              "delete element inet wpns resolved { \"veth0-a\" . 203.0.113.7 . 6 . 443 }\n"
              "add element inet wpns resolved { \"veth0-a\" . 203.0.113.7 . 6 . 443 "
              "timeout 1h comment \"api.example.com\", "
              "\"veth0-a\" . 203.0.113.8 . 6 . 0-65535 timeout 1h comment \"api.example.com\" }\n");
    EXPECT_EQ(firewall_resolved_text({}, {}), "");
}

TEST(FirewallResolvedText, Ipv6HasASetOfItsOwn) {
    const std::vector put = {
        target("203.0.113.7", 443),
        ResolvedTarget{
            "veth0-a", "api.example.com", {Cidr6::of(*Ipv6::parse("2001:db8::7"), 128), 6, 443}}};
    EXPECT_EQ(firewall_resolved_text(put, {}),
              "add element inet wpns resolved { \"veth0-a\" . 203.0.113.7 . 6 . 443 "
              "timeout 1h comment \"api.example.com\" }\n"
              "add element inet wpns resolved6 { \"veth0-a\" . 2001:db8::7 . 6 . 443 "
              "timeout 1h comment \"api.example.com\" }\n");
    EXPECT_EQ(firewall_resolved_text({}, std::vector{put[1]}),
              "delete element inet wpns resolved6 { \"veth0-a\" . 2001:db8::7 . 6 . 443 }\n");
}

TEST(FirewallResolvedText, RefusesNamesThatCouldAddAStatement) {
    for (const char* name : {"", "a\" }", "a b", "A.example", "a;b", "a\n"}) {
        auto wrong = target("203.0.113.7", 443);
        wrong.name = name;
        EXPECT_FALSE(firewall_resolved_text(std::vector{wrong}, {})) << name;
        wrong = target("203.0.113.7", 443);
        wrong.link = name;
        EXPECT_FALSE(firewall_resolved_text(std::vector{wrong}, {})) << name;
        EXPECT_FALSE(firewall_resolved_text({}, std::vector{wrong})) << name;
    }
}

TEST(FirewallForgetText, AddsSoThatDeletingNeverFails) {
    const Refusals refusals{3,
                            {{*Ipv4::parse("10.0.0.1"), protocol_tcp, 22, 2},
                             {*Ipv4::parse("10.0.0.1"), protocol_icmp, 0, 1}}};
    EXPECT_EQ(firewall_forget_text("veth0-a", refusals),
              "add element inet wpns refused { \"veth0-a\" . 10.0.0.1 . 6 . 22 }\n"
              "add element inet wpns refused_other { \"veth0-a\" . 10.0.0.1 . 1 }\n"
              "delete element inet wpns refused { \"veth0-a\" . 10.0.0.1 . 6 . 22 }\n"
              "delete element inet wpns refused_other { \"veth0-a\" . 10.0.0.1 . 1 }\n");
    EXPECT_EQ(firewall_forget_text("veth0-a", {}), "");
    EXPECT_FALSE(firewall_forget_text("veth0 a", refusals));
}

}  // namespace
}  // namespace wpns::render
