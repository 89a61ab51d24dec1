// SPDX-License-Identifier: MIT
#include "leat/coro/run.hpp"

#include "leat/base/error.hpp"

namespace leat::detail {

current_executor_guard::current_executor_guard(executor& on) {
  if (current_executor != nullptr) throw nested_run();
  current_executor = &on;
}

void run_root::drive(executor& on, cancel_scope& scope) {
  on.push(*this);
  try {
    on.run_until(finished_);
  } catch (...) {
    // A deadlock, or a foreign callback that threw. Frames must not be destroyed while operations
    // still refer to them, so what waits is stopped in order. Only what is deferred is left then:
    // if it never ends there is no way out, and if the executor cannot go on it is dropped.
    scope.cancel(stop_reason::shutdown);
    stop_all(on);
    throw;
  }
}

void run_root::stop_all(executor& on) {
  // Each of several callbacks may throw once; an executor that fails more often is broken.
  constexpr int most_failures = 64;
  for (int failures = 0; !finished_ && failures < most_failures; ++failures) {
    try {
      on.run_until(finished_);
    } catch (const deadlock&) {
      throw;
    } catch (...) {
      on.report(std::current_exception(), "stopping a loop that had failed already");
    }
  }
}

}  // namespace leat::detail
