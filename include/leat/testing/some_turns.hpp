// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/task.hpp"

namespace leat::testing {

/// Lets everything else run until it waits, on real sockets too: a loop looks for I/O after 64
/// steps at the latest. In place of sleeping, which would only make that likely. It moves no
/// virtual clock, so what needs time to pass (a simulated network with a latency) needs a sleep.
///
/// Cancellation: safe.
task<void> some_turns();

}  // namespace leat::testing
