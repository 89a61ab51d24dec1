// SPDX-License-Identifier: MIT
#include "leat/coro/map_concurrent.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>

#include "leat/base/error.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

std::vector<int> numbers(int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

LEAT_ASYNC_TEST("map_concurrent: keeps the order of the inputs, whatever ends when") {
  const auto results = co_await map_concurrent(4, numbers(10), [](int n) -> task<std::string> {
    co_await sleep_for(std::chrono::seconds(10 - n));
    co_return std::to_string(n);
  });

  CHECK(results == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
}

LEAT_ASYNC_TEST("map_concurrent: runs as many as it may at a time, and no more") {
  int running = 0;
  int most = 0;
  co_await map_concurrent(3, numbers(9), [&](int) -> task<void> {
    most = std::max(most, ++running);
    co_await sleep_for(1s);
    --running;
  });

  CHECK(most == 3);
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("map_concurrent: begins the next input as soon as one has ended") {
  co_await map_concurrent(2, std::vector<int>{4, 1, 1, 1}, [](int seconds) -> task<void> {
    co_await sleep_for(std::chrono::seconds(seconds));
  });

  CHECK(loop.elapsed() == 4s);
}

LEAT_ASYNC_TEST("map_concurrent: the first failure stops the rest and begins no more") {
  int begun = 0;
  int finished = 0;
  std::string what;
  try {
    co_await map_concurrent(3, numbers(9), [&](int n) -> task<void> {
      ++begun;
      co_await sleep_for(std::chrono::seconds(n + 1));
      if (n == 1) throw std::runtime_error("boom");
      ++finished;
      co_await sleep_for(1h);
    });
  } catch (const std::runtime_error& e) {
    what = e.what();
  }

  CHECK(what == "boom");
  CHECK(begun == 3);
  CHECK(finished == 1);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("map_concurrent: a success in the turn of a failure begins nothing more") {
  int begun = 0;
  bool failed = false;
  try {
    co_await map_concurrent(2, numbers(3), [&begun](int n) -> task<void> {
      ++begun;
      co_await sleep_for(1s);
      if (n == 0) throw std::runtime_error("boom");
    });
  } catch (const std::runtime_error&) {
    failed = true;
  }

  CHECK(failed);
  CHECK(begun == 2);
}

LEAT_ASYNC_TEST("map_concurrent: of nothing is done at once") {
  const auto results =
      co_await map_concurrent(3, std::vector<int>(), [](int n) -> task<int> { co_return n; });

  CHECK(results.empty());
}

LEAT_ASYNC_TEST("map_concurrent: refuses a limit of zero") {
  const auto same = [](int n) -> task<int> { co_return n; };

  CHECK_THROWS_AS(static_cast<void>(map_concurrent(0, numbers(1), same)), invalid_argument);
  co_return;
}

LEAT_ASYNC_TEST("map_concurrent: moves inputs and results") {
  std::vector<std::unique_ptr<int>> inputs;
  inputs.push_back(std::make_unique<int>(7));
  const auto results = co_await map_concurrent(
      1, std::move(inputs), [](std::unique_ptr<int> box) -> task<std::unique_ptr<int>> {
        ++*box;
        co_return box;
      });

  CHECK(*results.front() == 8);
}

LEAT_ASYNC_TEST("map_concurrent: a deadline around it stops all tasks") {
  int running = 0;
  bool timed_out = false;
  try {
    co_await with_timeout(1s, map_concurrent(3, numbers(9), [&running](int) -> task<void> {
                            ++running;
                            const std::shared_ptr<void> back(nullptr, [&](void*) { --running; });
                            co_await sleep_for(1h);
                          }));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }

  CHECK(timed_out);
  CHECK(running == 0);
}

TEST_CASE("map_concurrent: cancelled anywhere, its tasks give their permits back") {
  semaphore permits(2);
  const auto scenario = [&]() -> task<void> {
    const auto results = co_await map_concurrent(3, numbers(5), [&permits](int n) -> task<int> {
      const auto permit = co_await permits.acquire();
      co_await sleep_for(std::chrono::milliseconds(n));
      co_return n;
    });
    CHECK(results == numbers(5));
  };

  const auto report = testing::for_each_cancellation(
      scenario, [&](const outcome<void>&) { CHECK(permits.free_permits() == 2); });
  CHECK(report.stopped > 10);
}
