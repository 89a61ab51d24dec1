// SPDX-License-Identifier: MIT
#include "leat/coro/with_deadline.hpp"

#include "leat/coro/semaphore.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> answer_after(duration time) {
  co_await sleep_for(time);
  co_return 42;
}

/// The result, or -1 after the deadline.
task<int> answer_until(deadline until, task<int> work) {
  try {
    co_return co_await with_deadline(until, std::move(work));
  } catch (const deadline_exceeded&) {
    co_return -1;
  }
}

}  // namespace

LEAT_ASYNC_TEST("deadline: passes on what comes in time") {
  CHECK(co_await with_deadline(deadline_after(2s), answer_after(1s)) == 42);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("deadline: is shared by steps that come one after the other") {
  const auto until = deadline_after(3s);

  CHECK(co_await answer_until(until, answer_after(2s)) == 42);
  CHECK(co_await answer_until(until, answer_after(2s)) == -1);
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("deadline: that has passed stops the work at its first wait") {
  const auto until = deadline_after(1s);
  co_await sleep_for(2s);

  CHECK(co_await answer_until(until, answer_after(1ns)) == -1);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("deadline: that has passed lets work through that does not wait") {
  const auto until = deadline_after(1s);
  co_await sleep_for(2s);
  const auto ready = []() -> task<int> { co_return 7; };

  CHECK(co_await answer_until(until, ready()) == 7);
}

LEAT_ASYNC_TEST("deadline: of never does not limit the work") {
  CHECK(co_await answer_until(deadline::never(), answer_after(24h * 365)) == 42);
}

LEAT_ASYNC_TEST("deadline: an outer stop wins") {
  const auto ended = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
    const auto stops = [](cancel_scope& around) -> task<int> {
      around.cancel();
      co_return co_await answer_after(1s);
    };
    static_cast<void>(co_await answer_until(deadline_after(0s), stops(scope)));
    CHECK(false);
  });
  CHECK(ended.is_cancelled());
}

TEST_CASE("deadline: cancelled anywhere, the work gives its permit back") {
  semaphore permits(1);
  const auto holds = [](semaphore& from, duration time) -> task<int> {
    const auto permit = co_await from.acquire();
    co_return co_await answer_after(time);
  };
  const auto scenario = [&]() -> task<void> {
    const auto until = deadline_after(5ms);
    CHECK(co_await answer_until(until, holds(permits, 2ms)) == 42);
    CHECK(co_await answer_until(until, holds(permits, 1h)) == -1);
    co_await yield_now();
  };

  const auto report = testing::for_each_cancellation(
      scenario, [&](const outcome<void>&) { CHECK(permits.free_permits() == 1); });
  CHECK(report.stopped > 3);
}
