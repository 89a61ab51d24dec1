// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/error.hpp"
#include "leat/coro/single_child.hpp"

namespace leat {
namespace detail {

[[noreturn]] void throw_deadline_exceeded();

template <class T>
class [[nodiscard]] timeout_awaiter final : public single_child<T> {
 public:
  timeout_awaiter(duration limit, task<T>&& child)
      : single_child<T>(std::move(child)), limit_(limit) {}
  timeout_awaiter(timeout_awaiter&& other) noexcept
      : single_child<T>(std::move(other)), limit_(other.limit_) {}
  ~timeout_awaiter() { this->destroy_child(); }

  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
    scope_.attach(*this->parent->scope);
    executor& home = executor::current();
    const deadline end = deadline::after(home.now(), limit_);
    if (!end.is_never()) home.arm(timer_, end.at());
    return this->start_child(waiting, scope_);
  }
  after_stop child_stopped() noexcept override {
    timer_.unlink();
    // Where an outer stop is visible it wins: the caller of this frame has to stop as well.
    return this->parent->scope->is_stopped() ? this->unwind_parent() : this->resume_parent();
  }
  T await_resume() {
    timer_.unlink();
    const bool late = scope_.own_reason() == stop_reason::deadline && scope_.was_observed();
    if (this->was_stopped() || late) throw_deadline_exceeded();
    return this->take();
  }

 private:
  cancel_scope scope_;
  scope_timer timer_{scope_};
  duration limit_;
};

}  // namespace detail

/// Awaits `work`, but for no longer than `limit`; then the work is stopped, not abandoned.
///
/// Once the limit has passed the result is `deadline_exceeded`, even if the work still returns
/// a value while it is being stopped; that value is destroyed. Work that had completed when
/// the expiry was delivered is in time. Zero stops the work at its first wait.
///
/// Cancellation: safe; stops the work. An outer stop wins over the deadline.
/// Errors: `deadline_exceeded`; what the work throws; `invalid_argument` if `limit` is negative.
template <stoppable_awaitable Awaitable>
auto with_timeout(duration limit, Awaitable&& work) {
  return detail::timeout_awaiter<await_result<Awaitable>>(checked_limit(limit, "with_timeout"),
                                                          as_task(std::forward<Awaitable>(work)));
}

}  // namespace leat
