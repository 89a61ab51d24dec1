// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <type_traits>

#include "leat/coro/limited_child.hpp"

namespace leat {
namespace detail {

template <class T>
class [[nodiscard]] move_on_awaiter final : public limited_child<T> {
 public:
  using result = std::conditional_t<std::is_void_v<T>, bool, std::optional<T>>;

  move_on_awaiter(duration limit, task<T>&& child)
      : limited_child<T>(std::move(child), "move_on_after"), limit_(limit) {}
  move_on_awaiter(move_on_awaiter&&) noexcept = default;

  std::coroutine_handle<> await_suspend(awaiting_frame waiting) noexcept {
    return this->start_until(waiting, deadline::after(executor::current().limits_begin(), limit_));
  }
  result await_resume() {
    if (this->end_late()) {
      this->report_late_error("move_on_after: the work failed too late");
      return {};
    }
    if constexpr (std::is_void_v<T>) {
      this->take();
      return true;
    } else {
      return this->take();
    }
  }

 private:
  duration limit_;
};

}  // namespace detail

/// Awaits `work`, but for no longer than `limit`; then the work is stopped, and the caller goes
/// on without a result: an empty `optional`, or `false` for work that returns nothing.
///
/// For what is nice to have; where a late answer is an error, use `with_timeout`. When its time
/// was up follows the same rules. An error of work that fails while it is being stopped goes to
/// `executor::report()`.
///
/// Cancellation: safe; stops the work. An outer stop wins over the deadline.
/// Errors: what the work throws in time; `invalid_argument` if `limit` is negative.
template <stoppable_awaitable Awaitable>
auto move_on_after(duration limit, Awaitable&& work) {
  return detail::move_on_awaiter<await_result<Awaitable>>(checked_limit(limit, "move_on_after"),
                                                          as_task(std::forward<Awaitable>(work)));
}

}  // namespace leat
