// SPDX-License-Identifier: MIT
#include "leat/coro/semaphore.hpp"

#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<void> holds(semaphore& permits, std::string& order, char name, duration time) {
  const auto permit = co_await permits.acquire();
  order += name;
  co_await sleep_for(time);
}

}  // namespace

LEAT_ASYNC_TEST("semaphore: lets no more in than it has permits") {
  semaphore permits(2);
  std::string order;
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (const char name : {'a', 'b', 'c', 'd'}) {
      group.spawn(holds, std::ref(permits), std::ref(order), name, 1s);
    }
    co_await sleep_for(500ms);
    CHECK(order == "ab");
  });
  CHECK(order == "abcd");
  CHECK(loop.elapsed() == 2s);
  CHECK(permits.free_permits() == 2);
}

LEAT_ASYNC_TEST("semaphore: nobody overtakes those who wait") {
  semaphore permits(1);
  std::string order;
  co_await with_task_group([&](task_group& group) -> task<void> {
    auto mine = co_await permits.acquire();
    group.spawn(holds, std::ref(permits), std::ref(order), 'a', 0s);
    co_await yield_now();
    mine.release();
    CHECK_FALSE(permits.try_acquire());
    group.spawn(holds, std::ref(permits), std::ref(order), 'b', 0s);
  });
  CHECK(order == "ab");
}

LEAT_ASYNC_TEST("semaphore: a permit handed to a waiter just before a cancel is delivered") {
  semaphore permits(1);
  std::string order;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      auto mine = co_await permits.acquire();
      group.spawn(holds, std::ref(permits), std::ref(order), 'a', 1h);
      co_await yield_now();
      mine.release();  // now the waiter owns it, but has not run
      scope.cancel();  // too late for the acquire; it stops at the next await
    });
  });
  CHECK(ended.is_cancelled());
  CHECK(order == "a");
  CHECK(permits.free_permits() == 1);
}

LEAT_ASYNC_TEST("semaphore: cancelled waiters leave the queue and lose no permit") {
  semaphore permits(1);
  std::string order;
  {
    const auto mine = co_await permits.acquire();
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (int i = 0; i < 10; ++i) group.spawn(holds, std::ref(permits), std::ref(order), 'x', 0s);
      co_await sleep_for(1s);
      group.cancel();
    });
    CHECK_FALSE(permits.has_waiters());
  }
  CHECK(permits.free_permits() == 1);
  CHECK(order.empty());
}

LEAT_ASYNC_TEST("semaphore: a pending stop takes no free permit") {
  semaphore permits(1);
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    const auto permit = co_await permits.acquire();
    CHECK(false);
  });
  CHECK(ended.is_cancelled());
  CHECK(permits.free_permits() == 1);
}
