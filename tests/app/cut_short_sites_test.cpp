#include <algorithm>
#include <array>
#include <cstdlib>

#include "apply/crowd.hpp"
#include "apply/registry_file.hpp"
#include "fakes/cut_short.hpp"

namespace wpns {
namespace {

constexpr std::array roles = {"mysqld", "php", "web"};

/// Sites that come, change, rest and go, with a neighbour that must notice nothing.
class CutShortSites : public fakes::CutShort {
  protected:
    void SetUp() override {
        put_site("site-b");
        ASSERT_EQ(sync(), cli::done);
        put_content("site-b");
        neighbour_ = traces_of("site-b");
    }
    int add(const std::string& name) {
        return quietly([&] {
            return cli::cmd_add(globals_, fake_.host, {name, name + ".example", "", "", ""});
        });
    }
    int restore_archive() {
        const auto names = fake_.files.list("/var/lib/wpns/archive");
        return quietly([&] {
            return cli::cmd_archive_restore(globals_, fake_.host, {names.at(0), false});
        });
    }
    Registry registry() { return apply::RegistryFile(fake_.files).load(); }

    /// Everything on the host with that name in it, and what it holds.
    std::map<std::string, std::string> traces_of(const std::string& site) {
        std::map<std::string, std::string> traces;
        const auto add = [&](const std::string& what, const std::string& value = {}) {
            if (what.find(site) != what.npos) traces[what] = value;
        };
        for (const auto& [path, file] : fake_.files.files) add(path, file.content);
        for (const auto& [path, directory] : fake_.files.directories) add(path);
        for (const auto& [account, value] : fake_.accounts.accounts) add(account);
        for (const auto& netns : fake_.network.names) add("namespace " + netns);
        for (const auto& [link, value] : fake_.network.links) add("link " + link);
        for (const auto& [link, value] : fake_.firewall.elements) add("element " + link);
        for (const auto& [unit, state] : fake_.units.states) add(unit, state.active);
        for (const auto& unit : fake_.units.enabled_units) add("enabled " + unit);
        return traces;
    }
    void expect_neighbour() { EXPECT_EQ(traces_of("site-b"), neighbour_); }
    /// All of it or nothing of it.
    bool is_there(const std::string& site) {
        const bool there = fake_.files.files.contains("/etc/wpns/sites.d/" + site + ".toml");
        EXPECT_EQ(registry().sites.contains(*SiteName::parse(site)), there);
        EXPECT_EQ(fake_.files.is_directory("/var/lib/wpns/sites/" + site), there);
        EXPECT_EQ(fake_.units.states.contains("wpns-web@" + site + ".socket"), there);
        EXPECT_EQ(fake_.accounts.accounts.contains("wp-" + site), there);
        if (!there) {
            const auto left = traces_of(site);
            for (const auto& [what, value] : left)
                EXPECT_TRUE(what.starts_with("/var/lib/wpns/archive/")) << what;
        }
        return there;
    }

    /// How many of its services run.
    long running(const std::string& site = "site-a") {
        return std::ranges::count_if(roles, [&](const std::string& role) {
            const auto unit = fake_.units.states.find("wpns-" + role + "@" + site + ".service");
            return unit != fake_.units.states.end() && unit->second.active == "active";
        });
    }

