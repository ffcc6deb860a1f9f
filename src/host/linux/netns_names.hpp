#pragma once

#include <string>
#include <vector>

/// What is under /run/netns.
namespace wpns::host::linux_os {

/// True for the link that a held pin has, wherever that leads now.
[[nodiscard]] bool is_link_to_holder(const std::string& name);

/// Names that are network namespaces, sorted.
[[nodiscard]] std::vector<std::string> list_pins();

/// Names that create_pin would replace: plain files, and links to the holder that lead nowhere.
[[nodiscard]] std::vector<std::string> list_stale_names();

}  // namespace wpns::host::linux_os
