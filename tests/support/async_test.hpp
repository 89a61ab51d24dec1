// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "leat/coro/sleep.hpp"
#include "leat/testing/async_test.hpp"

#include "support/test.hpp"

using namespace std::chrono_literals;

/// Lets everything else run until it waits, on real sockets too: a loop looks for I/O after 64
/// steps at the latest. In place of sleeping, which would only make that likely.
inline leat::task<void> some_turns() {
  for (int i = 0; i < 512; ++i) co_await leat::yield_now();
}
