// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/leaf.hpp"

namespace leat {

/// A condition that becomes true once and lets everybody through from then on, until it is
/// reset.
///
/// For a queue of permits, see `semaphore`.
///
/// Lifetime: must outlive its waiters. Thread-safety: one executor.
class event {
 public:
  class [[nodiscard]] awaiter final : public leaf {
   public:
    explicit awaiter(event& awaited) noexcept : event_(awaited) {}
    awaiter(awaiter&&) noexcept = default;

    [[nodiscard]] bool await_ready() noexcept {
      return event_.is_set_ && !is_stop_pending() && goes_on_at_once();
    }
    void await_resume() const noexcept {}

   private:
    void start() noexcept override { event_.waiters_.push_back(*this); }
    void describe(wait_description& to) const noexcept override { to.add("event"); }

    event& event_;
  };

  [[nodiscard]] bool is_set() const noexcept { return is_set_; }

  /// Wakes all who wait, in the order in which they came.
  void set() noexcept {
    is_set_ = true;
    while (!waiters_.is_empty()) static_cast<awaiter&>(waiters_.pop_front()).complete();
  }

  /// Makes later waiters wait again. Those already woken go on.
  void reset() noexcept { is_set_ = false; }

  /// Waits until the event is set. Cancellation: safe.
  [[nodiscard]] awaiter wait() noexcept { return awaiter(*this); }

 private:
  bool is_set_ = false;
  ready_list waiters_;
};

}  // namespace leat
