#include <gtest/gtest.h>

#include "cli/execution.hpp"
#include "cli/planning.hpp"
#include "cli/session.hpp"
#include "fakes/fake_host.hpp"
#include "fakes/shipped.hpp"
#include "model/names.hpp"

namespace wpns {
namespace {

const std::string sum(64, 'a');
const std::string other_sum(64, 'b');
const std::string url = "https://downloads.example/wordpress.zip";

/// A host with one site from Debian's directory; site-b's source is the test's.
class Sources : public testing::Test {
  protected:
    void SetUp() override {
        fakes::install_templates(fake_.files);
        put("/etc/wpns/sites.d/site-a.toml", "domain = \"site-a.example\"\n");
        use(url, sum);
    }

    void put(const std::string& path, std::string content) {
        File file;
        file.content = std::move(content);
        fake_.files.write(path, file);
    }

    /// site-b wants this source, which can be used.
    void use(const std::string& source, const std::string& sha256) {
        put("/etc/wpns/sites.d/site-b.toml",
            "domain = \"site-b.example\"\n[wordpress]\nsource = \"" + source + "\"\nsha256 = \"" +
                sha256 + "\"\n");
        fake_.facts.facts.cores[{source, sha256}] =
            CoreFact{source, "", names::core_id(sha256), sha256};
    }

    cli::Planned plan() {
        cli::Session session(globals_, fake_.host);
        return cli::make_plan(session, {});
    }
    apply::Report sync() {
        cli::Session session(globals_, fake_.host);
        return cli::execute(session, cli::make_plan(session, {}), {}, {});
    }
    static std::string errors_of(const apply::Report& report) {
        std::string text;
        for (const auto& [site, outcome] : report)
            for (const auto& error : outcome.errors) text += site + ": " + error + "\n";
        return text;
    }
    [[nodiscard]] bool serves(const std::string& site) const {
        return fake_.files.files.contains("/etc/nginx/wpns.d/" + site + ".conf");
    }

    fakes::FakeHost fake_;
    cli::Globals globals_;
    const std::string tree_ = "/var/lib/wpns/core/sha256-aaaaaaaaaaaaaaaa";
    const std::string kept_ = "/var/lib/wpns/downloads/" + sum;
};

TEST_F(Sources, AUrlIsDownloadedOnceAndNotByAPlan) {
    fake_.archives.internet[url] = sum;
    EXPECT_FALSE(plan().plan.actions.empty());
    EXPECT_EQ(fake_.archives.downloads, 0U);
    const auto report = sync();
    EXPECT_EQ(errors_of(report), "");
    EXPECT_EQ(fake_.archives.downloads, 1U);
    EXPECT_EQ(report.at("").notes,
              std::vector<std::string>{"WordPress 6.1.9 from " + url + " is in " + tree_});
    EXPECT_TRUE(fake_.files.files.contains(kept_));
    EXPECT_TRUE(serves("site-b"));
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Sources, ATreeThatIsGoneIsMadeFromWhatWasKept) {
    fake_.archives.internet[url] = sum;
    ASSERT_EQ(errors_of(sync()), "");
    fake_.files.purge_trusted_tree(tree_);
    fake_.archives.internet.clear();
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(fake_.files.directories.contains(tree_));
}

TEST_F(Sources, AnotherSumStopsThatSiteOnly) {
    fake_.archives.internet[url] = other_sum;
    const auto report = sync();
    EXPECT_EQ(report.at("").errors.size(), 1U);
    EXPECT_EQ(report.at("site-b").errors,
              std::vector<std::string>{"core " + tree_ + " could not be made"});
    EXPECT_TRUE(report.at("site-a").errors.empty());
    EXPECT_TRUE(serves("site-a"));
    EXPECT_FALSE(serves("site-b"));
    EXPECT_FALSE(fake_.files.directories.contains(tree_));
    EXPECT_FALSE(fake_.files.files.contains(kept_));
    fake_.archives.internet[url] = sum;
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(serves("site-b"));
}

TEST_F(Sources, ASourceThatCannotBeUsedIsThatSitesTrouble) {
    fake_.facts.facts.cores.at({url, sum}) = std::unexpected("is not to be had");
    const auto planned = plan();
    EXPECT_EQ(planned.site_errors.size(), 1U);
    EXPECT_EQ(planned.site_errors.at("site-b"), "wordpress.source is not to be had");
    EXPECT_TRUE(plan::describe(planned.plan.actions.front()).find("site-b") == std::string::npos);
}

TEST_F(Sources, AnArchiveIsUnpackedFromItsPlace) {
    use("/root/w.tar.gz", sum);
    put("/root/w.tar.gz", sum);
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_TRUE(fake_.files.directories.contains(tree_));
    EXPECT_EQ(fake_.archives.downloads, 0U);
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Sources, ACoreIsCompiledOnceForAllItsSites) {
    use("/root/w.tar.gz", sum);
    put("/root/w.tar.gz", sum);
    fake_.facts.facts.php.front().system_id = std::string(32, 'a');
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(
        std::ranges::count_if(fake_.files.directories,
                              [](const auto& directory) {
                                  return directory.first.starts_with("/var/lib/wpns/opcodes/");
                              }),
        2);  // site-a has another core
    EXPECT_TRUE(plan().plan.actions.empty());
    put("/etc/wpns/sites.d/site-b.toml", "domain = \"site-b.example\"\n");
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_EQ(
        std::ranges::count_if(fake_.files.directories,
                              [](const auto& directory) {
                                  return directory.first.starts_with("/var/lib/wpns/opcodes/");
                              }),
        1);
}

TEST_F(Sources, ANewSumIsANewTreeAndTheOldOneGoesWithItsDownload) {
    fake_.archives.internet[url] = sum;
    ASSERT_EQ(errors_of(sync()), "");
    fake_.archives.internet[url] = other_sum;
    use(url, other_sum);
    fake_.units.restarted.clear();
    EXPECT_EQ(errors_of(sync()), "");
    EXPECT_FALSE(fake_.files.directories.contains(tree_));
    EXPECT_FALSE(fake_.files.files.contains(kept_));
    EXPECT_TRUE(fake_.files.directories.contains("/var/lib/wpns/core/sha256-bbbbbbbbbbbbbbbb"));
    EXPECT_TRUE(fake_.files.files.contains("/var/lib/wpns/downloads/" + other_sum));
    EXPECT_NE(std::ranges::find(fake_.units.restarted, "wpns-php@site-b.service"),
              fake_.units.restarted.end());
    EXPECT_EQ(std::ranges::find(fake_.units.restarted, "wpns-php@site-a.service"),
              fake_.units.restarted.end());
    EXPECT_TRUE(plan().plan.actions.empty());
}

TEST_F(Sources, TheSandboxesHoldTheirWalls) {
    cli::Session session(globals_, fake_.host);
    const auto planned = cli::make_plan(session, {});
    const auto action = std::ranges::find_if(planned.plan.actions,
                                             [&](const auto& a) { return a.key.id == tree_; });
    ASSERT_NE(action, planned.plan.actions.end());
    const auto& core = std::get<Core>(*action->after);
    for (const auto& text : {core.download, core.unpack})
        for (const char* line :
             {"\nDynamicUser=yes\n", "\nCapabilityBoundingSet=\n", "\nNoNewPrivileges=yes\n",
              "\nProtectSystem=strict\n", "\nRootDirectory=/usr/share/wpns/sandbox\n"})
            EXPECT_NE(text.find(line), std::string::npos) << line;
    EXPECT_NE(core.unpack.find("\nPrivateNetwork=yes\n"), std::string::npos);
}

}  // namespace
}  // namespace wpns
