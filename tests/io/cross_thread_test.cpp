// SPDX-License-Identifier: MIT
//
// What crosses threads, under load. Any build checks the results; the one with the thread
// sanitizer also checks that nothing is touched by two threads at once.
#include <array>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/io/loop.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

constexpr std::size_t threads = 4;

/// Counts how often it ran, without an atomic: it must always be on the same thread.
struct counted_call final : posted_call {
  explicit counted_call(int& of_all) noexcept : total(of_all) {}
  void run() noexcept override {
    ++runs;
    ++total;
  }
  int& total;
  int runs = 0;
};

}  // namespace

TEST_CASE("post: calls from many threads to a loop that ends meanwhile run once each") {
  constexpr int calls_each = 500;
  constexpr int rounds = 20;
  for (int round = 0; round < rounds; ++round) {
    int total = 0;
    std::array<std::deque<counted_call>, threads> calls;
    for (auto& of_one : calls) {
      for (int i = 0; i < calls_each; ++i) of_one.emplace_back(total);
    }
    auto loop = std::make_unique<io::loop>();
    std::barrier together(static_cast<std::ptrdiff_t>(threads + 1));
    std::vector<std::thread> posters;
    for (auto& of_one : calls) {
      posters.emplace_back([&of_one, &together, &home = *loop] {
        together.arrive_and_wait();
        for (auto& each : of_one) home.post(each);
      });
    }
    // It ends as soon as some have come; the others come while nobody runs it, and are called
    // by its destructor.
    leat::run(*loop, [](std::barrier<>& start, int& seen) -> task<void> {
      start.arrive_and_wait();
      while (seen < calls_each) co_await yield_now();
    }(together, total));
    for (auto& each : posters) each.join();
    loop.reset();
    CHECK(total == static_cast<int>(threads) * calls_each);
    for (const auto& of_one : calls) {
      for (const auto& each : of_one) REQUIRE(each.runs == 1);
    }
  }
}

namespace {

/// A call that travels between two loops.
struct traveller final : posted_call {
  void run() noexcept override {
    ++trips;
    if (trips == last_trip) return arrived->run();
    std::swap(here, there);
    here->post(*this);
  }
  io::loop* here = nullptr;
  io::loop* there = nullptr;
  posted_call* arrived = nullptr;
  int trips = 0;
  int last_trip = 0;
};

/// Sets an event once it was called often enough.
struct countdown final : posted_call {
  void run() noexcept override {
    if (--left == 0) done.set();
  }
  int left = 0;
  event done;
};

}  // namespace

TEST_CASE("post: two loops in two threads post to each other") {
  constexpr int travellers_each = 50;
  constexpr int trips = 400;  // even, so that each ends where it began
  std::array<io::loop, 2> loops;
  std::array<countdown, 2> ends;
  std::array<std::deque<traveller>, 2> travellers;
  for (std::size_t i = 0; i < 2; ++i) {
    ends[i].left = travellers_each;
    for (int n = 0; n < travellers_each; ++n) {
      auto& each = travellers[i].emplace_back();
      each.here = &loops[1 - i];
      each.there = &loops[i];
      each.arrived = &ends[i];
      each.last_trip = trips;
    }
  }
  // Nobody may run out while the other still posts to him, so both wait for both.
  std::barrier both_done(2);
  const auto serve = [&](std::size_t i) {
    leat::run(loops[i], [](auto& own, countdown& end) -> task<void> {
      for (auto& each : own) each.here->post(each);
      co_await end.done.wait();
    }(travellers[i], ends[i]));
    both_done.arrive_and_wait();
  };
  std::thread other(serve, 1);
  serve(0);
  other.join();
  for (const auto& from_one : travellers) {
    for (const auto& each : from_one) CHECK(each.trips == trips);
  }
}

namespace {

struct storm_counts {
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
};

task<void> storm_of_calls(storm_counts& counts, int turns) {
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (int i = 0; i < 200; ++i) {
      group.spawn(
          [](storm_counts& of, bool computes) -> task<void> {
            const auto call = [&of] {
              ++of.begun;
              std::this_thread::yield();
              ++of.ended;
            };
            if (computes) {
              co_await to_cpu_thread(call);
            } else {
              co_await to_thread(call);
            }
          },
          std::ref(counts), i % 2 == 0);
    }
    for (int i = 0; i < turns; ++i) co_await yield_now();
    group.cancel();
  });
  // Whatever had begun was waited for, and what had not begun never will.
  CHECK(counts.begun == counts.ended);
  CHECK(executor::current().blocking_threads().counts().queued == 0);
  CHECK(executor::current().cpu_threads().counts().queued == 0);
}

}  // namespace

TEST_CASE("to_thread: storms of calls on both pools are stopped at any moment") {
  storm_counts counts;
  for (const int turns : {0, 1, 2, 3, 5, 8, 50, 300, 2000}) {
    io::loop_options options;
    options.threads = {.threads = 3, .queued = 16};
    options.cpu_threads = {.threads = 2, .queued = 8};
    io::loop loop(options);
    leat::run(loop, storm_of_calls(counts, turns));
    const int begun = counts.begun;
    // The pools still work, with all their permits.
    leat::run(loop, storm_of_calls(counts, 0));
    leat::run(loop, [](std::atomic<int>& ended) -> task<void> {
      co_await with_task_group([&](task_group& group) -> task<void> {
        for (int i = 0; i < 50; ++i) {
          group.spawn([&ended]() -> task<void> {
            co_await to_thread([&ended] { ++ended; });
            co_await to_cpu_thread([&ended] { ++ended; });
          });
        }
        co_return;
      });
    }(counts.ended));
    CHECK(counts.begun >= begun);
    CHECK(counts.ended == counts.begun + 100);
    counts.begun += 100;
  }
}

TEST_CASE("to_thread: loops in several threads have pools of their own") {
  std::atomic<int> calls = 0;
  std::vector<std::thread> homes;
  for (std::size_t i = 0; i < threads; ++i) {
    homes.emplace_back([&calls] {
      leat::run([](std::atomic<int>& count) -> task<void> {
        const auto home = std::this_thread::get_id();
        for (int n = 0; n < 100; ++n) {
          co_await to_thread([&count] { ++count; });
          co_await to_cpu_thread([&count] { ++count; });
          REQUIRE(std::this_thread::get_id() == home);
        }
      }(calls));
    });
  }
  for (auto& each : homes) each.join();
  CHECK(calls == static_cast<int>(threads) * 200);
}
