#include "host/linux/facts_core.hpp"
#include "host/linux/facts_nginx.hpp"
#include "host/linux/facts_php.hpp"
#include "host/linux/facts_resolvers.hpp"
#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;

class FactsTest : public FilesTest {
  protected:
    void put_program(const std::string& path) {
        put(at(path), "#!");
        fs::permissions(at(path), fs::perms::owner_all);
    }
    [[nodiscard]] std::vector<std::string> resolvers() const {
        std::vector<std::string> found;
        for (const auto address : upstream_resolvers(at("resolv.conf"), at("upstream.conf"))) {
            found.push_back(address.str());
        }
        return found;
    }
};

using Texts = std::vector<std::string>;

TEST_F(FactsTest, FindsEveryPhpNewestLast) {
    for (const std::string version : {"8.2", "8.10", "7.4"})
        put_program("usr/sbin/php-fpm" + version);
    put_program("usr/bin/php8.2");
    for (const std::string name : {"php-fpm", "php-fpm8", "php-fpm8.x", "php-fpm8.2-old"}) {
        put_program("usr/sbin/" + name);
    }
    const auto found = installed_php(files, root);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].version, "7.4");
    EXPECT_EQ(found[1].version, "8.2");
    EXPECT_EQ(found[1].fpm, "/usr/sbin/php-fpm8.2");
    EXPECT_EQ(found[1].cli, "/usr/bin/php8.2");
    EXPECT_EQ(found[2].version, "8.10");
    EXPECT_EQ(found[2].cli, "");
}

TEST_F(FactsTest, ModulesAreThoseTurnedOnInLoadOrder) {
    put_program("usr/sbin/php-fpm8.2");
    const std::string etc = at("etc/php/8.2");
    put(etc + "/mods-available/opcache.ini", "; priority=10\nzend_extension=opcache.so\n");
    put(etc + "/mods-available/xdebug.ini", " zend_extension = xdebug.so\n");
    put(etc + "/mods-available/mysqli.ini", "extension=mysqli.so\n");
    put(etc + "/mods-available/mysqlnd.ini", "extension = mysqlnd.so\n");
    put(etc + "/mods-available/off.ini", "extension=off.so\n");
    put(etc + "/mods-available/only-values.ini", ";extension=x.so\nextension_dir=/x\n");
    for (const std::string link : {"20-mysqli", "10-mysqlnd", "10-opcache", "20-xdebug",
                                   "20-only-values", "30-removed", "README"}) {
        fs::create_directories(etc + "/fpm/conf.d");
        fs::create_symlink("/dangling", etc + "/fpm/conf.d/" + link + ".ini");
    }
    const auto found = installed_php(files, root);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].modules, (Texts{"mysqlnd", "mysqli"}));
    EXPECT_EQ(found[0].zend_modules, (Texts{"opcache", "xdebug"}));
}

TEST_F(FactsTest, ResolversAreUpstreamOnes) {
    put(at("resolv.conf"),
        "# nameserver 9.9.9.9\nnameserver 192.0.2.1\nnameserver\t192.0.2.2 # b\n"
        "nameserver 2001:db8::1\nnameserver 192.0.2.1\nnameservers 1.1.1.1\n"
        "search example.org\n");
    EXPECT_EQ(resolvers(), (Texts{"192.0.2.1", "192.0.2.2"}));
    put(at("resolv.conf"), "nameserver 127.0.0.53\n");
    EXPECT_EQ(resolvers(), Texts{});
    put(at("upstream.conf"), "nameserver 192.0.2.7\nnameserver 127.0.0.1\n");
    EXPECT_EQ(resolvers(), Texts{"192.0.2.7"});
    fs::remove(at("resolv.conf"));
    EXPECT_EQ(resolvers(), Texts{});
    // as systemd-resolved has it: a link to a directory of its own account
    put(at("resolve/stub.conf"), "nameserver 192.0.2.9\n");
    ASSERT_EQ(::chown(at("resolve").c_str(), 997, 997), 0);
    fs::create_symlink("resolve/stub.conf", at("resolv.conf"));
    EXPECT_EQ(resolvers(), Texts{"192.0.2.9"});
}

TEST_F(FactsTest, ACoreChangesItsIdWithItsSource) {
    const CoreSource source{at("wordpress")};
    EXPECT_FALSE(core_fact(source));
    put(source.source + "/index.php", "");
    EXPECT_FALSE(core_fact(source));
    const std::string version = source.source + "/wp-includes/version.php";
    put(version, "<?php\n/**\n * @global string $wp_version\n */\n$wp_version = '6.1.9';\n");
    const auto first = core_fact(source);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->source, source.source);
    EXPECT_EQ(first->version, "6.1.9");
    EXPECT_EQ(first->id.substr(0, 6), "6.1.9-");
    EXPECT_EQ(first->id.size(), 6U + 8U);
    EXPECT_EQ(core_fact(source), first);
    const timespec later[] = {{5000, 0}, {5000, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, version.c_str(), later, 0), 0);
    const auto second = core_fact(source);
    EXPECT_NE(second->id, first->id);
    ASSERT_EQ(::utimensat(AT_FDCWD, source.source.c_str(), later, 0), 0);
    EXPECT_NE(core_fact(source)->id, second->id);
    fs::copy(source.source, at("other"), fs::copy_options::recursive);
    EXPECT_NE(core_fact({at("other")})->id, core_fact(source)->id);
    EXPECT_FALSE(core_fact({source.source, std::string(64, 'a')}));
}

