#pragma once

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "apply/journal.hpp"
#include "fakes/verbs.hpp"

namespace wpns::fakes {

/// How a run is cut short: it changes nothing more from there on, or one change fails.
enum class Cut { killed, fails };

/// A copy of what `FakeHost::state` gives.
template <typename... Parts>
std::tuple<Parts...> kept(const std::tuple<Parts&...>& parts) {
    return parts;
}

/// Verbs that are killed, or fail, at each of their changes to the host, one after the other;
/// `sync` must heal each time.
class CutShort : public Verbs, public testing::WithParamInterface<Cut> {
  protected:
    void put_site(const std::string& site, const std::string& more = {}) {
        put("/etc/wpns/sites.d/" + site + ".toml", "domain = \"" + site + ".example\"\n" + more);
    }
    /// What only the site itself has: files of visitors.
    void put_content(const std::string& site, const std::string& text = "live") {
        put(content_of(site) + "/" + text, text);
    }
    static std::string content_of(const std::string& site) {
        return "/var/lib/wpns/sites/" + site + "/www/wp-content";
    }
    bool holds(const std::string& directory, const std::string& name = "live") {
        return fake_.files.files.contains(directory + "/" + name);
    }
    bool archive_holds(const std::string& name = "live") {
        for (const auto& archive : fake_.files.list("/var/lib/wpns/archive"))
            if (holds("/var/lib/wpns/archive/" + archive + "/www/wp-content", name)) return true;
        return false;
    }
    int remove(const std::string& name, bool purge = true) {
        return quietly([&] { return cli::cmd_remove(globals_, fake_.host, {name, purge, true}); });
    }
    int plan() {
        return quietly([&] { return cli::cmd_plan(globals_, fake_.host, {{}, false, true}); });
    }

    /// Cuts the verb short at one change after the other until it passes untouched, heals, and
    /// looks. How often it was cut.
    template <typename Verb, typename Look>
    unsigned at_every_change(Verb verb, Look look) {
        const FakeHost* const host = &fake_;
        unsigned cuts = 0;
        for (unsigned step = 1;; step += every_, ++cuts) {
            GetParam() == Cut::killed ? fake_.kill_at(step) : fake_.fail_at(step);
            const bool cut = verb() != cli::done || host->faults.changes >= step;
            fake_.fail_at(0);
            heal(step);
            look(cut);
            if (HasFatalFailure() || HasNonfatalFailure()) ADD_FAILURE() << "at change " << step;
            if (!cut || HasFailure()) return cuts;
        }
    }
    /// The same, each time from the state that the host is in now.
    template <typename Verb, typename Look>
    unsigned at_every_change_anew(Verb verb, Look look) {
        const auto before = kept(fake_.state());
        const unsigned cuts = at_every_change(verb, [&](bool cut) {
            look(cut);
            fake_.state() = before;
        });
        RecordProperty("cuts", static_cast<int>(cuts));
        return cuts;
    }

    unsigned every_ = 1;  ///< only every so many-th change

  private:
    void heal(unsigned step) {
        EXPECT_EQ(sync(), cli::done) << step << printed_;
        EXPECT_EQ(plan(), cli::done) << step << printed_;
        EXPECT_TRUE(apply::Journal(fake_.files).unfinished().empty()) << step;
        for (const auto& [path, directory] : fake_.files.directories)
            EXPECT_TRUE(path.find(".restore") == path.npos && path.find(".partial") == path.npos &&
                        path.find(".clone") == path.npos)
                << step << " " << path;
        for (const auto& [path, file] : fake_.files.files)
            EXPECT_FALSE(path.ends_with("/unfinished")) << step << " " << path;
    }
};

inline const char* name_of(const testing::TestParamInfo<Cut>& how) {
    return how.param == Cut::killed ? "Killed" : "Fails";
}

}  // namespace wpns::fakes