    std::map<std::string, std::string> neighbour_;
};

TEST_P(CutShortSites, AnAddedSiteIsWholeOrNotThere) {
    const auto cuts = at_every_change_anew([&] { return add("site-a"); },
                                           [&](bool cut) {
                                               expect_neighbour();
                                               EXPECT_TRUE(is_there("site-a") || cut);
                                           });
    EXPECT_GT(cuts, 40U);
}

TEST_P(CutShortSites, ARemovedSiteIsThereOrInItsArchive) {
    put_site("site-a");
    ASSERT_EQ(sync(), cli::done);
    put_content("site-a");
    const auto cuts = at_every_change_anew([&] { return remove("site-a", false); },
                                           [&](bool cut) {
                                               expect_neighbour();
                                               const bool there = is_there("site-a");
                                               EXPECT_TRUE(!there || cut);
                                               EXPECT_EQ(holds(content_of("site-a")), there);
                                               EXPECT_EQ(archive_holds(), !there);
                                               EXPECT_EQ(registry().tombstones.size(), !there);
                                           });
    EXPECT_GT(cuts, 30U);
}

/// Whoever removes the site's file and prunes has no journal; its numbers must be kept all the same
/// where a run ends right behind the move into the archive.
TEST_P(CutShortSites, APrunedSiteIsThereOrInItsArchive) {
    put_site("site-a");
    ASSERT_EQ(sync(), cli::done);
    put_content("site-a");
    fake_.files.files.erase("/etc/wpns/sites.d/site-a.toml");
    const auto prune = [&] {
        return quietly([&] {
            return cli::cmd_sync(globals_, fake_.host, {{}, true, true, false});
        });
    };
    const auto cuts = at_every_change_anew(prune, [&](bool) {
        EXPECT_EQ(prune(), cli::done) << printed_;
        expect_neighbour();
        EXPECT_FALSE(is_there("site-a"));
        EXPECT_TRUE(archive_holds());
        EXPECT_EQ(registry().tombstones.size(), 1U);
    });
    EXPECT_GT(cuts, 30U);
}

TEST_P(CutShortSites, APurgedSiteIsThereOrGone) {
    put_site("site-a");
    ASSERT_EQ(sync(), cli::done);
    put_content("site-a");
    const auto cuts = at_every_change_anew([&] { return remove("site-a"); },
                                           [&](bool cut) {
                                               expect_neighbour();
                                               const bool there = is_there("site-a");
                                               EXPECT_TRUE(!there || cut);
                                               EXPECT_EQ(holds(content_of("site-a")), there);
                                               EXPECT_FALSE(archive_holds());
                                               EXPECT_TRUE(registry().tombstones.empty());
                                           });
    EXPECT_GT(cuts, 30U);
}

TEST_P(CutShortSites, AnArchiveThatIsRestoredIsThereOrStillAnArchive) {
    put_site("site-a");
    ASSERT_EQ(sync(), cli::done);
    put_content("site-a");
    const auto numbers = registry().sites.at(*SiteName::parse("site-a")).allocation;
    ASSERT_EQ(remove("site-a", false), cli::done);
    const auto cuts = at_every_change_anew(
        [&] { return restore_archive(); },
        [&](bool cut) {
            expect_neighbour();
            const bool there = is_there("site-a");
            EXPECT_TRUE(there || cut);
            EXPECT_EQ(holds(content_of("site-a")), there);
            EXPECT_EQ(archive_holds(), !there);
            EXPECT_EQ(registry().tombstones.size(), !there);
            if (there) {
                EXPECT_EQ(registry().sites.at(*SiteName::parse("site-a")).allocation, numbers);
            }
        });
    EXPECT_GT(cuts, 30U);
}

TEST_P(CutShortSites, ASiteThatIsParkedIsStillParkedByTheNext) {
    put_site("site-a");
    ASSERT_EQ(sync(), cli::done);
    put_content("site-a");
    const auto park = [&] {
        return quietly([&] { return cli::cmd_park(globals_, fake_.host, {{"site-a"}}); });
    };
    const auto cuts = at_every_change_anew(park, [&](bool cut) {
        expect_neighbour();
        EXPECT_TRUE(is_there("site-a"));
        EXPECT_TRUE(holds(content_of("site-a")));
        EXPECT_TRUE(cut || running() == 0);
        EXPECT_EQ(park(), cli::done) << printed_ << error_;
        EXPECT_EQ(running(), 0);
        EXPECT_TRUE(fake_.units.states.contains("wpns-web@site-a.socket"));
    });
    EXPECT_GT(cuts, 5U);
}

TEST_P(CutShortSites, ASiteThatIsWokenIsStillWokenByTheNext) {
    put_site("site-a");
    ASSERT_EQ(sync(), cli::done);
    put_content("site-a");
    ASSERT_EQ(quietly([&] { return cli::cmd_park(globals_, fake_.host, {{"site-a"}}); }),
              cli::done);
    const auto wake = [&] {
        return quietly([&] { return cli::cmd_wake(globals_, fake_.host, {{"site-a"}}); });
    };
    const auto cuts = at_every_change_anew(wake, [&](bool cut) {
        expect_neighbour();
        EXPECT_TRUE(cut || running() == 3);
        EXPECT_EQ(wake(), cli::done) << printed_ << error_;
        EXPECT_EQ(running(), 3);
        EXPECT_TRUE(is_there("site-a"));
        EXPECT_TRUE(holds(content_of("site-a")));
    });
    EXPECT_GT(cuts, 5U);
}

std::string site(unsigned number) {
    return "many-" + std::to_string(number);
}

/// Ten sites at once, with all that a host has before its first one.
class CutShortTen : public CutShortSites {
  protected:
    void SetUp() override {
        // All of them take minutes.
        const char* const every = std::getenv("WPNS_EVERY");
        every_ = every == nullptr ? 37 : static_cast<unsigned>(std::stoul(every));
    }
    static constexpr unsigned count = 10;
    void expect_all() {
        for (unsigned i = 0; i < count; ++i) {
            EXPECT_TRUE(is_there(site(i))) << i;
            EXPECT_EQ(running(site(i)), 3) << i;
        }
    }
};

TEST_P(CutShortTen, AllOfThemComeWithTheNextSync) {
    for (unsigned i = 0; i < count; ++i) put_site(site(i));
    const auto cuts = at_every_change_anew([&] { return sync(); }, [&](bool) { expect_all(); });
    EXPECT_GT(cuts, 300U / every_);
}

/// Two sites change, one comes, one goes; six have nothing to do with it.
TEST_P(CutShortTen, ChangesOfSomeLeaveTheOthersAlone) {
    for (unsigned i = 0; i < count; ++i) put_site(site(i));
    ASSERT_EQ(sync(), cli::done);
    for (unsigned i = 0; i < count; ++i) put_content(site(i));
    ASSERT_EQ(remove(site(9)), cli::done);
    std::vector<std::map<std::string, std::string>> others;
    for (unsigned i = 3; i < 9; ++i) others.push_back(traces_of(site(i)));
    put_site(site(0), "[php]\nmax_children = 3\n");
    put_site(site(1), "[network]\negress = \"web\"\n[mysql]\nmemory = \"96M\"\n");
    put_site(site(9));
    fake_.files.files.erase("/etc/wpns/sites.d/" + site(2) + ".toml");
    const auto prune = [&] {
        return quietly([&] {
            return cli::cmd_sync(globals_, fake_.host, {{}, true, true, false});
        });
    };
    const auto cuts = at_every_change_anew(prune, [&](bool cut) {
        EXPECT_EQ(prune(), cli::done) << printed_;
        EXPECT_EQ(plan(), cli::done) << printed_;
        for (unsigned i = 3; i < 9; ++i)
            EXPECT_EQ(traces_of(site(i)), others.at(i - 3)) << i << cut;
        EXPECT_TRUE(is_there(site(0)) && is_there(site(1)) && is_there(site(9)));
        EXPECT_FALSE(is_there(site(2)));
        EXPECT_TRUE(archive_holds());
        EXPECT_EQ(registry().tombstones.size(), 1U);
    });
    EXPECT_GT(cuts, 100U / every_);
}

/// More sites that may be parked than are awake together.
TEST_P(CutShortTen, ACrowdIsInstalledOrWaitsForItsVisitors) {
    constexpr unsigned crowd = apply::sites_a_turn + 1;
    for (unsigned i = 0; i < crowd; ++i) put_site(site(i), "[idle]\nafter = \"15m\"\n");
    const auto installed = [&](unsigned i) {
        return fake_.files.files.contains("/var/lib/wpns/sites/" + site(i) +
                                          "/wordpress.installed");
    };
    const auto cuts = at_every_change_anew(
        [&] { return sync(); },
        [&](bool) {
            for (unsigned i = 0; i < crowd; ++i) {
                EXPECT_TRUE(is_there(site(i))) << i;
                EXPECT_NE(fake_.files.files.contains("/var/lib/wpns/owed/" + site(i)),
                          installed(i));
                EXPECT_EQ(cli::cmd_install(fake_.host, site(i)), cli::done);
                EXPECT_TRUE(installed(i)) << i;
            }
            EXPECT_TRUE(fake_.files.list("/var/lib/wpns/owed").empty());
            EXPECT_EQ(plan(), cli::done) << printed_;
        });
    EXPECT_GT(cuts, 300U / every_);
}

INSTANTIATE_TEST_SUITE_P(Verbs, CutShortSites,
                         testing::Values(fakes::Cut::killed, fakes::Cut::fails), fakes::name_of);
INSTANTIATE_TEST_SUITE_P(Verbs, CutShortTen, testing::Values(fakes::Cut::killed, fakes::Cut::fails),
                         fakes::name_of);

}  // namespace
}  // namespace wpns
