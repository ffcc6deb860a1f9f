#include "desired/core.hpp"

namespace wpns::desired {
namespace {

using render::Format;
using render::Values;

/// PHP without any configuration of the host: the archive is read by what is built in, a zip
/// archive by one module. A JIT would need memory that is both written and run.
std::vector<std::string> unpacker(const HostFacts& facts) {
    if (facts.php.empty()) return {};
    return {facts.php.back().cli,
            "-n",
            "-d",
            "extension=zip",
            "-d",
            "pcre.jit=0",
            "-d",
            "display_errors=stderr",
            "/usr/share/wpns/php/unpack.php"};
}

}  // namespace

Core core(const Inputs& inputs, Builder& builder, const CoreFact& fact) {
    Core result{fact.source, fact.version, fact.sha256};
    if (fact.sha256.empty()) return result;
    Values values;
    values.set_fragment("hardening", builder.fill("hardening.conf", Format::fragment, {}));
    if (fact.source.starts_with("https://"))
        result.download = builder.fill("wpns-download.service", Format::unit, values);
    result.unpack = builder.fill("wpns-unpack.service", Format::unit, values);
    result.unpacker = unpacker(inputs.facts);
    return result;
}

}  // namespace wpns::desired
