#include "render/template.hpp"

#include <gtest/gtest.h>

namespace wpns::render {
namespace {

std::string filled(Format format, std::string_view text, const Values& values) {
    const auto result = fill("t", format, text, values);
    return result ? *result : "error: " + result.error();
}

TEST(Template, FillsScalarsInEveryPlace) {
    EXPECT_EQ(filled(Format::unit, "[Service]\nUser={{a}}\nSlice={{a}}-{{b}}.slice\n",
                     Values().set("a", "x").set("b", 7)),
              "[Service]\nUser=x\nSlice=x-7.slice\n");
}

TEST(Template, RepeatsTheLineOfAListAndLeavesItOutWhenEmpty) {
    const auto text = "{{ip}} {{name}}\n127.0.0.1 localhost\n";
    EXPECT_EQ(filled(Format::plain, text,
                     Values().set("ip", "10.0.0.1").set_list("name", {"a.b", "c.d"})),
              "10.0.0.1 a.b\n10.0.0.1 c.d\n127.0.0.1 localhost\n");
    EXPECT_EQ(filled(Format::plain, text, Values().set("ip", "10.0.0.1").set_list("name", {})),
              "127.0.0.1 localhost\n");
}

TEST(Template, PutsFragmentsInAsLines) {
    const auto values = Values().set_fragment("rest", "PrivateTmp=yes\nUMask=0077\n");
    EXPECT_EQ(filled(Format::unit, "[Service]\n{{rest}}\nUser=x\n", values),
              "[Service]\nPrivateTmp=yes\nUMask=0077\nUser=x\n");
    EXPECT_NE(filled(Format::unit, "[Service]\nUser={{rest}}\n", values).find("must stand alone"),
              std::string::npos);
}

TEST(Template, AKeyIsPartOfTheStructureAndANameAlone) {
    const auto line = "{{key}} = {{value}}\n";
    const auto with = [](const char* key) { return Values().set_key("key", key).set("value", 5); };
    EXPECT_EQ(filled(Format::fragment, line, with("date.timezone")), "date.timezone = 5\n");
    for (const auto* key : {"", "a b", "a\nb", "[a]", "a=b", "a;b"})
        EXPECT_EQ(filled(Format::fragment, line, with(key)),
                  "error: template t: line 1: {{key}} is no name");
}

TEST(Template, NamesLineAndHoleOfAnUnknownHole) {
    EXPECT_EQ(filled(Format::unit, "[Unit]\nDescription={{nope}}\n", {}),
              "error: template t: line 2: unknown hole {{nope}}");
}

TEST(Template, LeavesTheEscapedDashesOfASliceAlone) {
    EXPECT_EQ(
        filled(Format::unit, "[Service]\nSlice={{s}}\n", Values().set("s", "wpns-a\\x2db.slice")),
        "[Service]\nSlice=wpns-a\\x2db.slice\n");
}

/// Each of these would break out of its line, its string or its block in some reader.
constexpr const char* hostile[] = {"a\nb", "a\rb",  "a\tb",   "a b",   "a\\",  "a\\n",  "a%n",
                                   "a$b",  "a${X}", "a$(id)", "a`id`", "a\"b", "a'b",   "a;b",
                                   "a{b",  "a}b",   "a#b",    "a<b",   "a>b",  "a&b",   "a|b",
                                   "a*",   "a?",    "~a",     "",      "ä",    "a\x01", "a!b"};

TEST(Template, RefusesEveryHostileCharacterInEveryFormat) {
    for (const auto format : {Format::unit, Format::ini, Format::nginx, Format::php, Format::plain})
        for (const char* value : hostile)
            EXPECT_FALSE(fill("t", format, "{{v}}\n", Values().set("v", value)))
                << static_cast<int>(format) << value;
    EXPECT_FALSE(
        fill("t", Format::unit, "[A]\nB={{v}}\n", Values().set("v", std::string("a\0b", 3))));
    EXPECT_FALSE(
        fill("t", Format::unit, "[A]\nB={{v}}\n", Values().set("v", std::string(5000, 'a'))));
}

TEST(Template, PasswdFieldsCannotBeAddedByAColon) {
    EXPECT_FALSE(fill("t", Format::plain, "{{v}}:x:1:1::/:/bin/false\n", Values().set("v", "a:b")));
}

TEST(Parse, UnitKnowsSectionsKeysAndEmptyValues) {
    const auto settings =
        parse(Format::unit, "# c\n[Service]\nCapabilityBoundingSet=\nEnvironment=\"NGINX=3;\"\n");
    ASSERT_TRUE(settings);
    const std::vector<Setting> wanted = {{"[Service]", "CapabilityBoundingSet", ""},
                                         {"[Service]", "Environment", "\"NGINX=3;\""}};
    EXPECT_EQ(*settings, wanted);
}

TEST(Parse, UnitRefusesALineThatSwallowsTheNext) {
    EXPECT_FALSE(parse(Format::unit, "[Service]\nEnvironment=A=b\\\nUser=x\n"));
    EXPECT_FALSE(parse(Format::unit, "User=x\n"));
    EXPECT_FALSE(parse(Format::unit, "[Service]\njust words\n"));
}

TEST(Parse, NginxBlocksAndArguments) {
    const auto settings =
        parse(Format::nginx,
              "server {\n listen 80; # c\n location ~ \\.php$ { return 200 \"a; b\"; }\n}\n");
    ASSERT_TRUE(settings) << settings.error();
    EXPECT_EQ(settings->at(1), (Setting{"server", "listen/1", "80"}));
    EXPECT_EQ(settings->at(3), (Setting{"server/location", "return/2", "200 a; b"}));
}

TEST(Parse, NginxRefusesOpenEnds) {
    for (const char* text :
         {"server {", "}", "listen 80", "server { listen 80 }", "return \"a;", ";"})
        EXPECT_FALSE(parse(Format::nginx, text)) << text;
}

TEST(Parse, PhpSeparatesCodeFromStrings) {
    const auto settings = parse(Format::php, "<?php\n// it's\ndefine('A', 'b');\n");
    ASSERT_TRUE(settings);
    ASSERT_EQ(settings->size(), 3U);
    EXPECT_EQ(settings->at(0).value, "A");
    EXPECT_EQ(settings->at(1), (Setting{"", ", ", "b"}));
    EXPECT_FALSE(parse(Format::php, "<?php define('A"));
}

}  // namespace
}  // namespace wpns::render
