#include "model/checked_text.hpp"

#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "base/error.hpp"

namespace wpns {
namespace {

std::string sample_text() {
    return CheckedText("sample 1").text("name", "site-a").text("empty", "").number("size", 7).str();
}

/// A text with a right checksum over `body`.
std::string sealed(const std::string& body) {
    return "checksum = \"" + sha256_hex(body) + "\"\n" + body;
}

std::string fault_of(const std::string& text) {
    auto in = CheckedReader::parse("sample 1", text);
    if (!in) return in.error();
    (void)in->text("name");
    (void)in->text("empty");
    (void)in->number("size", 100);
    return in->end();
}

TEST(CheckedText, IsReadBack) {
    auto in = CheckedReader::parse("sample 1", sample_text());
    ASSERT_TRUE(in) << in.error();
    EXPECT_EQ(in->text("name"), "site-a");
    EXPECT_EQ(in->text("empty"), "");
    EXPECT_EQ(in->number("size", 7), 7U);
    EXPECT_EQ(in->end(), "");
}

TEST(CheckedText, EveryByteCounts) {
    const std::string good = sample_text();
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        EXPECT_FALSE(CheckedReader::parse("sample 1", bad)) << "byte " << i;
        EXPECT_FALSE(CheckedReader::parse("sample 1", good.substr(0, i))) << "cut at " << i;
    }
    EXPECT_FALSE(CheckedReader::parse("sample 1", good + "\n"));
    EXPECT_FALSE(CheckedReader::parse("sample 2", good));
}

TEST(CheckedText, RefusesWhatItWouldNotWriteEvenUnderARightChecksum) {
    const std::string kind = "kind = \"wpns sample 1\"\n";
    const std::string rest = "name = \"a\"\nempty = \"\"\n";
    EXPECT_EQ(fault_of(sealed(kind + rest + "size = 7\n")), "");
    for (const char* line :
         {"size = 101\n", "size = -1\n", "size = \n", "size = 7", "size = 7 \n", "size = \"7\"\n",
          "size = 0x7\n", "size = 99999999999999999999\n", "size=7\n", "\n", "[table]\n",
          "size = 7\nsize = 7\n", "size = 7\nmore = 1\n", "Size = 7\n", "size = 7\n# comment\n"})
        EXPECT_NE(fault_of(sealed(kind + rest + line)), "") << line;
    for (const char* value : {"a\\n", "a\"b", "a\tb", "\xc3\xa4", "a\x1b[2J"})
        EXPECT_NE(fault_of(sealed(kind + "name = \"" + value + "\"\nempty = \"\"\nsize = 7\n")), "")
            << value;
    EXPECT_NE(fault_of(sealed(kind + rest + "size = 7\n" + std::string(64U << 10, '\n'))), "");
}

TEST(CheckedText, TakesNoValueThatWouldNeedAnEscape) {
    for (const char* value : {"a\nb", "a\"b", "a\\b", "\x7f", "\xff"})
        EXPECT_THROW(CheckedText("sample 1").text("name", value), Error) << value;
    EXPECT_THROW(CheckedText("sample 1").text("name", std::string(5000, 'a')), Error);
    EXPECT_THROW(CheckedText("sample 1").text("na me", "a"), Error);
}

}  // namespace
}  // namespace wpns
