#pragma once

#include <string>

#include "host/host.hpp"
#include "model/registry.hpp"

namespace wpns::apply {

/// The registry on disk: /var/lib/wpns/registry.toml and its two older generations (.1, .2).
class RegistryFile {
  public:
    explicit RegistryFile(host::Files& files);

    /// The registry; a new one (serial 0, fresh lineage) where there is no file. A damaged or
    /// foreign one is never taken for "no sites": Error{conflict} says what was found.
    [[nodiscard]] Registry load() const;

    /// Throws Error{conflict} when `registry` is new although `data_dir` holds sites: then the file
    /// was lost.
    void require_complete(const Registry& registry, const std::string& data_dir) const;

    /// Replaces it atomically; `registry.serial` grows by one.
    void save(Registry& registry);

    [[nodiscard]] static std::string path();

  private:
    host::Files& files_;
    bool rotated_ = false;  ///< older generations move once a run, not once a batch
};

}  // namespace wpns::apply
