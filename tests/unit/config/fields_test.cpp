#include <gtest/gtest.h>

#include "config/vocabulary.hpp"
#include "reading.hpp"
#include "samples.hpp"

namespace wpns::config {
namespace {

/// Texts that mean something to a shell, systemd, nginx, PHP, my.cnf, nft or a terminal.
const std::vector<std::string> control = {"\n",   "\r",       std::string(1, '\0'),    "\t", "\x1b",
                                          "\x7f", "\xc2\x9b", "\n[Service]\nUser=root"};
const std::vector<std::string> special = {"\\", "%", "%%",   "%n", "$", "${X}",    "$(id)", "`id`",
                                          "\"", "'", "\"\"", ";",  "{", "}",       "{}",    "#",
                                          "<",  ">", "&",    "|",  "*", "?",       "~",     "!",
                                          "^",  ",", "(",    ")",  " ", "\xc3\xa4"};

/// A text key of a file, with a valid text.
struct Field {
    FileKind kind;
    std::string key;
    Sample sample;
};

Config read_field(const Field& field, const std::string& text) {
    std::string value = field.sample.form;
    value.replace(value.find('@'), 1, quoted(text));
    const std::string line = toml_line(field.key, value);
    if (field.kind == FileKind::host) return read(Source{"wpns.toml", line}, {});
    return field.key == "domain" ? read_site_text(line) : read_site_keys(line);
}

bool has_problem_of(const Config& config, const std::string& key) {
    for (const auto& problem : config.problems)
        if (problem.reason.starts_with(key)) return true;
    return false;
}

std::vector<Field> all_fields() {
    std::vector<Field> fields;
    for (const auto& [key, sample] : site_samples())
        fields.push_back({FileKind::site, key, sample});
    for (const auto& [key, sample] : host_samples())
        fields.push_back({FileKind::host, key, sample});
    for (const auto& key : known_keys(FileKind::host))
        if (key.starts_with("site."))
            if (const auto sample = site_samples().find(key.substr(5));
                sample != site_samples().end())
                fields.push_back({FileKind::host, key, sample->second});
    return fields;
}

class TextField : public testing::TestWithParam<Field> {};

TEST_P(TextField, TakesItsSample) {
    EXPECT_EQ(described(read_field(GetParam(), GetParam().sample.text)), "");
}

void expect_refused_everywhere(const Field& field, const std::string& bad) {
    const std::string& good = field.sample.text;
    const std::string middle = good.substr(0, good.size() / 2) + bad + good.substr(good.size() / 2);
    for (const auto& text : {bad + good, middle, good + bad, bad}) {
        const auto config = read_field(field, text);
        EXPECT_TRUE(has_problem_of(config, field.key))
            << quoted(text) << " is taken by " << field.key;
    }
}

TEST_P(TextField, RefusesControlCharacters) {
    for (const auto& bad : control) expect_refused_everywhere(GetParam(), bad);
}

TEST_P(TextField, RefusesSpecialCharactersUnlessItIsTheTitle) {
    for (const auto& bad : special) {
        if (GetParam().key != "title")
            expect_refused_everywhere(GetParam(), bad);
        else
            EXPECT_EQ(described(read_field(GetParam(), "a" + bad)), "");
    }
}

TEST_P(TextField, RefusesALongLine) {
    EXPECT_TRUE(has_problem_of(read_field(GetParam(), std::string(65536, 'a')), GetParam().key));
}

TEST_P(TextField, RefusesOtherTypes) {
    const std::string good = GetParam().sample.form == "@" ? "true" : "1979-05-27";
    for (const std::string& value :
         {good, std::string("{}"), std::string("[[]]"), std::string("1.5"), std::string("nan")}) {
        const std::string line = toml_line(GetParam().key, value);
        const auto config = GetParam().kind == FileKind::host ? read(Source{"wpns.toml", line}, {})
                                                              : read_site_text(line);
        const bool empty_table = GetParam().key.ends_with("settings") && value == "{}";
        EXPECT_EQ(has_problem_of(config, GetParam().key), !empty_table) << line;
    }
}

std::string field_name(const testing::TestParamInfo<Field>& info) {
    std::string name = (info.param.kind == FileKind::host ? "host_" : "site_") + info.param.key;
    for (char& c : name)
        if (c == '.') c = '_';
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, TextField, testing::ValuesIn(all_fields()), field_name);

TEST(Fields, EveryKeyHasASample) {
    for (const auto& key : known_keys(FileKind::site))
        EXPECT_EQ(site_samples().count(key) + number_samples().count(key), 1U) << key;
    for (const auto& key : known_keys(FileKind::host)) {
        const bool other = key.starts_with("site.") || key == "accounts.ranges";
        EXPECT_EQ(host_samples().count(key) + host_number_samples().count(key), other ? 0U : 1U)
            << key;
    }
}

}  // namespace
}  // namespace wpns::config
