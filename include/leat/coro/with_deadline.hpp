// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/with_timeout.hpp"

namespace leat {
namespace detail {

template <class T>
class [[nodiscard]] deadline_awaiter final : public limited_child<T> {
 public:
  deadline_awaiter(deadline until, task<T>&& child) noexcept
      : limited_child<T>(std::move(child), "with_deadline"), until_(until) {}
  deadline_awaiter(deadline_awaiter&&) noexcept = default;

  std::coroutine_handle<> await_suspend(awaiting_frame waiting) noexcept {
    return this->start_until(waiting, until_);
  }
  T await_resume() {
    if (this->end_late()) {
      this->report_late_error("with_deadline: the work failed too late");
      throw_deadline_passed(this->waiting_frame());
    }
    return this->take();
  }

 private:
  deadline until_;
};

}  // namespace detail

/// Awaits `work` until `until` at the latest; otherwise like `with_timeout`. For several steps
/// that share one limit: make the deadline once, with `deadline_after()`, and pass it on.
///
/// A deadline that has passed stops the work at its first wait; `deadline::never()` does not
/// limit it.
///
/// Cancellation: safe; stops the work. An outer stop wins over the deadline.
/// Errors: `deadline_exceeded`; what the work throws.
template <stoppable_awaitable Awaitable>
auto with_deadline(deadline until, Awaitable&& work) {
  return detail::deadline_awaiter<await_result<Awaitable>>(until,
                                                           as_task(std::forward<Awaitable>(work)));
}

}  // namespace leat
