// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/time.hpp"

namespace leat::app {

/// Ends the process, with the status 128 + n and no cleanup, where it was asked to stop by signal
/// n and does not: at the third signal, some seconds after the second, and when `limit` is over
/// since the first. Works in the handlers, because a loop that is blocked hears nothing.
///
/// Stands in front of the handlers that SIGINT and SIGTERM have, and calls them. Uses SIGALRM.
/// Thread-safety: there is one at a time, made and destroyed on one thread.
class stop_guard {
 public:
  explicit stop_guard(duration limit);
  stop_guard(const stop_guard&) = delete;
  stop_guard& operator=(const stop_guard&) = delete;
  ~stop_guard();

  /// For a first signal that is still to come.
  void set_limit(duration limit) noexcept;
};

}  // namespace leat::app
