// SPDX-License-Identifier: MIT
#include <coroutine>

#include "leat/coro/blocking_task.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/task.hpp"

using namespace leat;

task<void> on_a_loop() {
  co_return;
}

blocking_task<int> nested() {
  co_return co_await ready<int>(7);
}

blocking_task<int> without_a_loop([[maybe_unused]] event& set) {
#ifdef MISTAKE_leaf
  co_await set.wait();
#endif
#ifdef MISTAKE_task
  co_await on_a_loop();
#endif
#ifdef MISTAKE_foreign
  co_await std::suspend_always();
#endif
  co_return co_await nested();
}
