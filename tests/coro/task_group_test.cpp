// SPDX-License-Identifier: MIT
#include "leat/coro/task_group.hpp"

#include <memory>
#include <optional>
#include <stdexcept>

#include "leat/coro/sleep.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<void> counts_after(duration time, int& count) {
  co_await sleep_for(time);
  ++count;
}
task<void> fails_after(duration time, const char* text) {
  co_await sleep_for(time);
  throw std::runtime_error(text);
}

}  // namespace

LEAT_ASYNC_TEST("task group: ends when the body and all children have ended") {
  int count = 0;
  co_await with_task_group([&count](task_group& group) -> task<void> {
    for (int i = 1; i <= 3; ++i)
      group.spawn(counts_after, std::chrono::seconds(i), std::ref(count));
    co_return;
  });
  CHECK(count == 3);
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("task group: a child starts from the ready queue, not inside spawn") {
  bool started = false;
  co_await with_task_group([&started](task_group& group) -> task<void> {
    group.spawn(
        [](bool& flag) -> task<void> {
          flag = true;
          co_return;
        },
        std::ref(started));
    CHECK_FALSE(started);
    co_await yield_now();
    CHECK(started);
  });
}

LEAT_ASYNC_TEST("task group: keeps a capturing lambda and its arguments alive with the child") {
  std::string result;
  co_await with_task_group([&result](task_group& group) -> task<void> {
    {
      const std::string captured = "captured, and long enough to live on the heap";
      group.spawn(
          [captured, &result](std::unique_ptr<int> argument) -> task<void> {
            co_await sleep_for(1s);
            result = captured + std::to_string(*argument);
          },
          std::make_unique<int>(7));
    }
    co_return;
  });
  CHECK(result == "captured, and long enough to live on the heap7");
}

LEAT_ASYNC_TEST("task group: the first failure stops the others and is rethrown") {
  int count = 0;
  std::string what;
  try {
    co_await with_task_group([&count](task_group& group) -> task<void> {
      group.spawn(counts_after, 1h, std::ref(count));
      group.spawn(fails_after, 1s, "boom");
      co_await sleep_for(1h);
      ++count;
    });
  } catch (const std::runtime_error& e) {
    what = e.what();
  }
  CHECK(what == "boom");
  CHECK(count == 0);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("task group: a failing body stops the children") {
  int count = 0;
  bool failed = false;
  try {
    co_await with_task_group([&count](task_group& group) -> task<void> {
      group.spawn(counts_after, 1h, std::ref(count));
      throw std::runtime_error("body");
      co_return;
    });
  } catch (const std::runtime_error&) {
    failed = true;
  }
  CHECK(failed);
  CHECK(count == 0);
}

LEAT_ASYNC_TEST("task group: cancelled by its owner it ends without an error") {
  int count = 0;
  co_await with_task_group([&count](task_group& group) -> task<void> {
    group.spawn(counts_after, 1h, std::ref(count));
    co_await sleep_for(1s);
    group.cancel();
  });
  CHECK(count == 0);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("task group: a body with a value returns it") {
  const auto ended = co_await with_task_group([](task_group&) -> task<int> { co_return 7; });
  CHECK(ended.value() == 7);
}

LEAT_ASYNC_TEST("task group: a body with a value that is stopped by the group is cancelled") {
  const auto ended = co_await with_task_group([](task_group& group) -> task<int> {
    group.cancel();
    co_await sleep_for(1h);
    co_return 7;
  });
  CHECK(ended.is_cancelled());
}

LEAT_ASYNC_TEST("task group: children may spawn siblings") {
  int count = 0;
  co_await with_task_group([&count](task_group& group) -> task<void> {
    group.spawn(
        [](task_group& siblings, int& n) -> task<void> {
          siblings.spawn(counts_after, 1s, std::ref(n));
          co_return;
        },
        std::ref(group), std::ref(count));
    co_return;
  });
  CHECK(count == 1);
}

LEAT_ASYNC_TEST("spawned: gives the child's value to whoever joins it") {
  co_await with_task_group([](task_group& group) -> task<void> {
    auto child = group.spawn([]() -> task<int> {
      co_await sleep_for(1s);
      co_return 7;
    });
    CHECK_FALSE(child.is_done());
    const auto result = co_await child.join();
    CHECK(result.value() == 7);
  });
}

LEAT_ASYNC_TEST("spawned: keeps the value when it is joined late, after the group") {
  std::optional<spawned<int>> kept;
  co_await with_task_group([&kept](task_group& group) -> task<void> {
    kept.emplace(group.spawn([]() -> task<int> { co_return 7; }));
    co_return;
  });
  CHECK(kept->is_done());
  const auto result = co_await kept->join();
  CHECK(result.value() == 7);
}

LEAT_ASYNC_TEST("spawned: stopping the joiner leaves the child alone") {
  int count = 0;
  co_await with_task_group([&count](task_group& group) -> task<void> {
    auto child = group.spawn(counts_after, 10s, std::ref(count));
    bool timed_out = false;
    try {
      static_cast<void>(co_await with_timeout(1s, child.join()));
    } catch (const deadline_exceeded&) {
      timed_out = true;
    }
    CHECK(timed_out);
  });
  CHECK(count == 1);
}

LEAT_ASYNC_TEST("task group: counts children that the body spawns before it returns its task") {
  int count = 0;
  co_await with_task_group([&count](task_group& group) {
    group.spawn(counts_after, 1s, std::ref(count));
    return counts_after(0s, count);
  });
  CHECK(count == 2);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST(
    "task group: stops the children of a body that throws instead of returning a task") {
  int count = 0;
  std::string what;
  try {
    co_await with_task_group([&count](task_group& group) -> task<void> {
      group.spawn(counts_after, 1h, std::ref(count));
      throw std::runtime_error("no task");
    });
  } catch (const std::runtime_error& e) {
    what = e.what();
  }
  CHECK(what == "no task");
  CHECK(count == 0);
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("task group: a body that throws instead of returning a task is an error") {
  bool failed = false;
  try {
    co_await with_task_group(
        [](task_group&) -> task<void> { throw std::runtime_error("no task"); });
  } catch (const std::runtime_error&) {
    failed = true;
  }
  CHECK(failed);
}

LEAT_ASYNC_TEST(
    "spawned: a pending stop comes before a child that has ended, and leaves its value") {
  std::optional<spawned<int>> child;
  co_await with_task_group([&child](task_group& group) -> task<void> {
    child.emplace(group.spawn([]() -> task<int> { co_return 7; }));
    co_return;
  });
  bool passed = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.cancel();
    static_cast<void>(co_await child->join());
    passed = true;
  });
  CHECK_FALSE(passed);
  CHECK((co_await child->join()).value() == 7);
}

LEAT_ASYNC_TEST("spawned: a child can be joined after a joiner was stopped") {
  co_await with_task_group([](task_group& group) -> task<void> {
    auto child = group.spawn([]() -> task<int> {
      co_await sleep_for(10s);
      co_return 7;
    });
    try {
      static_cast<void>(co_await with_timeout(1s, child.join()));
    } catch (const deadline_exceeded&) {
    }
    CHECK((co_await child.join()).value() == 7);
  });
}
