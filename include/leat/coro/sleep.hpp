// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/leaf.hpp"

namespace leat {
namespace detail {

class [[nodiscard]] sleep_awaiter final : public leaf {
 public:
  explicit sleep_awaiter(time_point until) noexcept : until_(until) {}
  sleep_awaiter(sleep_awaiter&&) noexcept = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_resume() const noexcept {}
  void expired() noexcept override { complete(); }

 private:
  void start() noexcept override {
    if (!deadline(until_).is_never()) executor::current().arm(*this, until_);
  }
  void describe(wait_description& to) const noexcept override { to.add("sleep"); }

  time_point until_;
};

class [[nodiscard]] yield_awaiter final : public leaf {
 public:
  yield_awaiter() noexcept = default;
  yield_awaiter(yield_awaiter&&) noexcept = default;

  [[nodiscard]] bool await_ready() noexcept { return waits_its_turn(); }
  void await_resume() const noexcept {}

 private:
  void start() noexcept override { complete(); }  // never reached: nothing is waited for
};

class [[nodiscard]] stop_awaiter final : public leaf {
 public:
  stop_awaiter() noexcept = default;
  stop_awaiter(stop_awaiter&&) noexcept = default;

  [[nodiscard]] bool await_ready() const noexcept { return !is_stop_pending(); }
  void await_resume() const noexcept {}

 private:
  void start() noexcept override { complete(); }  // never reached: a stop is pending
};

}  // namespace detail

/// Waits until `until`, on the executor's clock. A time that has passed waits for one turn.
/// Cancellation: safe.
[[nodiscard]] inline detail::sleep_awaiter sleep_until(time_point until) noexcept {
  return detail::sleep_awaiter(until);
}

/// Waits for `time`. `no_timeout` waits until it is cancelled.
/// Cancellation: safe.
/// Errors: `invalid_argument` if `time` is negative.
[[nodiscard]] inline detail::sleep_awaiter sleep_for(duration time) {
  return detail::sleep_awaiter(deadline_after(time).at());
}

/// Lets everything else that is ready run first. For loops that compute without waiting.
/// Cancellation: safe.
[[nodiscard]] inline detail::yield_awaiter yield_now() noexcept {
  return {};
}

/// Stops here if a stop is pending; otherwise goes on without waiting.
/// Cancellation: safe.
[[nodiscard]] inline detail::stop_awaiter stop_if_requested() noexcept {
  return {};
}

}  // namespace leat
