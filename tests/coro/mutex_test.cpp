// SPDX-License-Identifier: MIT
#include "leat/coro/mutex.hpp"

#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<void> enters(mutex& door, std::string& order, char name) {
  const auto guard = co_await door.lock();
  order += name;
  co_await sleep_for(1s);
  order += name;
}

}  // namespace

LEAT_ASYNC_TEST("mutex: lets one in at a time, in the order in which they came") {
  mutex door;
  std::string order;
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (const char name : {'a', 'b', 'c'})
      group.spawn(enters, std::ref(door), std::ref(order), name);
    co_return;
  });

  CHECK(order == "aabbcc");
  CHECK(loop.elapsed() == 3s);
  CHECK_FALSE(door.is_locked());
}

LEAT_ASYNC_TEST("mutex: unlocked while somebody waits, it belongs to the waiter") {
  mutex door;
  std::string order;
  co_await with_task_group([&](task_group& group) -> task<void> {
    auto mine = co_await door.lock();
    group.spawn(enters, std::ref(door), std::ref(order), 'a');
    co_await yield_now();

    mine.release();

    CHECK(door.is_locked());
    CHECK_FALSE(door.try_lock());
  });
}

LEAT_ASYNC_TEST("mutex: try_lock takes a free one") {
  mutex door;
  const auto mine = door.try_lock();

  CHECK(mine);
  CHECK_FALSE(door.try_lock());
  co_return;
}

TEST_CASE("mutex: cancelled anywhere, it is never left locked") {
  mutex door;
  std::string order;
  const auto scenario = [&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (const char name : {'a', 'b', 'c'})
        group.spawn(enters, std::ref(door), std::ref(order), name);
      co_await enters(door, order, 'd');
    });
  };

  const auto report = testing::for_each_cancellation(scenario, [&](const outcome<void>&) {
    CHECK_FALSE(door.is_locked());
    CHECK_FALSE(door.has_waiters());
  });
  CHECK(report.stopped > 8);
}
