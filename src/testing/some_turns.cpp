// SPDX-License-Identifier: MIT
#include "leat/testing/some_turns.hpp"

#include "leat/coro/sleep.hpp"

namespace leat::testing {

task<void> some_turns() {
  for (int i = 0; i < 512; ++i) co_await yield_now();
}

}  // namespace leat::testing
