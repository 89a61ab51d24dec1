// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string_view>

#include "leat/base/function.hpp"
#include "leat/base/impl_ptr.hpp"
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
  impl_ptr<impl> impl_;
};

/// Writes the tree of all live tasks of this loop as text to `sink`, each time the process
/// receives `number`, such as `SIGUSR1`. It runs until it is stopped: spawn it, in a task group
/// or a background group. The library itself never takes a signal over.
///
/// Cancellation: safe. Errors: those of `signal_receiver`; what `sink` throws.
[[nodiscard]] task<void> dump_tasks_on(int number, std::function<void(std::string_view tree)> sink);

}  // namespace leat::io
