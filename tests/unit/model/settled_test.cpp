#include "model/settled.hpp"

#include <gtest/gtest.h>

#include "base/digest.hpp"

namespace wpns {
namespace {

Settled two_sites() {
    return {1'700'000'000'123'456'789,
            {{*SiteName::parse("site-a"), std::string(64, 'a')},
             {*SiteName::parse("site-b"), std::string(64, '0')}}};
}

TEST(Settled, ComesBackFromItsText) {
    EXPECT_EQ(parse_settled(to_text(two_sites())), two_sites());
    EXPECT_EQ(parse_settled(to_text(Settled{})), Settled{});
}

TEST(Settled, EveryCutAndEveryChangedByteIsNoticed) {
    const std::string text = to_text(two_sites());
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_FALSE(parse_settled(text.substr(0, i))) << i;
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(parse_settled(changed)) << i;
    }
    EXPECT_FALSE(parse_settled(text + "\n"));
}

TEST(Settled, AnotherFormatIsNone) {
    for (const std::string body :
         {"wpns settled 2\n0\n", "wpns settled 1\n\n", "wpns settled 1\n1x\n",
          "wpns settled 1\n0\nsite-a\n", "wpns settled 1\n0\nsite-a aa\n",
          "wpns settled 1\n0\nSITE "
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"})
        EXPECT_FALSE(parse_settled(sha256_hex(body) + "\n" + body)) << body;
}

}  // namespace
}  // namespace wpns
