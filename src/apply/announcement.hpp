#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "apply/nginx.hpp"

namespace wpns::apply {

/// Vhosts of a few new sites that nginx learns of while the services of these sites start: until
/// its old workers take no more connections, a tenth of a second passes by its own clock
/// (ngx_master_process_cycle sleeps so long before it tells them).
class Announcement {
  public:
    /// Writes the files and has nginx look at them.
    Announcement(const host::Host& host, std::vector<const plan::Action*> vhosts);
    Announcement(const Announcement&) = delete;
    Announcement& operator=(const Announcement&) = delete;
    /// What was not settled, as a run has ended before, is taken back.
    ~Announcement();

    /// Tells nginx where it accepts them. Where not, they are taken back and nobody is told, so
    /// that the step of the vhosts finds out which it is.
    void tell();
    /// True for those of which nginx has been told.
    [[nodiscard]] bool covers(const plan::Action* vhost) const;
    /// Waits until nginx goes by all but those that are not in `staying` any more, which are taken
    /// back. Throws where nginx does not.
    void settle(Batch staying);

  private:
    void take_back(const std::function<bool(const plan::Action*)>& is_leaving);

    const host::Host& host_;
    std::vector<const plan::Action*> vhosts_;
    std::optional<NginxTest> test_;
    std::function<void()> told_;
    bool settled_ = false;
};

/// Those of a batch of vhosts that may be announced: of new sites that let visitors in, and few.
[[nodiscard]] std::vector<const plan::Action*> to_announce(Batch batch);

}  // namespace wpns::apply
