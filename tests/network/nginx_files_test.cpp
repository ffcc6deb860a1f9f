#include "host/linux/nginx_files.hpp"

#include "network/files_fixture.hpp"

namespace wpns::host::linux_os {
namespace {

namespace fs = std::filesystem;

class NginxFilesTest : public FilesTest {
  protected:
    [[nodiscard]] std::optional<std::string> dump() const { return nginx_dump(files, at("nginx")); }
    void put_main(const std::string& text) const { put(at("nginx/nginx.conf"), text); }
    LinuxFiles files;
};

TEST_F(NginxFilesTest, FollowsIncludesInTheOrderOfNginx) {
    put_main("user x;\nhttp {\n include mime.types;\n include " + at("nginx/on/*.conf") +
             ";\n include \"none/*\";\n}\n");
    put(at("nginx/mime.types"), "types { a/b c; }");
    put(at("nginx/on/2.conf"), "server { listen 81; }");
    put(at("nginx/off/1"), "server { listen 80; include deep; }");
    put(at("nginx/on/.hidden.conf"), "broken {");
    put(at("nginx/on/3.other"), "broken {");
    put(at("nginx/deep"), "root /x;");
    fs::create_symlink("../off/1", at("nginx/on/1.conf"));
    const auto head = [&](const std::string& name) {
        return "# configuration file " + at("nginx/" + name) + ":\n";
    };
    EXPECT_EQ(dump(), head("nginx.conf") + text_of(at("nginx/nginx.conf")) + "\n" +
                          head("mime.types") + "types { a/b c; }\n" + head("on/1.conf") +
                          "server { listen 80; include deep; }\n" + head("deep") + "root /x;\n" +
                          head("on/2.conf") + "server { listen 81; }\n");
}

TEST_F(NginxFilesTest, SitesOfOursAreLeftOut) {
    put_main("include /etc/nginx/wpns.d/*.conf;\n");
    EXPECT_EQ(dump(), "# configuration file " + at("nginx/nginx.conf") + ":\n" +
                          text_of(at("nginx/nginx.conf")) + "\n");
}

TEST_F(NginxFilesTest, WhatOnlyNginxCanReadIsLeftToIt) {
    EXPECT_FALSE(dump()) << "no file at all";
    for (const std::string text : {"include missing.conf;", "include */x;", "include nginx.conf;",
                                   "a { b;", "a '", "content_by_lua_block { ngx.say('}') }"}) {
        put_main(text);
        EXPECT_FALSE(dump()) << text;
    }
    put_main("user x;");
    ASSERT_TRUE(dump());
    fs::permissions(at("nginx"), fs::perms::all);
    EXPECT_FALSE(dump()) << "not root's alone";
}

}  // namespace
}  // namespace wpns::host::linux_os
