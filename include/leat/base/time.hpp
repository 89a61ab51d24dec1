// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/chrono.hpp"

namespace leat {

/// Leat measures all waiting on the monotonic clock; a change of the wall clock moves
/// nothing. Virtual clocks speak the same types.
using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::nanoseconds;

/// The one way to say that a wait has no limit. It has to be spelled out: every default in
/// Leat is finite.
inline constexpr duration no_timeout = duration::max();

/// A point in time after which an operation gives up. `deadline::never()` is the only one
/// without a limit.
class deadline {
 public:
  constexpr explicit deadline(time_point at) noexcept : at_(at) {}

  [[nodiscard]] static constexpr deadline never() noexcept { return deadline(time_point::max()); }

  /// `limit` after `now`, saturating: a limit too long for the clock is no limit.
  [[nodiscard]] static constexpr deadline after(time_point now, duration limit) noexcept {
    if (limit >= time_point::max() - now) return never();
    return deadline(now + limit);
  }

  [[nodiscard]] constexpr bool is_never() const noexcept { return at_ == time_point::max(); }
  [[nodiscard]] constexpr time_point at() const noexcept { return at_; }

  friend constexpr auto operator<=>(deadline, deadline) noexcept = default;

 private:
  time_point at_;
};

[[nodiscard]] constexpr deadline earlier(deadline a, deadline b) noexcept {
  return a < b ? a : b;
}

/// Checks a limit that a user gave: not negative. Zero means "give up at once".
/// Errors: `invalid_argument`, naming `what`.
duration checked_limit(duration limit, const char* what);

/// Reads the time. A parameter of everything that waits, so that tests can replace it.
class clock {
 public:
  clock() = default;
  clock(const clock&) = delete;
  clock& operator=(const clock&) = delete;
  virtual ~clock() = default;

  [[nodiscard]] virtual time_point now() noexcept = 0;
  /// The same for less, and perhaps some milliseconds late; never ahead.
  [[nodiscard]] virtual time_point coarse_now() noexcept { return now(); }
};

}  // namespace leat
