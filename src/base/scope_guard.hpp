#pragma once

#include <utility>

namespace wpns {

/// Runs `undo` when the scope is left, unless `dismiss()` was called: commit-or-undo in one line.
template <typename Undo>
class ScopeGuard {
  public:
    explicit ScopeGuard(Undo undo) : undo_(std::move(undo)) {}
    ScopeGuard(const ScopeGuard&) = delete;
    ScopeGuard& operator=(const ScopeGuard&) = delete;
    ScopeGuard(ScopeGuard&&) = delete;
    ScopeGuard& operator=(ScopeGuard&&) = delete;
    ~ScopeGuard() {
        if (armed_) undo_();
    }
    void dismiss() noexcept { armed_ = false; }

  private:
    Undo undo_;
    bool armed_ = true;
};

}  // namespace wpns
