// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/single_child.hpp"

namespace leat::detail {

/// A child that is stopped when its time is up. What the combinators with a deadline share.
template <class T>
class limited_child : public single_child<T> {
 public:
  after_stop child_stopped() noexcept final {
    timer_.unlink();
    // Where an outer stop is visible it wins: the caller of this frame has to stop as well.
    return this->parent->scope->is_stopped() ? this->unwind_parent() : this->resume_parent();
  }

 protected:
  explicit limited_child(task<T>&& child) noexcept : single_child<T>(std::move(child)) {}
  limited_child(limited_child&& other) noexcept : single_child<T>(std::move(other)) {}
  ~limited_child() { this->destroy_child(); }

  std::coroutine_handle<> start_until(std::coroutine_handle<> waiting, deadline end) noexcept {
    scope_.attach(*this->parent->scope);
    if (!end.is_never()) executor::current().arm(timer_, end.at());
    return this->start_child(waiting, scope_);
  }

  /// Ends the waiting. Returns whether the work was late: stopped, or still pending when its
  /// time was up, whatever it returned afterwards.
  [[nodiscard]] bool end_late() noexcept {
    timer_.unlink();
    return this->was_stopped() ||
           (scope_.own_reason() == stop_reason::deadline && scope_.was_observed());
  }

 private:
  cancel_scope scope_;
  scope_timer timer_{scope_};
};

}  // namespace leat::detail
