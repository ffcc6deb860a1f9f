#pragma once

#include <memory>

#include "host/host.hpp"

namespace wpns::host::linux_os {

/// Units by sd-bus, for one thread. Connects when it is first used; Error{missing} where no systemd
/// runs. A unit that has ended right after its start, or that systemd starts again and again,
/// counts as failed; a oneshot service that has ended well does not.
///
/// stop is content with every unit that does not run afterwards, also one that never was. Links in
/// /etc/systemd/system/*.wants and *.requires are what counts as enabled. enable and disable do not
/// reload systemd.
[[nodiscard]] std::unique_ptr<Units> make_units();

}  // namespace wpns::host::linux_os
