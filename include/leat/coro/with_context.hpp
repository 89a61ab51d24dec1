// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

#include "leat/coro/single_child.hpp"

namespace leat {
namespace detail {

template <class T>
class [[nodiscard]] context_awaiter final : public single_child<T> {
 public:
  context_awaiter(context values, task<T>&& child) noexcept
      : single_child<T>(std::move(child)), other_(std::move(values)) {}
  context_awaiter(context_awaiter&& other) noexcept
      : single_child<T>(std::move(other)), other_(std::move(other.other_)) {}
  ~context_awaiter() { this->destroy_child(); }

  std::coroutine_handle<> await_suspend(awaiting_frame waiting) noexcept {
    change_places();
    return this->start_child(waiting, *this->parent->scope);
  }
  after_stop child_stopped() noexcept override {
    change_places();
    return this->unwind_parent();  // no scope of its own: the stop came from outside
  }
  T await_resume() {
    change_places();
    return this->take();
  }

 private:
  void change_places() noexcept { this->parent->node->values.swap(other_); }

  context other_;  // the work's before and after it, and while it runs the caller's
};

}  // namespace detail

/// Awaits `work`, which carries `values` instead of what the caller carries; so do the children
/// it spawns and the threads that work for it. Afterwards the caller carries what it did before.
///
/// Cancellation: that of the work. Errors: what the work throws.
template <stoppable_awaitable Awaitable>
auto with_context(context values, Awaitable&& work) {
  return detail::context_awaiter<await_result<Awaitable>>(std::move(values),
                                                          as_task(std::forward<Awaitable>(work)));
}

/// Awaits `work`, which carries `value` under `key` in addition to what the caller carries at
/// the time of this call:
///
///     co_await leat::with_context(trace_id, "4bf92f35", handle(request));
///
/// Cancellation: that of the work. Errors: what the work throws; `std::bad_alloc`.
template <class T, stoppable_awaitable Awaitable>
auto with_context(const context_key<T>& key, std::type_identity_t<T> value, Awaitable&& work) {
  return with_context(current_context().with(key, std::move(value)), std::forward<Awaitable>(work));
}

}  // namespace leat
