// No value changes the structure of a rendered file; no text makes a parser misbehave. The first
// byte chooses the format.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "check.hpp"
#include "render/template.hpp"

using namespace wpns;
using render::Format;

namespace {

struct Sample {
    Format format;
    const char* text;
};
constexpr std::array samples = {
    Sample{Format::unit, "[Service]\nUser={{value}}\nExecStart=/bin/true {{value}}\nX={{list}}\n"},
    Sample{Format::ini, "[mysqld]\nsocket = {{value}}\nlist = {{list}}\n"},
    Sample{Format::nginx, "server {\n    server_name {{value}};\n    listen {{list}};\n}\n"},
    Sample{Format::php, "<?php\ndefine('A', '{{value}}');\n"},
    Sample{Format::plain, "{{value}} name\n{{list}} other\n"},
    Sample{Format::fragment, "A={{value}}\nB={{list}}\n"},
};

std::size_t settings_in(const Sample& sample, const render::Values& values) {
    const auto text = render::fill("sample", sample.format, sample.text, values);
    if (!text) return 0;
    const auto settings = render::parse(sample.format, *text);
    check(settings.has_value(), "what was rendered can be parsed");
    return settings->size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Sample& sample = samples.at(data[0] % samples.size());
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    (void)render::parse(sample.format, text);
    (void)render::fill("fuzzed", sample.format, text, render::Values().set("value", "a"));
    static const auto plain = [](const Sample& one) {
        return settings_in(one, render::Values().set("value", "a").set_list("list", {"b"}));
    };
    const auto found =
        settings_in(sample, render::Values().set("value", text).set_list("list", {text}));
    check(found == 0 || found == plain(sample), "a value adds nothing");
    return 0;
}
