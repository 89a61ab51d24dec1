// SPDX-License-Identifier: MIT
#include <stdexcept>

#include "leat/base/error.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// Is ready after a second, ends after two more, and holds a permit meanwhile.
task<void> serves(readiness& ready, semaphore& permits) {
  const auto permit = co_await permits.acquire();
  co_await sleep_for(1s);
  ready.set();
  co_await sleep_for(2s);
}

task<void> fails_early(readiness&) {
  co_await sleep_for(1s);
  throw std::runtime_error("early");
}
task<void> fails_late(readiness& ready) {
  ready.set();
  co_await sleep_for(1s);
  throw std::runtime_error("late");
}
task<void> returns_early(readiness&) {
  co_await yield_now();
}

}  // namespace

LEAT_ASYNC_TEST("task group: start returns when the child says that it is ready") {
  semaphore permits(1);
  co_await with_task_group([&](task_group& group) -> task<void> {
    co_await group.start(serves, std::ref(permits));

    CHECK(loop.elapsed() == 1s);
    CHECK(permits.free_permits() == 0);
  });
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("task group: a child that fails before it is ready fails the start alone") {
  co_await with_task_group([](task_group& group) -> task<void> {
    const auto started = co_await as_outcome(group.start(fails_early));

    CHECK(describe(started.error()) == "early");
    CHECK_FALSE(group.is_stopped());
  });
}

LEAT_ASYNC_TEST("task group: a child that fails after it was ready fails the group") {
  bool started = false;
  const auto ended = co_await as_outcome(with_task_group([&](task_group& group) -> task<void> {
    co_await group.start(fails_late);
    started = true;
    co_await sleep_for(1h);
  }));

  CHECK(started);
  CHECK(describe(ended.error()) == "late");
}

LEAT_ASYNC_TEST("task group: a child that returns before it is ready fails the start") {
  co_await with_task_group([](task_group& group) -> task<void> {
    const auto started = co_await as_outcome(group.start(returns_early));

    CHECK_THROWS_AS(started.value(), never_ready);
  });
}

LEAT_ASYNC_TEST("task group: a child may be ready and end in the same turn") {
  co_await with_task_group([](task_group& group) -> task<void> {
    co_await group.start([](readiness& ready) -> task<void> {
      ready.set();
      co_return;
    });
  });
}

LEAT_ASYNC_TEST("task group: a start that times out stops its child and not the group") {
  semaphore permits(1);
  co_await with_task_group([&](task_group& group) -> task<void> {
    const auto started =
        co_await as_outcome(with_timeout(500ms, group.start(serves, std::ref(permits))));

    CHECK_THROWS_AS(started.value(), deadline_exceeded);
    co_await yield_now();
    CHECK(permits.free_permits() == 1);
    CHECK_FALSE(group.is_stopped());
  });
  CHECK(loop.elapsed() == 500ms);
}

LEAT_ASYNC_TEST("task group: a start from outside learns that the group was stopped") {
  semaphore permits(1);
  event opened;
  task_group* group = nullptr;
  const auto owner = [&]() -> task<void> {
    co_await with_task_group([&](task_group& own) -> task<void> {
      group = &own;
      opened.set();
      co_await sleep_for(500ms);
      own.cancel();
    });
  };
  const auto outsider = [&]() -> task<void> {
    co_await opened.wait();
    co_await group->start(serves, std::ref(permits));
  };

  const auto [unit, started] = co_await when_all_settled(owner(), outsider());

  CHECK_THROWS_AS(started.value(), owner_stopped);
  CHECK(permits.free_permits() == 1);
}

TEST_CASE("task group: cancelled anywhere around a start, it keeps nothing") {
  semaphore permits(1);
  const auto scenario = [&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      co_await group.start(serves, std::ref(permits));
      static_cast<void>(
          co_await as_outcome(with_timeout(500ms, group.start(serves, std::ref(permits)))));
      static_cast<void>(co_await as_outcome(group.start(fails_early)));
      static_cast<void>(co_await as_outcome(group.start(returns_early)));
      co_await group.start(serves, std::ref(permits));
    });
  };

  const auto report = testing::for_each_cancellation(
      scenario, [&](const outcome<void>&) { CHECK(permits.free_permits() == 1); });
  CHECK(report.stopped > 10);
}
