// SPDX-License-Identifier: MIT
#include "leat/coro/event.hpp"

#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<void> waits(event& awaited, std::string& order, char name) {
  co_await awaited.wait();
  order += name;
}

}  // namespace

LEAT_ASYNC_TEST("event: wakes its waiters in the order in which they came") {
  event ready;
  std::string order;
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (const char name : {'a', 'b', 'c'}) {
      group.spawn(waits, std::ref(ready), std::ref(order), name);
    }
    co_await sleep_for(1s);
    ready.set();
  });
  CHECK(order == "abc");
}

LEAT_ASYNC_TEST("event: lets later comers through while it is set") {
  event ready;
  ready.set();
  co_await ready.wait();
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("event: makes later comers wait after a reset") {
  event ready;
  ready.set();
  ready.reset();
  bool timed_out = false;
  try {
    co_await with_timeout(1s, ready.wait());
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }
  CHECK(timed_out);
}

LEAT_ASYNC_TEST("event: forgets a waiter that was stopped") {
  event ready;
  std::string order;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(waits, std::ref(ready), std::ref(order), 'x');
    co_await sleep_for(1s);
    group.cancel();
  });
  ready.set();
  CHECK(order.empty());
}

LEAT_ASYNC_TEST("event: a pending stop comes before an event that is set") {
  event ready;
  ready.set();
  bool passed = false;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    co_await ready.wait();
    passed = true;
  });
  CHECK(ended.is_cancelled());
  CHECK_FALSE(passed);
}