TEST_F(FactsTest, AVersionThatIsNoneIsRefused) {
    for (const std::string line :
         {"$wp_version = '../6';", "$wp_version = '';", "$wp_version = 6;", "$wp_version = '6.1",
          "$wp_versions = '6.1';", "$wp_version = \"6.1\\n\";", "$wp_version == '6.1';"}) {
        put(at("w/wp-includes/version.php"), "<?php\n" + line + "\n");
        EXPECT_FALSE(core_fact({at("w")})) << line;
    }
    put(at("w/wp-includes/version.php"), "<?php\n\t$wp_version=\"6.5-RC1\" ;\n");
    EXPECT_EQ(core_fact({at("w")})->version, "6.5-RC1");
}

// of the one byte "x"
const std::string kSumOfX = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

TEST_F(FactsTest, AnArchiveIsKnownByItsBytes) {
    for (const std::string name : {"w.zip", "w.tar.gz", "w.tar.xz"}) {
        put(at(name), "x");
        const auto fact = core_fact({at(name)});
        ASSERT_TRUE(fact) << name;
        EXPECT_EQ(fact->version, "");
        EXPECT_EQ(fact->sha256, kSumOfX);
        EXPECT_EQ(fact->id, "sha256-2d711642b726b044");
        EXPECT_EQ(core_fact({at(name), kSumOfX}), fact);
    }
    put(at("w.txt"), "x");
    EXPECT_FALSE(core_fact({at("w.txt")}));
    EXPECT_FALSE(core_fact({at("none.zip")}));
    fs::create_directories(at("d.zip"));
    EXPECT_FALSE(core_fact({at("d.zip")}));
}

TEST_F(FactsTest, AnotherSumThanTheConfiguredOneNamesBoth) {
    put(at("w.zip"), "x");
    const std::string wanted(64, 'a');
    const auto fact = core_fact({at("w.zip"), wanted});
    ASSERT_FALSE(fact);
    EXPECT_NE(fact.error().find(kSumOfX), std::string::npos) << fact.error();
    EXPECT_NE(fact.error().find(wanted), std::string::npos) << fact.error();
}

TEST_F(FactsTest, AnArchiveThatIsGoneIsTheConfiguredOne) {
    const auto fact = core_fact({at("gone.zip"), kSumOfX});
    ASSERT_TRUE(fact);
    EXPECT_EQ(fact->id, "sha256-2d711642b726b044");
}

TEST_F(FactsTest, AnArchiveThatOthersCanWriteIsRefused) {
    put(at("w.zip"), "x");
    ASSERT_EQ(::chmod(at("w.zip").c_str(), 0666), 0);
    EXPECT_FALSE(core_fact({at("w.zip")}));
    put(at("d/w.zip"), "x");
    ASSERT_EQ(::chown(at("d").c_str(), 1000, 1000), 0);
    const auto fact = core_fact({at("d/w.zip")});
    ASSERT_FALSE(fact);
    EXPECT_NE(fact.error().find("chown root"), std::string::npos) << fact.error();
}

TEST_F(FactsTest, AUrlIsKnownByItsSum) {
    const std::string sum = "0123456789abcdef" + std::string(48, 'e');
    const auto fact = core_fact({"https://wordpress.org/wordpress-6.5.zip", sum});
    ASSERT_TRUE(fact);
    EXPECT_EQ(fact->id, "sha256-0123456789abcdef");
    EXPECT_EQ(fact->sha256, sum);
    EXPECT_EQ(fact->version, "");
    EXPECT_FALSE(core_fact({"https://wordpress.org/wordpress-6.5.zip"}));
}

TEST(FactsNginxTest, FindsForeignDefaultServers) {
    const std::string other = "# configuration file /etc/nginx/sites-enabled/default:\n";
    const std::string ours = "# configuration file /etc/nginx/conf.d/wpns.conf:\n";
    struct Case {
        std::string dump;
        bool claims;
    };
    const Case cases[] = {
        {"", false},
        {other + "server { listen 80 default_server; }", true},
        {other + "server {\n\tlisten 80 default_server;\n}", true},
        {other + "server {\n\tlisten [::]:80 ipv6only=on default_server;\n}", true},
        {other + "listen 192.0.2.1 default_server;", true},
        {other + "listen 192.0.2.1:80\n    default_server;", true},
        {other + "listen *:443 default;", true},
        {other + "listen\n80 default_server ; # x", true},
        {other + "listen 80;", false},
        {other + "# listen 80 default_server;", false},
        {other + "listen 80; # default_server", false},
        {other + "listen 8080 default_server;", false},
        {other + "listen 127.0.0.1:8080 default_server;", false},
        {other + "listen [::1]:8080 default_server;", false},
        {other + "listen unix:/run/x:80 default_server;", false},
        {other + "server_name default_server 80;\nlisten 81;", false},
        {other + "listen 80; server_name default_server;", false},
        {ours + "listen 80 default_server;", false},
        {ours + "listen 80 default_server;\n" + other + "listen 80 default_server;", true},
        {other + "listen 80;\n" + ours + "listen 80 default_server;", false},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(!foreign_default_server(c.dump, {"80", "[::]:80", "443"}).empty(), c.claims)
            << c.dump;
    }
}

}  // namespace
}  // namespace wpns::host::linux_os
