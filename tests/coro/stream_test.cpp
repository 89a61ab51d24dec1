// SPDX-License-Identifier: MIT
#include "leat/coro/stream.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// 0, 1, 2 and so on, one a second.
stream<int> count(int limit) {
  for (int i = 0; i < limit; ++i) {
    co_await sleep_for(1s);
    co_yield i;
  }
}

stream<int> count_and_fail(int limit) {
  for (int i = 0; i < limit; ++i) co_yield i;
  throw std::runtime_error("boom");
}

/// Holds a permit from its first item to its end.
stream<int> count_with(semaphore& permits, int limit) {
  const auto permit = co_await permits.acquire();
  for (int i = 0; i < limit; ++i) {
    co_yield i;
    co_await sleep_for(1s);
  }
}

task<std::string> joined(stream<int> numbers) {
  std::string all;
  while (const auto number = co_await numbers.next()) all += std::to_string(*number);
  co_return all;
}

}  // namespace

LEAT_ASYNC_TEST("stream: hands out its items in order, and then ends") {
  CHECK(co_await joined(count(4)) == "0123");
  CHECK(loop.elapsed() == 4s);
}

LEAT_ASYNC_TEST("stream: hands out an item before the next one is made") {
  auto numbers = count(1000);

  CHECK(co_await numbers.next() == 0);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("stream: makes nothing while nobody asks") {
  int made = 0;
  const auto makes = [](int& count_made) -> stream<int> {
    for (;;) co_yield ++count_made;
  };
  auto numbers = makes(made);
  CHECK(made == 0);

  static_cast<void>(co_await numbers.next());
  co_await sleep_for(1h);

  CHECK(made == 1);
}

LEAT_ASYNC_TEST("stream: stays at its end") {
  auto numbers = count(1);
  static_cast<void>(co_await numbers.next());

  CHECK_FALSE(numbers.is_over());
  CHECK(co_await numbers.next() == std::nullopt);
  CHECK(numbers.is_over());
  CHECK(co_await numbers.next() == std::nullopt);
}

LEAT_ASYNC_TEST("stream: an error comes after the items before it, once") {
  auto numbers = count_and_fail(2);
  CHECK(co_await numbers.next() == 0);
  CHECK(co_await numbers.next() == 1);

  const auto failed = co_await as_outcome(numbers.next());

  CHECK(describe(failed.error()) == "boom");
  CHECK(co_await numbers.next() == std::nullopt);
}

LEAT_ASYNC_TEST("stream: moves items that cannot be copied") {
  const auto boxes = []() -> stream<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    co_yield std::move(second);
  };
  auto all = boxes();

  CHECK(**co_await all.next() == 1);
  CHECK(**co_await all.next() == 2);
}

