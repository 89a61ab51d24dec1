// SPDX-License-Identifier: MIT
#include "leat/io/loop.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <latch>
#include <thread>
#include <vector>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/when_all.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// Sets an event on the loop.
struct setter final : posted_call {
  explicit setter(event& what) : which(what) {}
  void run() noexcept override { which.set(); }
  event& which;
};

/// Notes from which thread it came, and its number there.
struct numbered_call final : posted_call {
  numbered_call(std::vector<std::vector<int>>& into, std::size_t from, int which)
      : log(into), thread(from), number(which) {}
  void run() noexcept override {
    log[thread].push_back(number);
    ++count;
    if (count == expected) all_ran->set();
  }

  std::vector<std::vector<int>>& log;
  std::size_t thread;
  int number;

  static inline int count = 0;
  static inline int expected = 0;
  static inline event* all_ran = nullptr;
};

}  // namespace

LEAT_LOOPBACK_TEST("post: 10,000 calls from 4 threads all run once, those of a thread in order") {
  constexpr std::size_t threads = 4;
  constexpr int calls_each = 2500;
  event all_ran;
  numbered_call::count = 0;
  numbered_call::expected = static_cast<int>(threads) * calls_each;
  numbered_call::all_ran = &all_ran;
  std::vector<std::vector<int>> log(threads);
  std::array<std::deque<numbered_call>, threads> calls;
  for (std::size_t from = 0; from < threads; ++from) {
    for (int n = 0; n < calls_each; ++n) calls[from].emplace_back(log, from, n);
  }
  auto& home = loop.loop();
  std::vector<std::thread> posters;
  for (auto& of_one : calls) {
    posters.emplace_back([&of_one, &home] {
      for (auto& each : of_one) home.post(each);
    });
  }

  co_await all_ran.wait();

  for (auto& each : posters) each.join();
  for (const auto& numbers : log) {
    REQUIRE(numbers.size() == calls_each);
    for (int n = 0; n < calls_each; ++n) REQUIRE(numbers[static_cast<std::size_t>(n)] == n);
  }
}

LEAT_LOOPBACK_TEST("post: wakes a loop that waits, again and again") {
  auto& home = loop.loop();
  for (int i = 0; i < 200; ++i) {
    event woken;
    setter call(woken);
    std::thread other([&home, &call] { home.post(call); });
    co_await woken.wait();
    other.join();
  }
}

LEAT_LOOPBACK_TEST("post: wakes a loop that waits") {
  event woken;
  setter call(woken);
  auto& home = loop.loop();
  std::latch about_to_wait(1);
  std::thread other([&home, &call, &about_to_wait] {
    about_to_wait.wait();
    home.post(call);
  });
  about_to_wait.count_down();
  co_await woken.wait();
  other.join();
}

TEST_CASE("post: what was posted before the loop runs is run by it") {
  testing::test_loop loop(testing::time_source::real_time);
  event posted;
  setter call(posted);
  loop.loop().post(call);
  loop.run([](event& waited) -> task<void> { co_await waited.wait(); }(posted));
  CHECK(posted.is_set());
}

TEST_CASE("post: what was posted after the last run is run when the loop ends") {
  event posted;
  setter call(posted);
  {
    testing::test_loop loop(testing::time_source::real_time);
    loop.run([]() -> task<void> { co_return; }());
    loop.loop().post(call);
    CHECK_FALSE(posted.is_set());
  }
  CHECK(posted.is_set());
}

LEAT_ASYNC_TEST("virtual time: stands still while a thread works") {
  const auto began = loop.elapsed();
  std::latch may_end(1);
  const auto [unit, meanwhile] = co_await when_all(to_thread([&may_end] { may_end.wait(); }),
                                                   [](auto& home, auto& gate) -> task<duration> {
                                                     co_await some_turns();
                                                     gate.count_down();
                                                     co_return home.elapsed();
                                                   }(loop, may_end));
  CHECK(meanwhile == began);
  CHECK(loop.elapsed() == began);
}

LEAT_ASYNC_TEST("virtual time: goes on when the thread has come home") {
  co_await to_thread([] { std::this_thread::yield(); });
  co_await sleep_for(1h);
  CHECK(loop.elapsed() == 1h);
}

LEAT_LOOPBACK_TEST("loop: tasks that keep each other ready do not keep timers from expiring") {
  bool woken = false;
  co_await with_task_group([&woken](task_group& group) -> task<void> {
    group.spawn([]() -> task<void> {
      for (;;) co_await yield_now();
    });
    co_await sleep_for(2ms);
    woken = true;
    group.cancel();
  });
  CHECK(woken);
}

LEAT_LOOPBACK_TEST("loop: sleepers wake in order, and none too early") {
  std::vector<int> order;
  const auto sleeper = [](std::vector<int>& into, int ms) -> task<void> {
    const auto began = executor::current().now();
    co_await sleep_for(std::chrono::milliseconds(ms));
    CHECK(executor::current().now() - began >= std::chrono::milliseconds(ms));
    into.push_back(ms);
  };
  co_await when_all(sleeper(order, 9), sleeper(order, 3), sleeper(order, 6));
  CHECK(order == std::vector<int>{3, 6, 9});
}

TEST_CASE("loop: current() outside of a loop says what to do") {
  CHECK_THROWS_AS(static_cast<void>(io::loop::current()), invalid_argument);
}

TEST_CASE("loop: report() gives errors to the handler") {
  std::string text;
  io::loop_options options;
  options.on_report = [&text](const std::exception_ptr& failure, const char* where) {
    text = std::string(where) + ": " + describe(failure);
  };
  io::loop loop(options);
  loop.report(std::make_exception_ptr(std::runtime_error("boom")), "here");
  CHECK(text == "here: boom");
}
