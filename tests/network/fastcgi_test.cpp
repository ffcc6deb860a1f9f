#include "host/linux/fastcgi.hpp"

#include <gtest/gtest.h>

namespace wpns::host::linux_os {
namespace {

using namespace std::string_literals;

std::string record(char type, const std::string& content, char padding = 0) {
    return "\1"s + type + "\0\1"s + static_cast<char>(content.size() >> 8) +
           static_cast<char>(content.size() & 0xff) + padding + "\0"s + content +
           std::string(static_cast<std::size_t>(padding), 'p');
}

const std::string end = record(3, std::string(8, '\0'));

TEST(Fastcgi, ARequestNamesTheScriptAndEndsItsStreams) {
    const std::string request = fastcgi_request("/a.php", "{}");
    EXPECT_TRUE(request.starts_with(record(1, "\0\1\0\0\0\0\0\0"s)));
    EXPECT_NE(request.find("\x80\0\0\x0f\x80\0\0\x06SCRIPT_FILENAME/a.php"s), std::string::npos);
    EXPECT_NE(request.find("CONTENT_LENGTH2"), std::string::npos);
    EXPECT_TRUE(request.ends_with(record(5, "{}") + record(5, "")));
}

TEST(Fastcgi, ALongBodyIsSeveralRecords) {
    const std::string body(70000, 'x');
    const std::string request = fastcgi_request("/a.php", body);
    const std::string parts = record(5, body.substr(0, 65535)) + record(5, body.substr(65535));
    EXPECT_TRUE(request.ends_with(parts + record(5, "")));
}

TEST(Fastcgi, TheBodyIsWhatComesBehindTheHeaders) {
    const std::string headers = "Content-type: text/html\r\n\r\n";
    EXPECT_EQ(fastcgi_body(record(6, headers + "{\"a\":", 3) + record(7, "a warning") +
                           record(6, "1}") + end),
              "{\"a\":1}");
}

TEST(Fastcgi, WhatIsCutOffIsNothing) {
    const std::string whole = record(6, "X: y\r\n\r\nbody") + end;
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(fastcgi_body(std::string_view(whole).substr(0, size)), "") << size;
    EXPECT_EQ(fastcgi_body(whole), "body");
    EXPECT_EQ(fastcgi_body(record(6, "no headers") + end), "");
}

}  // namespace
}  // namespace wpns::host::linux_os
