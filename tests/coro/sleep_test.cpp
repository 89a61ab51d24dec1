// SPDX-License-Identifier: MIT
#include "leat/coro/sleep.hpp"

#include <string>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

LEAT_ASYNC_TEST("sleep: takes exactly its time") {
  co_await sleep_for(1500ms);
  CHECK(loop.elapsed() == 1500ms);
}

LEAT_ASYNC_TEST("sleep: of no time takes none") {
  co_await sleep_for(0ns);
  CHECK(loop.elapsed() == 0ns);
}

LEAT_ASYNC_TEST("sleep: refuses a negative time") {
  CHECK_THROWS_AS(static_cast<void>(sleep_for(-1ns)), invalid_argument);
  co_return;
}

LEAT_ASYNC_TEST("sleep: sleepers wake in the order of their times, equal ones as they came") {
  std::string order;
  const auto sleeper = [](std::string& into, char name, duration time) -> task<void> {
    co_await sleep_for(time);
    into += name;
  };
  co_await when_all(sleeper(order, 'c', 3h), sleeper(order, 'a', 1ns), sleeper(order, 'd', 3h),
                    sleeper(order, 'b', 2s), sleeper(order, 'e', 3h));
  CHECK(order == "abcde");
  CHECK(loop.elapsed() == 3h);
}

LEAT_ASYNC_TEST("sleep: until a time that has passed waits for one turn, however long ago it was") {
  co_await sleep_until(testing::virtual_clock::origin - 1h);
  co_await sleep_until(time_point(-1h));
  co_await sleep_until(time_point::min());
  CHECK(loop.elapsed() == 0ns);
}

TEST_CASE("sleep: any number that never end move no clock") {
  testing::test_loop loop;
  const auto sleepers = []() -> task<void> {
    std::vector<task<void>> all;
    for (int i = 0; i < 100; ++i) {
      all.push_back([]() -> task<void> { co_await sleep_for(no_timeout); }());
    }
    co_await when_all(std::move(all));
  };
  CHECK_THROWS_AS(loop.run(sleepers()), deadlock);
  CHECK(loop.elapsed() == 0ns);
}

LEAT_ASYNC_TEST("yield: lets what is ready run first") {
  std::string order;
  const auto worker = [](std::string& into, char name) -> task<void> {
    for (int i = 0; i < 3; ++i) {
      into += name;
      co_await yield_now();
    }
  };
  co_await when_all(worker(order, 'a'), worker(order, 'b'));
  CHECK(order == "ababab");
}

TEST_CASE("sleep: cancelled anywhere, it ends at once") {
  const auto scenario = []() -> task<void> {
    const auto later = executor::current().now() + 1h;
    co_await when_all(sleep_until(later), sleep_for(1s), yield_now());
    co_await stop_if_requested();
  };
  const auto report = testing::for_each_cancellation(scenario);
  CHECK(report.stopped >= 6);
}
