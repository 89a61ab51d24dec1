// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <memory>

#include "leat/coro/task.hpp"

namespace leat::io {

/// Receives signals of the process as values, while it exists.
///
/// Thread-safety: one loop. Signals that arrive before they are awaited are kept.
class signal_receiver {
 public:
  /// Takes over `signals`, such as `{SIGINT, SIGTERM}`.
  /// Errors: `std::system_error`, for a number that is no catchable signal.
  explicit signal_receiver(std::initializer_list<int> signals);
  ~signal_receiver();

  /// Waits for the next signal and returns its number. Of several tasks that wait, one gets it.
  /// Cancellation: safe; a signal is delivered or kept.
  [[nodiscard]] task<int> next();

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace leat::io
