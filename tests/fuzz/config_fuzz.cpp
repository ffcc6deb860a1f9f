// A configuration of any bytes gives settings or problems, each with a place inside the text.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "check.hpp"
#include "config/config.hpp"

using namespace wpns;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    const config::Source host{"wpns.toml", text};
    const config::Source site{"sites.d/a.toml", text};
    for (const auto& config : {config::read(host, {}), config::read({}, {site})}) {
        for (const auto& problem : config.problems) {
            check(!problem.reason.empty(), "a problem has a reason");
            check(problem.line <= lines, "a problem stands in the text");
            const auto shown = config::describe(problem);
            check(
                std::ranges::none_of(shown, [](unsigned char c) { return c < 0x20 && c != '\n'; }),
                "nothing raw reaches the terminal");
        }
        if (!config.problems.empty() || config.sites.empty()) continue;
        // What add writes for settings that were accepted is accepted.
        const config::Source again{"sites.d/b.toml",
                                   config::site_file_text(config.sites.begin()->second)};
        check(config::read({}, {again}).problems.empty(), "the file of add is valid");
    }
    return 0;
}
