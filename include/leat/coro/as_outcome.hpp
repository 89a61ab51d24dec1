// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/single_child.hpp"

namespace leat {
namespace detail {

template <class T>
class [[nodiscard]] outcome_awaiter final : public single_child<T> {
 public:
  explicit outcome_awaiter(task<T>&& child) noexcept : single_child<T>(std::move(child)) {}
  outcome_awaiter(outcome_awaiter&&) noexcept = default;
  ~outcome_awaiter() { this->destroy_child(); }

  std::coroutine_handle<> await_suspend(awaiting_frame waiting) noexcept {
    return this->start_child(waiting, *this->parent->scope);
  }
  // The work has no scope of its own, so it is always an outer stop that comes here. It passes:
  // absorbing it would let a retry loop spin in a stopped scope.
  after_stop child_stopped() noexcept override { return this->unwind_parent(); }
  outcome<T> await_resume() { return this->take_outcome(); }
};

/// Like `as_outcome`, but sees an outer stop too. Only exit stacks may: whoever uses it must
/// continue the stop afterwards.
template <class T>
class [[nodiscard]] settled_awaiter final : public single_child<T> {
 public:
  explicit settled_awaiter(task<T>&& child) noexcept : single_child<T>(std::move(child)) {}
  settled_awaiter(settled_awaiter&&) noexcept = default;
  ~settled_awaiter() { this->destroy_child(); }

  std::coroutine_handle<> await_suspend(awaiting_frame waiting) noexcept {
    return this->start_child(waiting, *this->parent->scope);
  }
  after_stop child_stopped() noexcept override { return this->resume_parent(); }
  outcome<T> await_resume() {
    if (this->was_stopped()) return cancelled{this->parent->scope->reason()};
    return this->take_outcome();
  }
};

/// Gives the scope of the awaiting frame. Never suspends.
class [[nodiscard]] scope_query final : public boundary_awaiter {
 public:
  void bind(promise_base& frame) noexcept { frame_ = &frame; }
  [[nodiscard]] bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  [[nodiscard]] cancel_scope& await_resume() const noexcept { return *frame_->scope; }

 private:
  promise_base* frame_ = nullptr;
};

template <class T>
settled_awaiter<T> settled(task<T> child) noexcept {
  return settled_awaiter<T>(std::move(child));
}

}  // namespace detail

/// Awaits `work` and returns its value or its error, the latter instead of throwing it. The
/// outcome is never cancelled: a stop of the work is a stop of whoever awaits it, too. What stops
/// work of its own says so itself, such as `with_cancel_scope`, whose result is then the value:
/// an outcome within the outcome.
///
/// Cancellation: that of the work; the await of work that was stopped does not return.
/// Errors: none of its own.
template <stoppable_awaitable Awaitable>
auto as_outcome(Awaitable&& work) {
  return detail::outcome_awaiter<await_result<Awaitable>>(as_task(std::forward<Awaitable>(work)));
}

}  // namespace leat
