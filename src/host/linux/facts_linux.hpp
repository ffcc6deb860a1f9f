#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Everything in HostFacts but `passage`, asked once. `missing` has what every site needs; a
/// WordPress source that cannot be used is an error in `cores`, which is that site's own trouble,
/// unless it is that of Debian's package. A PHP's `modules` are those that "extension=" loads, its
/// `zend_modules` those that "zend_extension=" loads.
[[nodiscard]] HostFacts gather_facts(const HostConfig& config,
                                     const std::vector<CoreSource>& core_sources,
                                     const Network& network, Files& files, Process& process);

/// With `passage` as well. The references outlive it.
[[nodiscard]] std::unique_ptr<Facts> make_facts(const Network& network, Files& files,
                                                Process& process, const Neighbours& neighbours);

}  // namespace wpns::host::linux_os
