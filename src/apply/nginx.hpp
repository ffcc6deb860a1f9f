#pragma once

#include <functional>
#include <string>

#include "apply/perform.hpp"

/// The host's nginx and the files that it includes for sites.
namespace wpns::apply {

/// Writes the file of a vhost, or removes it where there is no value.
void put_vhost(const host::Host& host, const ResourceKey& key,
               const std::optional<Resource>& value);

/// What nginx says against its configuration as it is on disk now.
class NginxTest {
  public:
    /// Begins to look.
    explicit NginxTest(const host::Host& host);
    /// Empty when it accepts it; to be called once.
    [[nodiscard]] std::string refusal();

  private:
    std::unique_ptr<host::Process::Running> running_;
};

/// Tells nginx to read its files again, or starts it where it is down. What comes back waits until
/// it goes by them, to be called once; it throws where nginx does not.
[[nodiscard]] std::function<void()> begin_reload(const host::Host& host);

/// The same for files that NginxTest has just found good: by the signal alone, which costs systemd
/// neither a job nor a program (nginx.org/en/docs/control.html). nginx tells nobody whether it
/// takes what it reads; its old workers do, as they stay.
[[nodiscard]] std::function<void()> begin_tested_reload(const host::Host& host);

}  // namespace wpns::apply
