#include <gtest/gtest.h>

#include "config/php_ini.hpp"
#include "reading.hpp"

namespace wpns::config {
namespace {

using Settings = std::map<std::string, std::string>;

TEST(PhpSettings, BecomeTextsOfPhpIni) {
    const auto config = read_site_keys(
        "[php.settings]\nmax_input_vars = 5000\ndisplay_errors = true\nlog_errors = "
        "false\n\"session.gc_maxlifetime\" = 100\n"
        "session.cookie_samesite = \"Strict\"\nserialize_precision = -1\nrealpath_cache_size = "
        "\"4M\"\ndate.timezone = \"UTC\"\n");
    EXPECT_EQ(described(config), "");
    EXPECT_EQ(only_site(config).php.settings, (Settings{{"max_input_vars", "5000"},
                                                        {"display_errors", "on"},
                                                        {"log_errors", "off"},
                                                        {"session.gc_maxlifetime", "100"},
                                                        {"session.cookie_samesite", "Strict"},
                                                        {"serialize_precision", "-1"},
                                                        {"realpath_cache_size", "4M"},
                                                        {"date.timezone", "UTC"}}));
}

struct RefusedPair {
    const char* key;
    const char* word;  ///< of the reason or the remedy
};

class RefusedSetting : public testing::TestWithParam<RefusedPair> {};

TEST_P(RefusedSetting, IsRefusedWithTheReason) {
    const auto refusal = check_ini_key(GetParam().key);
    ASSERT_TRUE(refusal) << GetParam().key;
    EXPECT_NE((refusal->reason + refusal->remedy).find(GetParam().word), std::string::npos)
        << refusal->reason << refusal->remedy;
    const auto config = read_site_keys("[php.settings]\n" + quoted(GetParam().key) + " = \"x\"\n");
    EXPECT_EQ(config.problems.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, RefusedSetting,
    testing::Values(
        RefusedPair{"extension", "loads code"}, RefusedPair{"zend_extension", "loads code"},
        RefusedPair{"auto_prepend_file", "loads code"},
        RefusedPair{"auto_append_file", "loads code"}, RefusedPair{"opcache.preload", "loads code"},
        RefusedPair{"ffi.enable", "loads code"}, RefusedPair{"allow_url_include", "loads code"},
        RefusedPair{"opcache.file_cache", "names a path"}, RefusedPair{"error_log", "names a path"},
        RefusedPair{"session.save_path", "names a path"},
        RefusedPair{"include_path", "names a path"}, RefusedPair{"openssl.cafile", "names a path"},
        RefusedPair{"sendmail_path", "names a program"}, RefusedPair{"mail.log", "names a program"},
        RefusedPair{"mysqli.default_socket", "names a program"},
        RefusedPair{"session.save_handler", "names a program"},
        RefusedPair{"disable_functions", "the wall"}, RefusedPair{"open_basedir", "the wall"},
        RefusedPair{"opcache.jit", "the wall"},
        RefusedPair{"memory_limit", "memory_limit in [php]"},
        RefusedPair{"post_max_size", "upload_limit in [php]"},
        RefusedPair{"upload_max_filesize", "upload_limit in [php]"},
        RefusedPair{"max_input_var", "did you mean max_input_vars?"},
        RefusedPair{"MAX_INPUT_VARS", "not in the list"}, RefusedPair{"", "not in the list"},
        RefusedPair{"max_input_vars\n", "not in the list"},
        RefusedPair{"max_input_vars = 1\nextension", "not in the list"},
        RefusedPair{"../x", "not in the list"}));

TEST(PhpSettings, ValuesHaveRules) {
    for (const char* line :
         {"max_input_vars = 99", "max_input_vars = \"5 000\"", "max_input_vars = 1e3",
          "max_input_vars = 0x1000", "display_errors = 1", "display_errors = \"stderr\"",
          "error_reporting = \"E_ALL\"", "session.cookie_samesite = \"None\"",
          "realpath_cache_size = 4096", "realpath_cache_size = \"1T\"", "date.timezone = \"\"",
          "default_charset = \"utf8\"", "precision = [1]", "session = 1"})
        EXPECT_EQ(read_site_keys(std::string("[php.settings]\n") + line).problems.size(), 1U)
            << line;
}

TEST(PhpSettings, NoKeyIsBothAllowedAndRefused) {
    EXPECT_GE(known_ini_keys().size(), 30U);
    for (const auto& key : known_ini_keys()) EXPECT_FALSE(check_ini_key(key)) << key;
}

TEST(PhpSettings, OfASiteJoinThoseOfTheHost) {
    const auto config =
        read(Source{"wpns.toml", "[site.php.settings]\nmax_input_vars = 2000\nprecision = 10\n"},
             {{"a.toml", "domain = \"a.example\"\n[php.settings]\nprecision = 12\n"}});
    EXPECT_EQ(described(config), "");
    EXPECT_EQ(only_site(config).php.settings,
              (Settings{{"max_input_vars", "2000"}, {"precision", "12"}}));
}

}  // namespace
}  // namespace wpns::config
