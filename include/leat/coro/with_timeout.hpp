// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/error.hpp"
#include "leat/coro/limited_child.hpp"

namespace leat {
namespace detail {

/// `by` is the frame that had set it.
[[noreturn]] void throw_timed_out(duration limit, const promise_base& by);
[[noreturn]] void throw_deadline_passed(const promise_base& by);

template <class T>
class [[nodiscard]] timeout_awaiter final : public limited_child<T> {
 public:
  timeout_awaiter(duration limit, task<T>&& child)
      : limited_child<T>(std::move(child), "with_timeout"), limit_(limit) {}
  timeout_awaiter(timeout_awaiter&&) noexcept = default;

  std::coroutine_handle<> await_suspend(awaiting_frame waiting) noexcept {
    return this->start_until(waiting, deadline::after(executor::current().limits_begin(), limit_));
  }
  T await_resume() {
    if (this->end_late()) {
      this->report_late_error("with_timeout: the work failed too late");
      throw_timed_out(limit_, this->waiting_frame());
    }
    return this->take();
  }

 private:
  duration limit_;
};

}  // namespace detail

/// Awaits `work`, but for no longer than `limit`; then the work is stopped, not abandoned.
///
/// Once the limit has passed the result is `deadline_exceeded`, even if the work still returns
/// a value while it is being stopped; that value is destroyed, and an error of late work goes to
/// `executor::report()`. Work that had completed when the expiry was delivered is in time. Zero
/// stops the work at its first wait.
///
/// Cancellation: safe; stops the work. An outer stop wins over the deadline.
/// Errors: `deadline_exceeded`, whose message names this limit and the coroutine that set it, so
/// that of several around each other one sees which has passed; what the work throws;
/// `invalid_argument` if `limit` is negative. Work that goes on five seconds after it was stopped
/// is reported (`not_stopping`).
template <stoppable_awaitable Awaitable>
auto with_timeout(duration limit, Awaitable&& work) {
  return detail::timeout_awaiter<await_result<Awaitable>>(checked_limit(limit, "with_timeout"),
                                                          as_task(std::forward<Awaitable>(work)));
}

}  // namespace leat
