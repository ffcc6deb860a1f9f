#pragma once

#include "verify/check.hpp"

/// The parts of the table, one a file.
namespace wpns::verify {

[[nodiscard]] std::vector<Probe> network_rows();
[[nodiscard]] std::vector<Probe> file_rows();
[[nodiscard]] std::vector<Probe> process_rows();
[[nodiscard]] std::vector<Probe> kernel_rows();
[[nodiscard]] std::vector<Probe> socket_rows();
[[nodiscard]] std::vector<Probe> database_rows();
[[nodiscard]] std::vector<Probe> host_rows();

}  // namespace wpns::verify
