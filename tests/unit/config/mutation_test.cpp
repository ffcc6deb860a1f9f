#include <gtest/gtest.h>

#include <random>

#include "reading.hpp"

namespace wpns::config {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
    return limit == 0 ? 0 : random() % limit;
}

/// One small damage: a byte put in, taken out or changed, a piece moved, the end cut off.
void damage(std::string& text, Random& random) {
    using namespace std::string_literals;
    static const auto bytes = "[]{}=.\"'#\n\r\t ,\\_-+0x1a:T\xc3\xa4\xc2\xa0\xff\x01\0"s;
    const std::size_t at = below(random, text.size() + 1);
    const char byte = bytes[below(random, bytes.size())];
    switch (below(random, 5)) {
        case 0:
            text.insert(at, 1, byte);
            break;
        case 1:
            text.erase(at, 1 + below(random, 4));
            break;
        case 2:
            text.insert(at, text.substr(below(random, text.size()), below(random, 40)));
            break;
        case 3:
            if (at < text.size()) text[at] = byte;
            break;
        default:
            if (below(random, 20) == 0) text.resize(at);
            break;
    }
}

/// Every problem has a place in the file, a reason, and nothing that a terminal would act on.
void expect_sound(const Problem& problem, const std::string& text) {
    EXPECT_FALSE(problem.reason.empty());
    EXPECT_LE(problem.line, 2 + std::count(text.begin(), text.end(), '\n'));
    for (const char c : describe(problem))
        ASSERT_TRUE((c >= 0x20 && c < 0x7f) || c == '\n') << describe(problem);
}

/// The example with all keys in force.
std::string in_full(std::string text) {
    for (auto at = text.find("\n#"); at != text.npos; at = text.find("\n#", at + 1))
        if (text[at + 2] != ' ') text.erase(at + 1, 1);
    return text;
}

TEST(Mutation, NoDamageBreaksTheReader) {
    const std::string example = read_file(std::string(WPNS_SOURCE_DIR) + "/sites.d/example.toml");
    const std::string full = in_full(example);
    Random random(20240229);
    int refused = 0;
    for (int round = 0; round < 1000; ++round) {
        std::string text = round % 4 == 0 ? example : full;
        for (std::size_t times = 1 + below(random, 8); times > 0; --times) damage(text, random);
        const auto config = read(Source{"wpns.toml", text}, {{"site-a.toml", text}});
        for (const auto& problem : config.problems) expect_sound(problem, text);
        refused += config.problems.empty() ? 0 : 1;
    }
    EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace wpns::config
