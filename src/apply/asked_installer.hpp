#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "host/host.hpp"

namespace wpns::apply {

/// The installer in the PHP-FPM of a new site, which comes up anyway: a sandbox of its own takes
/// longer than all that it does in it. Beside it PHP loads the code of WordPress, for the first
/// page. For a site in which nothing of its own has run yet. What does not go well there is begun
/// in the sandbox, which says what is wrong.
class AskedInstaller final : public host::Process::Running {
  public:
    /// Asks at the socket of PHP, which may just be coming up; `sandboxed` has the request, too.
    AskedInstaller(const host::Host& host, const std::string& socket,
                   host::Process::Command sandboxed);

    [[nodiscard]] std::optional<std::string> first_line() override;
    [[nodiscard]] host::Process::Result wait() override;

  private:
    const host::Host& host_;
    host::Process::Command sandboxed_;
    std::shared_future<std::string> answer_;
    std::future<std::string> loaded_;
    std::unique_ptr<Running> instead_;
};

}  // namespace wpns::apply
