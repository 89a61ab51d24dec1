// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/task.hpp"
#include "leat/testing/contract_violation.hpp"

namespace leat::testing {

/// Checks that the executor it runs on keeps what `leat::executor` promises: the order of what
/// is ready, timers that come in order, not too early, and behind what was complete before,
/// disarming, and calls from other threads. For a reactor, a clock or an executor of your own.
///
///     leat::run(my_loop, testing::check_executor_contract());
///
/// On real time the checks take some milliseconds.
///
/// Cancellation: safe.
/// Errors: `contract_violation`.
task<void> check_executor_contract();

}  // namespace leat::testing
