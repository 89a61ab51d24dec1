// SPDX-License-Identifier: MIT
#include "leat/coro/to_thread.hpp"

#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

LEAT_ASYNC_TEST("to_thread: makes the call on another thread and returns its result") {
  const auto home = std::this_thread::get_id();
  const auto there = co_await to_thread([] { return std::this_thread::get_id(); });
  CHECK(there != home);
  CHECK(std::this_thread::get_id() == home);
}

LEAT_ASYNC_TEST("to_thread: rethrows what the call throws") {
  bool caught = false;
  try {
    co_await to_thread([] { throw std::runtime_error("boom"); });
  } catch (const std::runtime_error&) {
    caught = true;
  }
  CHECK(caught);
}

LEAT_ASYNC_TEST("to_thread: returns a move-only value") {
  const auto box = co_await to_thread([] { return std::make_unique<int>(7); });
  CHECK(*box == 7);
}

LEAT_ASYNC_TEST("to_thread: calls run side by side") {
  std::latch together(4);
  std::vector<task<void>> calls;
  for (int i = 0; i < 4; ++i) {
    calls.push_back(to_thread([&together] { together.arrive_and_wait(); }));
  }
  co_await when_all(std::move(calls));
}

LEAT_ASYNC_TEST("to_thread: a running call is finished before a stop goes on") {
  std::atomic<bool> finished = false;
  std::latch started(1);
  std::latch may_end(1);
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&started, &may_end, &finished]() -> task<void> {
      co_await to_thread([&] {
        started.count_down();
        may_end.wait();
        finished = true;
      });
    });
    co_await yield_now();
    started.wait();
    group.cancel();
    may_end.count_down();
  });
  CHECK(finished);
}

TEST_CASE("to_thread: more calls than threads and queue wait in line") {
  std::atomic<int> calls = 0;
  io::loop_options options;
  options.threads = {.threads = 1, .queued = 1};
  io::loop loop(options);
  leat::run(loop, [](std::atomic<int>& count) -> task<void> {
    std::vector<task<void>> all;
    for (int i = 0; i < 50; ++i) all.push_back(to_thread([&count] { ++count; }));
    co_await when_all(std::move(all));
  }(calls));
  CHECK(calls == 50);
}

TEST_CASE("to_thread: a call that waits for a thread is withdrawn by a stop") {
  std::atomic<int> calls = 0;
  io::loop_options options;
  options.threads = {.threads = 1, .queued = 8};
  io::loop loop(options);
  std::latch may_end(1);
  leat::run(loop, [](std::atomic<int>& count, std::latch& gate) -> task<void> {
    std::latch started(1);
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([&started, &gate, &count]() -> task<void> {
        co_await to_thread([&] {
          started.count_down();
          gate.wait();
          ++count;
        });
      });
      co_await yield_now();
      started.wait();
      for (int i = 0; i < 3; ++i) {
        group.spawn([&count]() -> task<void> { co_await to_thread([&count] { ++count; }); });
      }
      co_await yield_now();
      group.cancel();
      gate.count_down();
    });
  }(calls, may_end));
  CHECK(calls == 1);
}

TEST_CASE("to_thread: cancelled anywhere, it leaves no call behind") {
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  const auto call = [&] {
    ++begun;
    ++ended;
    return std::make_unique<int>(1);
  };
  const auto scenario = [&]() -> task<void> {
    const auto one = co_await to_thread(call);
    const auto [two, three] = co_await when_all(to_thread(call), to_thread(call));
    CHECK(*one + *two + *three == 3);
  };
  const auto report = testing::for_each_cancellation(scenario, [](const outcome<void>&) {});
  CHECK(begun == ended);  // by now each loop has joined its threads
  CHECK(report.suspensions >= 3);
}
