#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <iterator>
#include <random>
#include <tuple>

#include "cli/planning.hpp"
#include "cli/session.hpp"
#include "fakes/verbs.hpp"

namespace wpns {
namespace {

constexpr const char* cache = "/var/cache/wpns/settled";

/// A host with sites of several kinds, all of them as they should be and remembered as such.
class Remembered : public fakes::Verbs {
  protected:
    void SetUp() override {
        put("/etc/wpns/wpns.toml", "[network]\npool = \"10.10.0.0/16\"\n");
        put_site("site-a");
        put_site("site-b", "[idle]\nafter = \"15m\"\n");
        put_site("site-c",
                 "[wordpress]\ncore = \"private\"\n[network]\negress = \"web\"\n"
                 "group = \"shop\"\n");
        put_site("site-d",
                 "[limits]\ndisk = \"1G\"\n[php.settings]\nmax_input_vars = 2000\n"
                 "[network]\ngroup = \"shop\"\n");
        ASSERT_EQ(sync(), cli::done);
        ASSERT_EQ(rendered(), 0U);
    }

    void put_site(const std::string& site, const std::string& more = {}) {
        put(site_file(site), "domain = \"" + site + ".example\"\n" + more);
    }
    static std::string site_file(const std::string& site) {
        return "/etc/wpns/sites.d/" + site + ".toml";
    }
    static std::string file(const std::string& name, const std::string& site = "site-a") {
        return "/etc/wpns/rendered/" + site + "/" + name;
    }

