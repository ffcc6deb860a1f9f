#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "desired/desired.hpp"

namespace wpns::desired {
namespace {

Templates shipped_templates() {
    Templates templates;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(WPNS_SOURCE_DIR) + "/templates")) {
        std::ifstream stream(entry.path(), std::ios::binary);
        templates[entry.path().filename()] = {std::istreambuf_iterator<char>(stream), {}};
    }
    return templates;
}

/// A host with one PHP that knows its id, and one site on it.
class Opcode : public testing::Test {
  protected:
    void SetUp() override {
        facts_.php = {
            {"8.2", "/usr/sbin/php-fpm8.2", "/usr/bin/php8.2", {"mysqli"}, {"opcache"}, id_, "b1"}};
        facts_.opcode_tools = "t1";
        facts_.mariadbd = "/usr/sbin/mariadbd";
        facts_.nginx = "/usr/sbin/nginx";
        facts_.cores[{"/usr/share/wordpress"}] =
            CoreFact{"/usr/share/wordpress", "6.1.9", "6.1.9-abcdef01"};
        facts_.resolvers = {*Ipv4::parse("192.0.2.53")};
        config_.domain = "site-a.example";
        config_.title = "Title";
        config_.admin_email = "admin@site-a.example";
        config_.wordpress.source = "/usr/share/wordpress";
        record_.allocation.subnet = *Cidr::parse("10.10.1.0/30");
        record_.allocation.uid = 400;
        record_.allocation.db_uid = 401;
        record_.allocation.seed = std::string(64, 'a');
    }

    Desired site(const std::string& name = "site-a") {
        const auto desired =
            for_site({host_, facts_, templates_}, *SiteName::parse(name), config_, record_);
        if (desired) return *desired;
        ADD_FAILURE() << desired.error();
        return {};
    }
    /// The path of the compiled core; empty where there is none.
    static std::string path_in(const Desired& desired) {
        for (const auto& [key, wanted] : desired)
            if (key.kind == Kind::opcodes) return key.site.empty() ? key.id : "not the host's";
        return {};
    }
    static std::string file(const Desired& desired, const std::string& path,
                            const std::string& site = "site-a") {
        return std::get<File>(desired.at({Kind::file, path, site}).value).content;
    }

    const std::string id_ = "0123456789abcdef0123456789abcdef";
    const Templates templates_ = shipped_templates();
    HostConfig host_;
    HostFacts facts_;
    SiteConfig config_;
    SiteRecord record_;
};

TEST_F(Opcode, AreSharedByTheSitesOfOnePhpAndCoreAndHoldNothingOfAny) {
    const auto one = site();
    config_.domain = "site-b.example";
    config_.title = "Another";
    record_.allocation.seed = std::string(64, 'b');
    const auto other = site("site-b");
    ASSERT_FALSE(path_in(one).empty());
    EXPECT_EQ(path_in(one), path_in(other));
    const ResourceKey key{Kind::opcodes, path_in(one), ""};
    const auto& a = std::get<Opcodes>(one.at(key).value);
    const auto& b = std::get<Opcodes>(other.at(key).value);
    EXPECT_EQ(a.unit, b.unit);
    EXPECT_EQ(a.argv, b.argv);
}

TEST_F(Opcode, AreBoundReadOnlyBelowTheIdThatPhpLooksFor) {
    const auto desired = site();
    const auto unit = file(desired, "/etc/systemd/system/wpns-php@site-a.service");
    EXPECT_NE(
        unit.find("BindReadOnlyPaths=-" + path_in(desired) + ":/var/cache/opcodes/" + id_ + "\n"),
        std::string::npos);
    EXPECT_NE(file(desired, "/etc/wpns/rendered/site-a/php.ini")
                  .find("opcache.file_cache = /var/cache/opcodes"),
              std::string::npos);
}

TEST_F(Opcode, AreMadeAnewWhenWhatGoesIntoThemChanges) {
    const auto before = path_in(site());
    const auto changes = [&](auto change) {
        const auto facts = facts_;
        const auto config = config_;
        change();
        const auto after = path_in(site());
        facts_ = facts;
        config_ = config;
        return !after.empty() && after != before;
    };
    EXPECT_TRUE(changes([&] { facts_.php[0].build = "b2"; }));
    EXPECT_TRUE(changes([&] { facts_.php[0].system_id[0] = 'f'; }));
    EXPECT_TRUE(changes([&] { facts_.php[0].modules.emplace_back("intl"); }));
    EXPECT_TRUE(changes([&] { facts_.opcode_tools = "t2"; }));
    EXPECT_TRUE(changes([&] { facts_.cores.begin()->second->id = "6.1.10-abcdef02"; }));
    EXPECT_TRUE(changes([&] { config_.php.settings["short_open_tag"] = "off"; }));
    EXPECT_FALSE(changes([&] { config_.php.settings["max_input_vars"] = "5000"; }));
}

TEST_F(Opcode, AreNotThereForACoreThatTheSiteMayChange) {
    config_.wordpress.core = CoreMode::own_copy;
    const auto desired = site();
    EXPECT_EQ(path_in(desired), "");
    EXPECT_EQ(file(desired, "/etc/wpns/rendered/site-a/php.ini").find("opcache.file_cache ="),
              std::string::npos);
}

TEST_F(Opcode, AreNotThereForAPhpWithoutAnId) {
    facts_.php[0].system_id.clear();
    const auto desired = site();
    EXPECT_EQ(path_in(desired), "");
    EXPECT_EQ(file(desired, "/etc/systemd/system/wpns-php@site-a.service").find("opcodes"),
              std::string::npos);
}

}  // namespace
}  // namespace wpns::desired
