// SPDX-License-Identifier: MIT
#include "leat/coro/to_thread.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

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

LEAT_ASYNC_TEST("to_cpu_thread: is on other threads than to_thread") {
  const auto home = std::this_thread::get_id();
  const auto blocking = co_await to_thread([] { return std::this_thread::get_id(); });
  const auto computing = co_await to_cpu_thread([] { return std::this_thread::get_id(); });
  CHECK(computing != home);
  CHECK(computing != blocking);
}

LEAT_ASYNC_TEST("to_cpu_thread: rethrows what the call throws, and returns a move-only value") {
  bool caught = false;
  try {
    co_await to_cpu_thread([] { throw std::runtime_error("boom"); });
  } catch (const std::runtime_error&) {
    caught = true;
  }
  CHECK(caught);
  const auto box = co_await to_cpu_thread([] { return std::make_unique<int>(7); });
  CHECK(*box == 7);
}

TEST_CASE("to_cpu_thread: there is a thread for each core, and at least one") {
  CHECK(cpu_thread_limits().threads >= 1);
  CHECK((std::thread::hardware_concurrency() == 0 ||
         cpu_thread_limits().threads == std::thread::hardware_concurrency()));
}

TEST_CASE("to_thread: a pool that is full does not hold up the other") {
  io::loop_options options;
  options.threads = {.threads = 1, .queued = 0};
  options.cpu_threads = {.threads = 1, .queued = 0};
  io::loop loop(options);
  int computed = 0;
  int waited = 0;
  leat::run(loop, [](int& in_cpu, int& in_blocking) -> task<void> {
    std::latch blocking_may_end(1);
    std::latch computing_may_end(1);
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([](std::latch& gate) -> task<void> { co_await to_thread([&] { gate.wait(); }); },
                  std::ref(blocking_may_end));
      co_await yield_now();
      // The only blocking thread waits for what comes after this.
      in_cpu = co_await to_cpu_thread([] { return 1; });
      blocking_may_end.count_down();
    });
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](std::latch& gate) -> task<void> { co_await to_cpu_thread([&] { gate.wait(); }); },
          std::ref(computing_may_end));
      co_await yield_now();
      in_blocking = co_await to_thread([] { return 2; });
      computing_may_end.count_down();
    });
  }(computed, waited));
  CHECK(computed == 1);
  CHECK(waited == 2);
}

TEST_CASE("to_cpu_thread: a stop withdraws what waits and finishes what runs") {
  std::atomic<int> calls = 0;
  io::loop_options options;
  options.cpu_threads = {.threads = 1, .queued = 8};
  io::loop loop(options);
  leat::run(loop, [](std::atomic<int>& count) -> task<void> {
    std::latch started(1);
    std::latch may_end(1);
    thread_pool& pool = executor::current().cpu_threads();
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([&started, &may_end, &count]() -> task<void> {
        co_await to_cpu_thread([&] {
          started.count_down();
          may_end.wait();
          ++count;
        });
      });
      co_await yield_now();
      started.wait();
      for (int i = 0; i < 3; ++i) {
        group.spawn([&count]() -> task<void> { co_await to_cpu_thread([&count] { ++count; }); });
      }
      co_await yield_now();
      const auto busy = pool.counts();
      CHECK(busy.threads == 1);
      CHECK(busy.running == 1);
      CHECK(busy.queued == 3);
      group.cancel();
      may_end.count_down();
    });
    CHECK(pool.counts().queued == 0);
  }(calls));
  CHECK(calls == 1);
}

TEST_CASE("thread pool: runs what is queued before it ends, and joins its threads") {
  struct counting_job final : thread_job {
    void run() noexcept override { ++*count; }
    std::atomic<int>* count = nullptr;
  };
  std::atomic<int> count = 0;
  std::array<counting_job, 10> jobs;
  {
    thread_pool pool({.threads = 1, .queued = 9});
    for (auto& each : jobs) {
      each.count = &count;
      pool.submit(each);
    }
    CHECK(pool.counts().threads == 1);
    pool.close();
    CHECK(count == 10);
    CHECK(pool.counts().threads == 0);
    CHECK(pool.counts().running == 0);
    CHECK(pool.counts().queued == 0);
  }
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
    const auto computed = co_await to_cpu_thread(call);
    CHECK(*one + *two + *three + *computed == 4);
  };
  const auto report = testing::for_each_cancellation(scenario, [](const outcome<void>&) {});
  CHECK(begun == ended);  // by now each loop has joined its threads
  CHECK(report.suspensions >= 3);
}
