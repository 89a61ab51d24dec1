// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>

#include "leat/app/lifecycle.hpp"

namespace leat::app {

/// `no_timeout` stays what it is, and so does a sum that no clock could hold.
inline duration saturating_sum(std::initializer_list<duration> times) noexcept {
  duration sum{};
  for (const duration each : times) {
    if (each > no_timeout - sum) return no_timeout;
    sum += each;
  }
  return sum;
}

/// Errors: `invalid_argument` if a time is negative.
inline shutdown_limits checked_limits(const shutdown_limits& limits) {
  checked_limit(limits.notice, "shutdown_limits::notice");
  checked_limit(limits.drain, "shutdown_limits::drain");
  checked_limit(limits.settle, "shutdown_limits::settle");
  checked_limit(limits.cleanup.per_exit, "shutdown_limits::cleanup.per_exit");
  checked_limit(limits.cleanup.total, "shutdown_limits::cleanup.total");
  return limits;
}

/// From the request to stop until everything is stopped that has not ended by itself.
inline duration time_to_end(const shutdown_limits& limits) noexcept {
  return saturating_sum({limits.notice, limits.drain, limits.settle});
}

/// The same with the cleanups that come then.
inline duration time_to_clean_up(const shutdown_limits& limits) noexcept {
  return saturating_sum({time_to_end(limits), limits.cleanup.total});
}

}  // namespace leat::app
