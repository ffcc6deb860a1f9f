#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <vector>

#include "network/world.hpp"

namespace wpns::test {
namespace {

constexpr unsigned count = 300;

/// Does not fail on a number, as machines differ; prints what each step takes and keeps it in the
/// test's report.
void timed(const std::string& step, const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::cout << "  " << count << " sites: " << step << ": " << took.count() << " ms\n";
    ::testing::Test::RecordProperty(step, std::to_string(took.count()));
}

class ScaleTest : public World {};

TEST_F(ScaleTest, ManySitesUpObservedAndDown) {
    std::vector<Link> links;
    std::vector<FirewallSite> sites;
    std::map<std::string, FirewallSite> expected;
    for (unsigned i = 0; i < count; ++i) {
        links.push_back(link_of("site-" + std::to_string(i), i));
        sites.push_back(firewall_of(links.back()));
        expected.emplace(sites.back().link, sites.back());
    }
    const FirewallTable table = table_with();

    timed("create namespaces", [&] {
        for (const Link& link : links) network->create_namespace(link.netns);
    });
    timed("load firewall", [&] { firewall->load(table, sites); });
    timed("create links", [&] {
        for (const Link& link : links) network->ensure_link(link);
    });
    std::map<std::string, Link> found;
    timed("find links", [&] { found = network->find_links(links); });
    ASSERT_EQ(found.size(), links.size());
    for (const Link& link : links) EXPECT_EQ(found.at(link.host_end.name), link);
    timed("ensure links again", [&] {
        for (const Link& link : links) network->ensure_link(link);
    });
    timed("list namespaces", [&] { EXPECT_EQ(network->namespaces().size(), count); });
    timed("list firewall sites", [&] { EXPECT_EQ(firewall->sites(), expected); });
    timed("compare table, first time", [&] { EXPECT_EQ(firewall->table(table), table); });
    timed("compare table, again", [&] { EXPECT_EQ(firewall->table(table), table); });
    timed("take elements out one by one", [&] {
        for (const FirewallSite& site : sites) firewall->change({}, std::vector{site});
    });
    timed("put elements in one by one", [&] {
        for (const FirewallSite& site : sites) firewall->change(std::vector{site}, {});
    });
    timed("take all elements out", [&] { firewall->change({}, sites); });
    EXPECT_TRUE(firewall->sites().empty());
    std::vector<std::string> names;
    for (const Link& link : links) names.push_back(link.host_end.name);
    timed("remove links", [&] { EXPECT_TRUE(network->remove_links(names).empty()); });
    timed("remove namespaces", [&] {
        for (const Link& link : links) network->remove_namespace(link.netns);
    });
    EXPECT_TRUE(network->find_links(links).empty());
    EXPECT_TRUE(network->namespaces().empty());
}

}  // namespace
}  // namespace wpns::test
