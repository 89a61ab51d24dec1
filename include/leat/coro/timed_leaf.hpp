// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/leaf.hpp"

namespace leat {

/// A leaf with a deadline of its own. A timer costs less than a scope around every read, and
/// the operation can say itself what has timed out.
class timed_leaf : public leaf {
 public:
  /// Whether the deadline passed before the operation was complete.
  [[nodiscard]] bool has_timed_out() const noexcept { return timed_out_; }

 protected:
  explicit timed_leaf(deadline until) noexcept : until_(until) {}
  timed_leaf(timed_leaf&& other) noexcept : leaf(std::move(other)), until_(other.until_) {}
  ~timed_leaf() = default;

  /// Before it is armed.
  void set_deadline(deadline until) noexcept { until_ = until; }
  /// To be called by `start()`.
  void arm_deadline() noexcept {
    if (!until_.is_never()) executor::current().arm(timer_, until_.at());
  }
  /// To be called when the operation is complete.
  void disarm_deadline() noexcept { timer_.unlink(); }

  /// The deadline was popped from the ready queue while the leaf waits: leave the resource as
  /// for a stop. A leaf that has left is completed, as timed out.
  virtual detach_result time_out() noexcept { return detach(); }

 private:
  struct timer final : ready_node {
    explicit timer(timed_leaf& timed) noexcept : self(timed) {}
    void run() noexcept override { self.deadline_popped(); }
    timed_leaf& self;
  };

  void deadline_popped() noexcept {
    if (!is_waiting()) return;
    timed_out_ = true;
    if (time_out() == detach_result::detached) complete();
  }

  timer timer_{*this};
  deadline until_;
  bool timed_out_ = false;
};

}  // namespace leat