LEAT_ASYNC_TEST("stream: a million items that are ready need no stack") {
  const auto ready = []() -> stream<int> {
    for (int i = 0; i < 1'000'000; ++i) co_yield i;
  };
  long sum = 0;
  auto numbers = ready();
  while (const auto number = co_await numbers.next()) sum += *number;

  CHECK(sum == 499'999'500'000);
}

LEAT_ASYNC_TEST("stream: left early, it releases what it holds at once") {
  semaphore permits(1);
  {
    auto numbers = count_with(permits, 10);
    static_cast<void>(co_await numbers.next());
    CHECK(permits.free_permits() == 0);
  }
  CHECK(permits.free_permits() == 1);
}

LEAT_ASYNC_TEST("stream: a step that takes too long ends it") {
  semaphore permits(1);
  auto numbers = count_with(permits, 10);
  static_cast<void>(co_await numbers.next());
  bool timed_out = false;
  try {
    static_cast<void>(co_await with_timeout(500ms, numbers.next()));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }

  CHECK(timed_out);
  CHECK(numbers.is_over());
  CHECK(permits.free_permits() == 1);
  CHECK(co_await numbers.next() == std::nullopt);
}

LEAT_ASYNC_TEST("stream: each step has a limit of its own") {
  auto numbers = count(3);
  for (int i = 0; i < 3; ++i) CHECK(co_await with_timeout(1500ms, numbers.next()) == i);
}

LEAT_ASYNC_TEST("for_each: calls a function for each item") {
  std::string all;
  co_await for_each(count(3), [&all](int number) { all += std::to_string(number); });

  CHECK(all == "012");
}

LEAT_ASYNC_TEST("for_each: awaits a function that returns a task") {
  co_await for_each(count(3), [](int) -> task<void> { co_await sleep_for(2s); });

  CHECK(loop.elapsed() == 9s);
}

LEAT_ASYNC_TEST("for_each: leaves early when the function says so") {
  semaphore permits(1);
  std::string all;
  co_await for_each(count_with(permits, 10), [&all](int number) {
    all += std::to_string(number);
    return number < 2;
  });

  CHECK(all == "012");
  CHECK(permits.free_permits() == 1);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("for_each: an error of the function ends the stream") {
  semaphore permits(1);
  bool failed = false;
  try {
    co_await for_each(count_with(permits, 10), [](int) -> task<bool> {
      throw std::runtime_error("boom");
      co_return true;
    });
  } catch (const std::runtime_error&) {
    failed = true;
  }

  CHECK(failed);
  CHECK(permits.free_permits() == 1);
}

LEAT_ASYNC_TEST("transform: changes each item, one step at a time") {
  auto texts = transform(count(3), [](int number) { return std::to_string(number * 2); });

  CHECK(co_await texts.next() == "0");
  CHECK(loop.elapsed() == 1s);
  CHECK(co_await texts.next() == "2");
  CHECK(co_await texts.next() == "4");
  CHECK(co_await texts.next() == std::nullopt);
}

LEAT_ASYNC_TEST("transform: awaits a function that returns a task") {
  auto doubled = transform(count(2), [](int number) -> task<int> {
    co_await sleep_for(1s);
    co_return number * 2;
  });

  CHECK(co_await joined(std::move(doubled)) == "02");
  CHECK(loop.elapsed() == 4s);
}

LEAT_ASYNC_TEST("with_stream: awaits the releases of a generator that was left early") {
  std::string order;
  const auto rows = [&order](exit_stack& exits) -> stream<int> {
    exits.callback([&order]() -> task<void> {
      co_await sleep_for(1s);
      order += "released ";
    });
    const std::shared_ptr<void> local(nullptr, [&order](void*) { order += "destroyed "; });
    for (int i = 1;; ++i) co_yield i;
  };

  const auto first = co_await with_stream(
      rows, [](stream<int>& items) -> task<int> { co_return (co_await items.next()).value(); });

  CHECK(first == 1);
  CHECK(order == "destroyed released ");
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("with_stream: awaits the releases also when the body is stopped") {
  bool released = false;
  const auto ended = co_await with_cancel_scope([&released](cancel_scope& scope) -> task<void> {
    const auto rows = [&](exit_stack& exits) -> stream<int> {
      exits.callback([&released]() -> task<void> {
        co_await sleep_for(1s);
        released = true;
      });
      co_yield 1;
      scope.cancel();
      co_await sleep_for(1h);
    };
    co_await with_stream(rows, [](stream<int>& items) -> task<void> {
      while (co_await items.next()) {
      }
    });
  });

  CHECK(ended.is_cancelled());
  CHECK(released);
}

TEST_CASE("stream: cancelled anywhere, it holds nothing afterwards") {
  semaphore permits(1);
  int opened = 0;
  int closed = 0;
  const auto rows = [&](exit_stack& exits) -> stream<int> {
    ++opened;
    exits.callback([&closed]() -> task<void> {
      co_await yield_now();
      ++closed;
    });
    auto numbers = transform(count_with(permits, 3), [](int number) -> task<int> {
      co_await yield_now();
      co_return number + 1;
    });
    while (const auto number = co_await numbers.next()) co_yield *number;
  };
  const auto scenario = [&]() -> task<void> {
    opened = closed = 0;
    auto numbers = count_with(permits, 5);
    CHECK(co_await numbers.next() == 0);
    CHECK(co_await numbers.next() == 1);
    static_cast<void>(co_await as_outcome(with_timeout(500ms, numbers.next())));
    co_await for_each(count_with(permits, 3), [](int) -> task<void> { co_await yield_now(); });
    co_await with_stream(rows, [](stream<int>& items) -> task<void> {
      CHECK(co_await items.next() == 1);
      CHECK(co_await items.next() == 2);
    });
  };

  const auto report = testing::for_each_cancellation(scenario, [&](const outcome<void>&) {
    CHECK(permits.free_permits() == 1);
    CHECK(opened == closed);
  });
  CHECK(report.stopped > 15);
}
