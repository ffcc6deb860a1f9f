#include "apply/sandbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.hpp"

namespace wpns::apply {
namespace {

constexpr const char* unit =
    "[Unit]\nDescription=x\n[Service]\nType=notify\nExecStart=/bin/"
    "x\nUser=wp-a\nCapabilityBoundingSet=\n"
    "Environment=\"A=b c;\"\n[Install]\nWantedBy=multi-user.target\n";

bool has(const host::Process::Command& command, const std::string& word) {
    return std::ranges::find(command.argv, word) != command.argv.end();
}

TEST(Sandbox, TakesEveryPropertyOfTheServiceAndNothingElse) {
    const auto command = sandboxed(unit, {"/usr/bin/id", "-u"});
    EXPECT_TRUE(has(command, "--property=User=wp-a"));
    EXPECT_TRUE(has(command, "--property=CapabilityBoundingSet="));
    EXPECT_TRUE(has(command, "--property=Environment=\"A=b c;\""));
    for (const char* word : {"--property=ExecStart=/bin/x", "--property=Type=notify",
                             "--property=Description=x", "--property=WantedBy=multi-user.target"})
        EXPECT_FALSE(has(command, word)) << word;
    const std::vector<std::string> end(command.argv.end() - 3, command.argv.end());
    EXPECT_EQ(end, (std::vector<std::string>{"--", "/usr/bin/id", "-u"}));
}

TEST(Sandbox, ADollarInAnArgumentStaysADollar) {
    EXPECT_EQ(sandboxed(unit, {"/bin/echo", "$HOME $$"}).argv.back(), "$$HOME $$$$");
}

TEST(Sandbox, ALimitIsThatOfTheUnitAndTheCommandWaitsLonger) {
    const auto command = sandboxed(unit, {"/bin/true"}, Terminal::pipes, std::chrono::seconds(60));
    EXPECT_TRUE(has(command, "--property=RuntimeMaxSec=60"));
    EXPECT_GT(command.timeout, std::chrono::seconds(60));
}

TEST(Sandbox, ATextThatIsNoUnitIsABug) {
    EXPECT_THROW((void)sandboxed("User=x\n", {"/bin/true"}), Error);
}

}  // namespace
}  // namespace wpns::apply
