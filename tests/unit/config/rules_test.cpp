#include "config/rules.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wpns::config {
namespace {

/// What a rule takes and what it refuses.
struct Case {
    const char* name;
    rules::Rule rule;
    std::vector<std::string> good;
    std::vector<std::string> bad;
};

class Rules : public testing::TestWithParam<Case> {};

TEST_P(Rules, TakeTheGoodAndRefuseTheBad) {
    for (const auto& text : GetParam().good) EXPECT_FALSE(GetParam().rule(text)) << text;
    for (const auto& text : GetParam().bad) {
        const auto refusal = GetParam().rule(text);
        ASSERT_TRUE(refusal) << text;
        EXPECT_FALSE(refusal->reason.empty());
    }
}

const Case title{
    "title",
    rules::title,
    {"Site A",
     "B\xc3\xbc"
     "cher & more <b>",
     "\"%$`;#{}\\", "\xf0\x9f\x90\x98", std::string(200, 'a')},
    {"", " \t ", "a\nb", "a\rb", "a\tb", std::string("a\0b", 3), "a\x7f", "a\x1b[0m", "a\xc2\x85",
     "\xe2\x80\xae"
     "abc",
     "a\xe2\x80\xa8"
     "b",
     "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", std::string(201, 'a')}};
const Case user_name{"user_name",
                     rules::user_name,
                     {"admin", "A.b-c_1", std::string(60, 'a')},
                     {"", "1a", "a b", "a@b", "\xc3\xa4", std::string(61, 'a')}};
const Case php_version{"php_version",
                       rules::php_version,
                       {"8.2", "8.0", "8.10", "10.1"},
                       {"", "8", "8.", ".2", "8.2.1", "8.2; rm", "../8.2", "8.02", "08.2", "8,2",
                        "8.2 ", "8.a", "123.1"}};
const Case locale{"locale",
                  rules::locale,
                  {"en_US", "fi", "de_DE_formal", "ckb", "pt_PT_ao", "de_formal"},
                  {"", "EN_us", "en-US", "e", "engl", "en_US_", "en_USA", "en_US_Formal",
                   "en_US_a_b", "en_US.UTF-8", "_US", "../en"}};
const Case timezone{
    "timezone",
    rules::timezone,
    {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"},
    {"", "Europe/", "/Berlin", "../x", "a/b/c/d", "Europe Berlin", "1UTC", std::string(65, 'a')}};
const Case sha256{
    "sha256",
    rules::sha256,
    {std::string(64, 'a'), std::string(64, '0')},
    {"", std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'), std::string(64, 'g')}};
const Case path{"path",
                rules::path,
                {"/a", "/usr/share/wordpress", "/srv/wp_6.1+x-1.tar.gz", "/..a", "/a/.b"},
                {"", "a", "./a", "~/a", "/", "//a", "/a/", "/a//b", "/a/../b", "/a/.", "/..",
                 "/a b", "/a:b", "/a*", "/a%i", "/\xc3\xa4", "/" + std::string(200, 'a')}};
const Case data_path{"data_path",
                     rules::data_path,
                     {"/var/lib/wpns/sites", "/srv/wpns", "/data", "/tmpx", "/opt/x"},
                     {"/tmp", "/tmp/x", "/var/tmp/x", "/home/a", "/root/x", "/usr/share/x",
                      "/etc/x", "/proc/1", "/run/x", "/srv", "/var/lib", "/var/lib/wpns", "x"}};
const Case source{"wordpress_source",
                  rules::wordpress_source,
                  {"/usr/share/wordpress", "/root/wordpress-6.1.tar.gz",
                   "https://wordpress.org/wordpress-6.1.zip", "https://a.example/b/c-1.tar.gz"},
                  {"",
                   "wordpress",
                   "http://a.example/x.zip",
                   "ftp://a.example/x",
                   "file:///x",
                   "https://",
                   "https://a.example",
                   "https://a.example/",
                   "https://a/x",
                   "https://u:p@a.example/x",
                   "https://a.example:8443/x",
                   "https://a.example/../x",
                   "https://a.example/x?y=1",
                   "https://10.0.0.1/x",
                   "/etc",
                   "/etc/x",
                   "/proc/self/root",
                   "/dev/sda",
                   "/var/lib/mysql",
                   "/lib",
                   "/run/x"}};
const Case device{"device",
                  rules::device,
                  {"eth0", "enp3s0f0np0", "bond0.100", "wlan-a_b", std::string(15, 'a')},
                  {"", "lo", "veth0-site-a", "veth1-x", "0eth", "eth 0", "eth0:1", "eth0/1", "a\"b",
                   std::string(16, 'a')}};
const Case listen{"listen",
                  rules::listen,
                  {"80", "65535", "192.0.2.1:80", "[::]:80", "[2001:db8::1]:8080",
                   "[1:2:3:4:5:6:7:8]:80", "[::1]:80", "[FE80::]:80"},
                  {"",
                   "0",
                   "080",
                   "65536",
                   "-1",
                   "80;",
                   "*:80",
                   "localhost:80",
                   "192.0.2.1",
                   "192.0.2.1:",
                   "192.0.2.256:80",
                   "::1:80",
                   "[::1]",
                   "[::1]80",
                   "[:::]:80",
                   "[1::2::3]:80",
                   "[1:2:3:4:5:6:7]:80",
                   "[1:2:3:4:5:6:7::8]:80",
                   "[12345::]:80",
                   "[::g]:80",
                   "[]:80",
                   "[::1%eth0]:80",
                   "80 default_server",
                   "unix:/x"}};

const Case repository{
    "repository",
    rules::repository,
    {"/srv/restic", "/mnt/backup/restic", "sftp:backup@backup.example:/srv/restic",
     "sftp:vault:/restic", "sftp://backup@backup.example:2222//srv/restic",
     "sftp://192.0.2.9//restic", "s3:https://s3.example.com/bucket/path",
     "s3:https://s3.example.com:9000/bucket", "s3:http://minio:9000/bucket", "s3:s3.example.com/b"},
    {"",
     "restic",
     "../restic",
     "/",
     "/srv",
     "/tmp/restic",
     "/root/restic",
     "sftp:",
     "sftp:host",
     "sftp:-oProxyCommand=x:/srv",
     "sftp:-host:/srv",
     "sftp:user@-host:/srv",
     "sftp:-u@host:/srv",
     "sftp:host:srv",
     "sftp:a@b@c:/srv",
     "sftp:user:secret@host:/srv",
     "sftp://host/srv",
     "sftp://host:port//srv",
     "sftp://host:0//srv",
     "sftp://u:secret@host//srv",
     "sftp:host:/../x",
     "s3:",
     "s3:https://",
     "s3:https://host",
     "s3:https://key:secret@host/bucket",
     "s3:https://host/",
     "s3:https://host/bucket/",
     "s3:ftp://host/bucket",
     "s3:https://ho st/b",
     "rest:https://host/",
     "b2:bucket",
     "rclone:x:y",
     "/srv/a b",
     "/srv/%h",
     "/srv/$HOME",
     "/srv/\n",
     std::string("/") + std::string(300, 'a')}};

const Case schedule{"schedule",
                    rules::schedule,
                    {"never", "hourly", "daily", "weekly", "monthly", "00:00", "03:30", "23:59"},
                    {"", "Daily", "always", "24:00", "03:60", "3:30", "03-30", "03:3x", "*:*",
                     "*-*-* *:*:*", "9999-12-31", "03:30\n", "daily\nOnCalendar=hourly"}};

INSTANTIATE_TEST_SUITE_P(All, Rules,
                         testing::Values(title, user_name, php_version, locale, timezone, sha256,
                                         path, data_path, source, device, listen, repository,
                                         schedule),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(Quote, IsPrintableAndShort) {
    EXPECT_EQ(quote("a\nb"), "\"a\\x0ab\"");
    EXPECT_EQ(quote(std::string(100, 'a')), "\"" + std::string(60, 'a') + "...\"");
}

}  // namespace
}  // namespace wpns::config
