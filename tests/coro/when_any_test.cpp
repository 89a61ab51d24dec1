// SPDX-License-Identifier: MIT
#include "leat/coro/when_any.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

#include "leat/coro/semaphore.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> value_after(duration time, int value) {
  co_await sleep_for(time);
  co_return value;
}
task<void> error_after(duration time, const char* text) {
  co_await sleep_for(time);
  throw std::runtime_error(text);
}
task<int> at_once(int value) {
  co_return value;
}

}  // namespace

LEAT_ASYNC_TEST("when_any: the first to end wins and the others are stopped") {
  auto result = co_await when_any(value_after(3s, 1), value_after(1s, 2), sleep_for(1h));

  CHECK(result.index == 1);
  CHECK(result.get<1>().value() == 2);
  CHECK(result.get<0>().is_cancelled());
  CHECK(result.get<2>().is_cancelled());
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("when_any: an error wins like a value and is not thrown") {
  auto result = co_await when_any(value_after(3s, 1), error_after(1s, "boom"));

  CHECK(result.index == 1);
  CHECK(describe(result.get<1>().error()) == "boom");
  CHECK(result.get<0>().is_cancelled());
}

LEAT_ASYNC_TEST("when_any: a value that the stop no longer reached is not lost") {
  auto result = co_await when_any(value_after(1s, 1), shield(value_after(2s, 2), 1h));

  CHECK(result.index == 0);
  CHECK(result.get<1>().value() == 2);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("when_any: an error that the stop no longer reached is not lost") {
  auto result = co_await when_any(value_after(1s, 1), shield(error_after(2s, "late"), 1h));

  CHECK(result.index == 0);
  CHECK(describe(result.get<1>().error()) == "late");
}

LEAT_ASYNC_TEST("when_any: permits that both children were handed come back from both") {
  semaphore permits(2);
  auto first = co_await permits.acquire();
  auto second = co_await permits.acquire();
  const auto release = [](semaphore::permit& one, semaphore::permit& other) -> task<void> {
    co_await sleep_for(1s);
    one.release();
    other.release();
    co_await sleep_for(1h);
  };
  {
    auto result = co_await when_any(permits.acquire(), permits.acquire(), release(first, second));

    CHECK(result.get<0>().has_value());
    CHECK(result.get<1>().has_value());
    CHECK(permits.free_permits() == 0);
  }
  CHECK(permits.free_permits() == 2);
}

LEAT_ASYNC_TEST("when_any: children that complete at once all have their results") {
  auto result = co_await when_any(at_once(1), at_once(2));

  CHECK(result.index == 0);
  CHECK(result.get<0>().value() == 1);
  CHECK(result.get<1>().value() == 2);
}

LEAT_ASYNC_TEST("when_any: shows the first outcome to a visitor") {
  auto result = co_await when_any(error_after(1h, "late"), value_after(1s, 7));

  int seen = 0;
  result.visit_first([&seen](auto& first) {
    if constexpr (std::is_same_v<decltype(first), outcome<int>&>) seen = first.value();
  });
  CHECK(seen == 7);
}

LEAT_ASYNC_TEST("when_any: takes any number of tasks of one type") {
  std::vector<task<std::unique_ptr<int>>> children;
  for (int i = 0; i < 100; ++i) {
    children.push_back([](int n) -> task<std::unique_ptr<int>> {
      co_await sleep_for(std::chrono::seconds(n == 42 ? 1 : 100 + n));
      co_return std::make_unique<int>(n);
    }(i));
  }
  auto result = co_await when_any(std::move(children));

  CHECK(result.index == 42);
  CHECK(*result.first().value() == 42);
  CHECK(result.outcomes.size() == 100);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("when_any: refuses to choose from nothing") {
  CHECK_THROWS_AS(static_cast<void>(when_any(std::vector<task<int>>())), invalid_argument);
  co_return;
}

LEAT_ASYNC_TEST("when_any: nests with other combinators") {
  auto result =
      co_await when_any(when_any(value_after(2s, 1), value_after(1s, 2)), value_after(3s, 3));

  CHECK(result.index == 0);
  CHECK(result.get<0>().value().get<1>().value() == 2);
}

LEAT_ASYNC_TEST("when_any: a deadline around it stops all children") {
  bool timed_out = false;
  try {
    static_cast<void>(co_await with_timeout(1s, when_any(sleep_for(1h), value_after(1h, 1))));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }
  CHECK(timed_out);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("when_any: a winner is delivered although a stop came while losers ended") {
  bool delivered = false;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    const auto wins = [](cancel_scope& around) -> task<int> {
      co_await sleep_for(1s);
      around.cancel();
      co_return 1;
    };
    auto result = co_await when_any(wins(scope), sleep_for(1h));
    delivered = result.index == 0 && result.get<1>().is_cancelled();
    co_await yield_now();
    CHECK(false);
  });
  CHECK(ended.is_cancelled());
  CHECK(delivered);
}

LEAT_ASYNC_TEST("when_any: a stop passes through when no child has completed") {
  const auto ended = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
    const auto stops = [](cancel_scope& around) -> task<void> {
      co_await sleep_for(1s);
      around.cancel();
      co_await sleep_for(1s);
    };
    static_cast<void>(co_await when_any(stops(scope), sleep_for(1h)));
    CHECK(false);
  });
  CHECK(ended.is_cancelled());
}

TEST_CASE("when_any: cancelled anywhere, it keeps no permit and leaves no child") {
  semaphore permits(1);
  const auto holds = [](semaphore& from, duration time) -> task<int> {
    const auto permit = co_await from.acquire();
    co_await sleep_for(time);
    co_await yield_now();
    co_return 1;
  };
  const auto scenario = [&]() -> task<void> {
    auto two = co_await when_any(holds(permits, 2ms), holds(permits, 1ms), value_after(5ms, 1));
    CHECK(two.index == 0);
    std::vector<task<int>> children;
    for (int i = 0; i < 3; ++i) children.push_back(holds(permits, std::chrono::milliseconds(i)));
    CHECK((co_await when_any(std::move(children))).index == 0);
    static_cast<void>(co_await when_all(when_any(holds(permits, 1ms), sleep_for(1ms)),
                                        when_any(shield(holds(permits, 1ms), 1s), yield_now())));
  };

  const auto report = testing::for_each_cancellation(scenario, [&](const outcome<void>&) {
    CHECK(permits.free_permits() == 1);
    CHECK_FALSE(permits.has_waiters());
  });
  CHECK(report.stopped > 10);
}
