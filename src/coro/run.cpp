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
  } catch (const deadlock&) {
    // Stopping unwinds whatever waits; only a deferred operation that never ends is left, and
    // then there is no way out.
    scope.cancel(stop_reason::shutdown);
    on.run_until(finished_);
    throw;
  }
}

}  // namespace leat::detail
