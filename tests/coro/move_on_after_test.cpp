// SPDX-License-Identifier: MIT
#include "leat/coro/move_on_after.hpp"

#include <memory>
#include <stdexcept>

#include "leat/coro/semaphore.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> answer_after(duration time) {
  co_await sleep_for(time);
  co_return 42;
}
task<int> error_after(duration time) {
  co_await sleep_for(time);
  throw std::runtime_error("boom");
}

}  // namespace

LEAT_ASYNC_TEST("move on: has the value of work that comes in time") {
  CHECK(co_await move_on_after(2s, answer_after(1s)) == 42);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("move on: has nothing of work whose time was up") {
  CHECK(co_await move_on_after(1s, answer_after(1h)) == std::nullopt);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("move on: says whether work without a value came in time") {
  CHECK(co_await move_on_after(2s, sleep_for(1s)));
  CHECK_FALSE(co_await move_on_after(1s, sleep_for(2s)));
}

LEAT_ASYNC_TEST("move on: of zero stops the work at its first wait") {
  CHECK_FALSE(co_await move_on_after(0s, sleep_for(1ns)));
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("move on: refuses a negative limit") {
  CHECK_THROWS_AS(static_cast<void>(move_on_after(-1s, answer_after(1s))), invalid_argument);
  co_return;
}

LEAT_ASYNC_TEST("move on: rethrows an error that comes in time") {
  bool failed = false;
  try {
    static_cast<void>(co_await move_on_after(2s, error_after(1s)));
  } catch (const std::runtime_error&) {
    failed = true;
  }
  CHECK(failed);
}

LEAT_ASYNC_TEST("move on: reports an error that comes too late") {
  CHECK(co_await move_on_after(1s, shield(error_after(2s), 1h)) == std::nullopt);

  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(describe(reports.front().failure) == "boom");
}

LEAT_ASYNC_TEST("move on: a value that comes too late is destroyed") {
  const auto boxed = [](std::shared_ptr<int> value) -> task<std::shared_ptr<int>> {
    co_await shield(sleep_for(2s), 1h);
    co_return value;
  };
  const auto value = std::make_shared<int>(1);

  CHECK(co_await move_on_after(1s, boxed(value)) == std::nullopt);
  CHECK(value.use_count() == 1);
}

LEAT_ASYNC_TEST("move on: one slow check does not hold up the others") {
  const auto [fast, slow] = co_await when_all(move_on_after(5s, answer_after(1s)),
                                              move_on_after(5s, sleep_for(no_timeout)));

  CHECK(fast == 42);
  CHECK_FALSE(slow);
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("move on: an outer stop passes through") {
  const auto ended = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
    const auto stops = [](cancel_scope& around) -> task<void> {
      around.cancel();
      co_await sleep_for(1s);
    };
    static_cast<void>(co_await move_on_after(1h, stops(scope)));
    CHECK(false);
  });
  CHECK(ended.is_cancelled());
}

TEST_CASE("move on: cancelled anywhere, the work gives its permit back") {
  semaphore permits(1);
  const auto holds = [](semaphore& from, duration time) -> task<int> {
    const auto permit = co_await from.acquire();
    co_return co_await answer_after(time);
  };
  const auto scenario = [&]() -> task<void> {
    CHECK(co_await move_on_after(5ms, holds(permits, 2ms)) == 42);
    CHECK(co_await move_on_after(5ms, holds(permits, 1h)) == std::nullopt);
    co_await yield_now();
  };

  const auto report = testing::for_each_cancellation(
      scenario, [&](const outcome<void>&) { CHECK(permits.free_permits() == 1); });
  CHECK(report.stopped > 3);
}
