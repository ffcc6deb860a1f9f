#pragma once

#include <expected>
#include <string>
#include <vector>

#include "desired/desired.hpp"
#include "render/template.hpp"

namespace wpns::desired {

/// Collects the resources of one owner (a site, or the host under the empty name). The first
/// template that does not fill is kept as the error; what is added afterwards does not matter.
class Builder {
  public:
    Builder(const Templates& templates, std::string site)
        : templates_(templates), site_(std::move(site)) {}

    /// The filled template; empty after an error.
    std::string fill(const std::string& template_name, render::Format format,
                     const render::Values& values);

    /// Adds a resource and gives its key, for the needs of others.
    ResourceKey add(Kind kind, std::string id, Resource value, std::vector<ResourceKey> needs = {});

    /// The same for what belongs to the host and is shared by the sites that want it.
    ResourceKey add_shared(Kind kind, std::string id, Resource value,
                           std::vector<ResourceKey> needs);

    /// A unit that is restarted when one of `inputs` changes; it needs them too. Fills Unit::inputs
    /// and inputs_digest.
    ResourceKey add_unit(std::string name, Unit unit, std::vector<ResourceKey> inputs,
                         std::vector<ResourceKey> needs);

    [[nodiscard]] std::expected<Desired, std::string> take();
    /// `result` of filled templates alone, or why one did not fill.
    template <typename Result>
    [[nodiscard]] std::expected<Result, std::string> unless_failed(Result result) {
        if (auto failed = take(); !failed) return std::unexpected(failed.error());
        return result;
    }
    void fail(const std::string& reason);

  private:
    ResourceKey put(ResourceKey key, Resource value, std::vector<ResourceKey> needs);

    const Templates& templates_;
    std::string site_;
    Desired desired_;
    std::string error_;
};

}  // namespace wpns::desired
