// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/timed_leaf.hpp"

namespace leat::testing::detail {

/// Wakes everybody who waits for a change at the moment it comes. It remembers nothing, so look
/// first, and again afterwards.
class notice {
 public:
  class [[nodiscard]] awaiter final : public timed_leaf {
   public:
    awaiter(notice& awaited, deadline until) noexcept : timed_leaf(until), notice_(awaited) {}
    awaiter(awaiter&& other) noexcept = default;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    /// Whether the change came before the deadline.
    [[nodiscard]] bool await_resume() const noexcept { return !has_timed_out(); }

    void changed() noexcept {
      disarm_deadline();
      complete();
    }

   private:
    void start() noexcept override {
      notice_.waiters_.push_back(*this);
      arm_deadline();
    }
    detach_result detach() noexcept override {
      disarm_deadline();
      ready_node::unlink();
      return detach_result::detached;
    }

    notice& notice_;
  };

  /// Cancellation: safe.
  [[nodiscard]] awaiter wait(deadline until) noexcept { return {*this, until}; }

  void notify() noexcept {
    while (!waiters_.is_empty()) static_cast<awaiter&>(waiters_.pop_front()).changed();
  }

 private:
  ready_list waiters_;
};

}  // namespace leat::testing::detail
