// SPDX-License-Identifier: MIT
#include "leat/coro/run.hpp"

#include "leat/base/error.hpp"

namespace leat::detail {
namespace {

class current_executor_guard {
 public:
  explicit current_executor_guard(executor& on) noexcept { current_executor = &on; }
  current_executor_guard(const current_executor_guard&) = delete;
  current_executor_guard& operator=(const current_executor_guard&) = delete;
  ~current_executor_guard() { current_executor = nullptr; }
};

}  // namespace

void run_root::drive(executor& on, cancel_scope& scope) {
  if (current_executor != nullptr) throw nested_run();
  const current_executor_guard guard(on);
  on.push(*this);
  try {
    on.run_until(finished_);
  } catch (const deadlock&) {
    // Stopping unwinds whatever waits; only a deferred operation that never ends is left, and
    // then there is no way out.
    scope.cancel(stop_reason::shutdown);
    on.run_until(finished_);
    destroy_child();
    throw;
  }
}

}  // namespace leat::detail
