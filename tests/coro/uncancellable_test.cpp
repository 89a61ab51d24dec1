// SPDX-License-Identifier: MIT
#include "leat/coro/uncancellable.hpp"

#include <coroutine>
#include <memory>
#include <stdexcept>

#include "leat/base/error.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// Another library's awaitable: somebody else resumes it.
struct foreign {
  std::coroutine_handle<>* waiting;
  int value = 0;

  [[nodiscard]] bool await_ready() const noexcept { return waiting == nullptr; }
  void await_suspend(std::coroutine_handle<> handle) const noexcept { *waiting = handle; }
  [[nodiscard]] std::unique_ptr<int> await_resume() const {
    if (value < 0) throw std::runtime_error("foreign");
    return std::make_unique<int>(value);
  }
};

task<void> resumes_after(duration time, std::coroutine_handle<>& waiting) {
  co_await sleep_for(time);
  waiting.resume();
}

}  // namespace

LEAT_ASYNC_TEST("uncancellable: gives what a foreign awaitable gives") {
  std::coroutine_handle<> waiting;
  co_await with_task_group([&waiting](task_group& group) -> task<void> {
    group.spawn(resumes_after, 1s, std::ref(waiting));
    CHECK(*co_await uncancellable(foreign{&waiting, 7}) == 7);
  });
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("uncancellable: takes one that is ready at once") {
  CHECK(*co_await uncancellable(foreign{nullptr, 7}) == 7);
}

LEAT_ASYNC_TEST("uncancellable: rethrows what a foreign awaitable throws") {
  bool caught = false;
  try {
    static_cast<void>(co_await uncancellable(foreign{nullptr, -1}));
  } catch (const std::runtime_error&) {
    caught = true;
  }
  CHECK(caught);
}

LEAT_ASYNC_TEST("uncancellable: a stop waits for it, and its late value is destroyed") {
  std::coroutine_handle<> waiting;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(resumes_after, 10s, std::ref(waiting));
    bool timed_out = false;
    try {
      static_cast<void>(co_await with_timeout(1s, uncancellable(foreign{&waiting, 7})));
    } catch (const deadline_exceeded&) {
      timed_out = true;
    }
    CHECK(timed_out);
  });
  CHECK(loop.elapsed() == 10s);
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);  // it went on for more than five seconds
  CHECK(describe(reports[0].failure).find("(uncancellable for 6 s)") != std::string::npos);
}

TEST_CASE("uncancellable: cancelled anywhere, a foreign operation ends before its frame does") {
  int alive = 0;
  const auto scenario = [&alive]() -> task<void> {
    ++alive;
    const std::shared_ptr<void> ends(nullptr, [&alive](void*) { --alive; });
    std::coroutine_handle<> waiting;
    co_await with_task_group([&waiting](task_group& group) -> task<void> {
      // Whoever resumes it is not stopped, because a foreign operation must be resumed.
      group.spawn(
          [](std::coroutine_handle<>& whom) -> task<void> {
            co_await shield(sleep_for(1s), 1h);
            if (whom) whom.resume();  // unless the stop came before it was awaited
          },
          std::ref(waiting));
      const auto value = co_await uncancellable(foreign{&waiting, 7});
      CHECK(*value == 7);
    });
  };
  const auto report = testing::for_each_cancellation(
      scenario, [&alive](const outcome<void>&) { CHECK(alive == 0); });
  CHECK(report.suspensions >= 2);
}