    cli::Planned look(cli::Memory memory) {
        cli::Session session(globals_, fake_.host);
        return cli::make_plan(session, {.memory = memory});
    }
    /// How many sites a plan has to render.
    std::size_t rendered(cli::Memory memory = cli::Memory::trusted) {
        return look(memory).rendered;
    }
    static std::vector<std::string> lines(const cli::Planned& planned) {
        std::vector<std::string> found;
        for (const auto& action : planned.plan.actions)
            found.push_back(plan::describe(action) + ": " + action.reason);
        for (const auto& [site, why] : planned.site_errors) found.push_back(site + "! " + why);
        for (const auto& conflict : planned.plan.conflicts)
            found.push_back(conflict.key.str() + "? " + conflict.reason);
        return found;
    }
    /// The plan, or what it ends with.
    std::vector<std::string> plan(cli::Memory memory) {
        try {
            return lines(look(memory));
        } catch (const Error& error) {
            return {error.message()};
        }
    }
    /// That a plan which goes by what is remembered is the one that compares everything.
    void expect_same(const std::string& after) {
        const auto all = plan(cli::Memory::none);
        EXPECT_EQ(plan(cli::Memory::trusted), all) << after;
        EXPECT_EQ(plan(cli::Memory::trusted), all) << after << ", once more";
    }
    File& at(const std::string& path) { return fake_.files.files.at(path); }
};

TEST_F(Remembered, ANoOpPlanRendersNoSite) {
    EXPECT_EQ(rendered(cli::Memory::write), 4U);
    EXPECT_EQ(rendered(cli::Memory::none), 4U);
    EXPECT_EQ(rendered(), 0U);
    EXPECT_EQ(sync(), cli::done);
    EXPECT_EQ(printed_, "nothing to do\n");
}

TEST_F(Remembered, WhatHasChangedIsFoundAndNothingElseIsRendered) {
    struct Case {
        const char* what;
        std::function<void()> change;
        std::size_t sites = 1;
    };
    auto& files = fake_.files;
    auto& states = fake_.units.states;
    const std::vector<Case> cases = {
        {"content of the same length", [&] { at(file("my.cnf")).content[0] ^= 1; }},
        {"mode", [&] { at(file("wp-config.php")).mode = 0644; }},
        {"owner", [&] { at(file("php.ini")).uid = 33; }},
        {"group", [&] { at(file("php.ini")).gid = 33; }},
        {"a file is gone", [&] { files.files.erase(file("hosts")); }},
        {"a link in its place", [&] { at(file("hosts")) = {.content = {}, .link_target = "/x"}; }},
        {"a unit file", [&] { at("/etc/systemd/system/wpns-php@site-a.service").content += "#"; }},
        {"the vhost", [&] { at("/etc/nginx/wpns.d/site-a.conf").content += "#"; }},
        {"the marker is gone",
         [&] { files.files.erase("/var/lib/wpns/sites/site-a/wordpress.installed"); }},
        {"mode of a directory",
         [&] { files.directories.at("/var/lib/wpns/sites/site-a/tmp/php").mode = 0777; }},
        {"the database is gone",
         [&] { files.directories.erase("/var/lib/wpns/sites/site-a/mysql"); }},
        {"a limit", [&] { files.quotas.at("/var/lib/wpns/sites/site-a").bytes = 1; }},
        {"a namespace", [&] { fake_.network.names.erase("site-a"); }},
        {"a link", [&] { fake_.network.links.at("veth0-site-a").mtu = 1400; }},
        {"the firewall", [&] { fake_.firewall.elements.at("veth0-site-a").egress = Egress::none; }},
        {"an account", [&] { fake_.accounts.accounts.at("wp-site-a").uid = 7; }},
        {"a stopped service", [&] { states.at("wpns-php@site-a.service").active = "inactive"; }},
        {"a failed service", [&] { states.at("wpns-web@site-b.service").active = "failed"; }},
        {"a stopped socket", [&] { states.at("wpns-web@site-b.socket").active = "inactive"; }},
        {"a unit that is off", [&] { fake_.units.enabled_units.erase("wpns@site-a.target"); }},
        {"the site's file", [&] { at(site_file("site-a")).content += "title = \"Other\"\n"; }},
        {"the host's file", [&] { at("/etc/wpns/wpns.toml").content += "# x\n"; }, 4},
        {"a template", [&] { put("/etc/wpns/templates/hosts", "127.0.0.2 localhost\n"); }, 4},
        {"the program", [&] { fake_.facts.facts.program = "another"; }, 4},
        {"a boot", [&] { fake_.facts.facts.boot = "another"; }, 4},
        {"PHP", [&] { fake_.facts.facts.php.front().build = "new"; }, 4},
        {"the time", [&] { files.clock -= 1; }, 4},
    };
    for (const auto& c : cases) {
        const fakes::FakeFiles kept_files = fake_.files;
        const auto kept = std::tuple(fake_.network.names, fake_.network.links, states);
        const auto more = std::tuple(fake_.firewall.elements, fake_.accounts.accounts,
                                     fake_.units.enabled_units, fake_.facts.facts);
        ASSERT_EQ(rendered(), 0U) << c.what;
        c.change();
        const auto all = plan(cli::Memory::none);
        const auto planned = look(cli::Memory::trusted);
        EXPECT_EQ(planned.rendered, c.sites) << c.what;
        EXPECT_EQ(lines(planned), all) << c.what;
        files.files = kept_files.files;
        files.directories = kept_files.directories;
        files.quotas = kept_files.quotas;
        files.clock = kept_files.clock;
        std::tie(fake_.network.names, fake_.network.links, states) = kept;
        std::tie(fake_.firewall.elements, fake_.accounts.accounts, fake_.units.enabled_units,
                 fake_.facts.facts) = more;
    }
}

/// It belongs to no site alone, so a settled one has to want it.
TEST_F(Remembered, TheBridgeOfAGroupStaysAndIsMadeAgain) {
    ASSERT_EQ(fake_.network.bridges.size(), 1U);
    EXPECT_EQ(sync(), cli::done);
    ASSERT_EQ(fake_.network.bridges.size(), 1U);
    fake_.network.bridges.clear();
    expect_same("without the bridge");
    EXPECT_EQ(sync(), cli::done);
    EXPECT_EQ(fake_.network.bridges.size(), 1U);
    EXPECT_EQ(rendered(), 0U);
}

TEST_F(Remembered, ServicesOfASiteThatMaySleepComeAndGo) {
    fake_.units.states.erase("wpns-php@site-b.service");
    EXPECT_EQ(rendered(), 0U);
    expect_same("a sleeping service");
    fake_.units.states.erase("wpns-php@site-a.service");
    EXPECT_EQ(rendered(), 1U);
}

TEST_F(Remembered, ADamagedOrForeignCacheCostsTimeOnly) {
    const std::string good = at(cache).content;
    const std::string other = good.front() == '0' ? "1" : "0";
    for (const std::string& bad :
         {std::string(), good.substr(0, good.size() - 1), good + "x", other + good.substr(1)}) {
        at(cache).content = bad;
        EXPECT_EQ(rendered(), 4U) << bad;
        EXPECT_EQ(rendered(), 0U);
    }
    at(cache).mode = 0666;
    EXPECT_EQ(rendered(), 4U);
    at(cache).uid = 33;
    EXPECT_EQ(rendered(), 4U);
    fake_.files.files.erase(cache);
    EXPECT_EQ(rendered(), 4U);
    EXPECT_EQ(rendered(), 0U);
}

TEST_F(Remembered, AnotherRegistryIsAnotherHost) {
    cli::Session session(globals_, fake_.host);
    session.registry().lineage = std::string(32, 'f');
    session.registry_file().save(session.registry());
    EXPECT_EQ(rendered(), 4U);
}

/// A file that has changed just now may change again without a new time.
TEST_F(Remembered, WhatIsTooNewIsNotRemembered) {
    fake_.files.files.erase(cache);
    fake_.files.clock = 0;
    EXPECT_EQ(rendered(), 4U);
    EXPECT_EQ(rendered(), 4U);
    EXPECT_FALSE(fake_.files.files.contains(cache));
}

TEST_F(Remembered, NothingIsRememberedBesideAConflict) {
    fake_.files.files.erase(cache);
    const std::string vhost = "/etc/nginx/conf.d/wpns.conf";
    cli::Session session(globals_, fake_.host);
    session.registry().host.erase({Kind::vhost, vhost, ""});
    session.registry_file().save(session.registry());
    at(vhost).content += "# somebody else's\n";
    expect_same("a conflict of the host");
    EXPECT_FALSE(fake_.files.files.contains(cache));
}

/// Many edits of all that a plan looks at, one upon the other.
class Edits {
  public:
    Edits(fakes::FakeHost& fake, unsigned seed) : fake_(fake), random_(seed) {}

