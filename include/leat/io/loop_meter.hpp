// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/impl_ptr.hpp"
#include "leat/base/time.hpp"

namespace leat::metrics {
class registry;
}

namespace leat::io {

/// Measures the loop of this thread into metrics, by a timer that it keeps armed:
///
///  - `loop_lag_seconds`, a histogram: how long after it was due the timer got its turn, which
///    is how long everything else waited too;
///  - `loop_steps_total`, a counter: how often the loop resumed something or woke up;
///  - `tasks_alive`, a gauge: tasks of this thread, with those that have ended and whose handle
///    somebody keeps;
///  - `coroutine_frames`, a gauge: frames that are alive on this thread, at least one a task.
///
/// The meters of several loops add up where they measure into the same registry.
///
/// It costs two clock reads, and a wake-up of an idle loop, each time. On a loop of its own
/// time, such as one of `testing`, that armed timer hides deadlocks.
///
/// Cancellation: not concerned. Lifetime: `into` outlives it; it and the loop may end in any
/// order. Thread-safety: that of the loop.
class loop_meter {
 public:
  /// Errors: `invalid_argument` if no loop runs on this thread, if `every` is not positive, or
  /// if `into` has other metrics of these names.
  explicit loop_meter(metrics::registry& into, duration every = std::chrono::milliseconds(250));
  loop_meter(const loop_meter&) = delete;
  loop_meter& operator=(const loop_meter&) = delete;
  ~loop_meter();

 private:
  class impl;
  impl_ptr<impl> impl_;
};

}  // namespace leat::io
