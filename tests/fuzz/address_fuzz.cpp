// Addresses, networks, names and entries of allow lists: refused, or the same after writing and
// reading again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "check.hpp"
#include "model/address.hpp"
#include "model/allow_target.hpp"
#include "model/site_name.hpp"

using namespace wpns;

namespace {

template <typename Value>
void round_trip(std::string_view text) {
    const auto value = Value::parse(text);
    if (!value) {
        check(!value.error().empty(), "a refusal has a reason");
        return;
    }
    const auto again = Value::parse(value->str());
    check(again.has_value() && *again == *value, "written and read again it is the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    round_trip<Ipv4>(text);
    round_trip<Cidr>(text);
    round_trip<Mac>(text);
    round_trip<AllowTarget>(text);
    round_trip<SiteName>(text);
    return 0;
}