    std::string one() {
        switch (number(14)) {
            case 0:
                return on(fake_.files.files, [&](auto& file) { file.content += "#"; });
            case 1:
                return on(fake_.files.files, [&](auto& file) { file.mode ^= 040; });
            case 2:
                return on(fake_.files.files, [&](auto& file) { file.uid ^= 1; });
            case 3:
                return erase(fake_.files.files);
            case 4:
                return on(fake_.files.directories, [&](auto& found) { found.mode ^= 01; });
            case 5:
                return on(fake_.units.states, [&](auto& state) { state.active = word(); });
            case 6:
                return erase(fake_.units.states);
            case 7:
                return on(fake_.network.links, [&](auto& link) { link.mtu ^= 8; });
            case 8:
                return erase(fake_.network.links);
            case 9:
                return on(fake_.firewall.elements, [&](auto& site) { site.connections ^= 2; });
            case 10:
                return erase(fake_.firewall.elements);
            case 11:
                return on(fake_.files.quotas, [&](auto& quota) { quota.files ^= 1; });
            case 12:
                return setting();
            default:
                return on(fake_.accounts.accounts, [&](auto& account) { account.uid ^= 4; });
        }
    }
    unsigned number(unsigned below) { return static_cast<unsigned>(random_() % below); }

  private:
    /// What a plan reads of a host that works; the registry and templates have tests of their own.
    static bool may_change(const std::string& name) {
        return !name.starts_with("/usr/") && !name.starts_with("/var/lib/wpns/registry") &&
               !name.starts_with("/etc/wpns/sites.d") && !name.starts_with("/etc/wpns/wpns.toml");
    }
    template <typename Map>
    typename Map::iterator any(Map& map) {
        for (int tries = 0; tries < 50 && !map.empty(); ++tries) {
            auto it = map.begin();
            std::advance(it, number(static_cast<unsigned>(map.size())));
            if (may_change(it->first)) return it;
        }
        return map.end();
    }
    template <typename Map, typename Change>
    std::string on(Map& map, Change change) {
        const auto it = any(map);
        if (it == map.end()) return "nothing";
        change(it->second);
        return "changed " + it->first;
    }
    template <typename Map>
    std::string erase(Map& map) {
        const auto it = any(map);
        if (it == map.end()) return "nothing";
        std::string words = "removed " + it->first;
        map.erase(it);
        return words;
    }
    const char* word() {
        constexpr const char* words[] = {"active", "inactive", "failed"};
        return words[number(3)];
    }
    std::string setting() {
        constexpr const char* names[] = {"site-a", "site-b", "site-c", "site-d"};
        const std::string site = names[number(4)];
        auto& content = fake_.files.files.at("/etc/wpns/sites.d/" + site + ".toml").content;
        if (content.find("cron") == std::string::npos)
            content += "[cron]\nevery = \"10m\"\n";
        else
            content.resize(content.find("[cron]"));
        return "edited " + site;
    }

    fakes::FakeHost& fake_;
    std::mt19937 random_;
};

TEST_F(Remembered, AfterAnyEditsThePlanIsThatOfAFullComparison) {
    const char* more = std::getenv("WPNS_SEEDS");  // NOLINT(concurrency-mt-unsafe)
    const unsigned seeds = more == nullptr ? 6 : static_cast<unsigned>(std::stoul(more));
    for (unsigned seed = 1; seed <= seeds; ++seed) {
        Edits edits(fake_, seed);
        std::string history;
        for (int step = 0; step < 16; ++step) {
            history += edits.one() + "\n";
            expect_same(history);
            if (edits.number(5) == 0) (void)sync();
            if (HasFailure()) return;
        }
        (void)sync();
    }
}

}  // namespace
}  // namespace wpns
