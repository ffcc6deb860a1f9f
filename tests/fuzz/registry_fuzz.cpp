// A registry of any bytes is refused or read; what was read and written again is the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/digest.hpp"
#include "check.hpp"
#include "model/registry_text.hpp"

using namespace wpns;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string body(reinterpret_cast<const char*>(data), size);
    (void)parse_registry(body);
    // With the right checksum, so that more than the checksum is tried.
    const auto registry = parse_registry("checksum = \"" + sha256_hex(body) + "\"\n" + body);
    if (!registry) {
        check(!registry.error().empty(), "a refusal has a reason");
        return 0;
    }
    const auto again = parse_registry(to_text(*registry));
    check(again.has_value() && *again == *registry, "written and read again it is the same");
    return 0;
}
