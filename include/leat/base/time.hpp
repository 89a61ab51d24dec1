// SPDX-License-Identifier: MIT
#pragma once

#include <compare>

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
    const duration::rep start = now.time_since_epoch().count();
    if (limit.count() >= no_timeout.count() - start) return never();
    return deadline(time_point(duration(start + limit.count())));
  }

  [[nodiscard]] constexpr bool is_never() const noexcept { return ticks() == never().ticks(); }
  [[nodiscard]] constexpr time_point at() const noexcept { return at_; }

  friend constexpr bool operator==(deadline a, deadline b) noexcept {
    return a.ticks() == b.ticks();
  }
  friend constexpr std::strong_ordering operator<=>(deadline a, deadline b) noexcept {
    return a.ticks() <=> b.ticks();
  }

 private:
  // Operators are looked up among all of <chrono> and <string>, in each file of each user.
  [[nodiscard]] constexpr duration::rep ticks() const noexcept {
    return at_.time_since_epoch().count();
  }

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
