#include "desired/builder.hpp"

#include <utility>

#include "base/digest.hpp"

namespace wpns::desired {

std::string Builder::fill(const std::string& template_name, render::Format format,
                          const render::Values& values) {
    const auto text = templates_.find(template_name);
    if (text == templates_.end()) {
        fail("there is no template " + template_name);
        return {};
    }
    auto filled = render::fill(template_name, format, text->second, values);
    if (filled) return std::move(*filled);
    fail(filled.error());
    return {};
}

ResourceKey Builder::add(Kind kind, std::string id, Resource value,
                         std::vector<ResourceKey> needs) {
    return put({kind, std::move(id), site_}, std::move(value), std::move(needs));
}

ResourceKey Builder::add_shared(Kind kind, std::string id, Resource value,
                                std::vector<ResourceKey> needs) {
    return put({kind, std::move(id), ""}, std::move(value), std::move(needs));
}

ResourceKey Builder::put(ResourceKey key, Resource value, std::vector<ResourceKey> needs) {
    desired_.insert_or_assign(key, Wanted{std::move(value), std::move(needs)});
    return key;
}

ResourceKey Builder::add_unit(std::string name, Unit unit, std::vector<ResourceKey> inputs,
                              std::vector<ResourceKey> needs) {
    std::string contents;
    for (const auto& input : inputs) {
        const auto it = desired_.find(input);
        contents += input.str() + " " +
                    (it == desired_.end() ? "" : digest_of(input, it->second.value)) + "\n";
    }
    unit.inputs_digest = sha256_hex(contents);
    needs.insert(needs.end(), inputs.begin(), inputs.end());
    unit.inputs = std::move(inputs);
    return add(Kind::unit, std::move(name), std::move(unit), std::move(needs));
}

std::expected<Desired, std::string> Builder::take() {
    if (!error_.empty()) return std::unexpected(error_);
    return std::move(desired_);
}

void Builder::fail(const std::string& reason) {
    if (error_.empty()) error_ = reason;
}

}  // namespace wpns::desired
