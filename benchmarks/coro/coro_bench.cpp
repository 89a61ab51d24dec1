// SPDX-License-Identifier: MIT
// What does the core itself cost? One line a question: the median of nine rounds. The peer is
// Boost.Asio's awaitable where it has the same operation, measured in the same rounds.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/loop.hpp"

namespace {

using namespace std::chrono_literals;
using leat::task;
namespace asio = boost::asio;

double now_ns() {
  return static_cast<double>(std::chrono::steady_clock::now().time_since_epoch().count());
}

/// One question: nanoseconds per operation of ours and of the peer (0: it has none).
struct question {
  const char* name;
  std::function<double()> ours;
  std::function<double()> peer;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

[[gnu::noinline]] task<int> ready_child(int value) {
  co_return value;
}

double await_ready() {
  constexpr int count = 5'000'000;
  return leat::run([]() -> task<double> {
    const double begin = now_ns();
    long sum = 0;
    for (int i = 0; i < count; ++i) sum += co_await ready_child(i);
    const double spent = now_ns() - begin;
    if (sum == 42) std::puts("");
    co_return spent / count;
  }());
}

[[gnu::noinline]] asio::awaitable<int> asio_ready_child(int value) {
  co_return value;
}

double asio_await_ready() {
  constexpr int count = 2'000'000;
  asio::io_context context(1);
  double spent = 0;
  asio::co_spawn(
      context,
      [&spent]() -> asio::awaitable<void> {
        const double begin = now_ns();
        long sum = 0;
        for (int i = 0; i < count; ++i) sum += co_await asio_ready_child(i);
        spent = (now_ns() - begin) / count;
        if (sum == 42) std::puts("");
      },
      asio::detached);
  context.run();
  return spent;
}

task<void> hop() {
  co_await leat::yield_now();
}

double spawn_suspend_join() {
  constexpr int per_group = 1000;
  constexpr int groups = 500;
  return leat::run([]() -> task<double> {
    const double begin = now_ns();
    for (int i = 0; i < groups; ++i) {
      co_await leat::with_task_group([](leat::task_group& group) -> task<void> {
        for (int n = 0; n < per_group; ++n) group.spawn(hop);
        co_return;
      });
    }
    co_return (now_ns() - begin) / per_group / groups;
  }());
}

double asio_spawn_suspend_join() {
  constexpr int count = 300'000;
  asio::io_context context(1);
  const double begin = now_ns();
  for (int i = 0; i < count; ++i) {
    asio::co_spawn(
        context, []() -> asio::awaitable<void> { co_await asio::post(asio::use_awaitable); },
        asio::detached);
    if (i % 1000 == 999) {
      context.run();
      context.restart();
    }
  }
  context.run();
  return (now_ns() - begin) / count;
}

double suspend_resume() {
  constexpr int count = 3'000'000;
  return leat::run([]() -> task<double> {
    const double begin = now_ns();
    for (int i = 0; i < count; ++i) co_await leat::yield_now();
    co_return (now_ns() - begin) / count;
  }());
}

double when_all_of_three() {
  constexpr int count = 1'000'000;
  return leat::run([]() -> task<double> {
    const double begin = now_ns();
    for (int i = 0; i < count; ++i) {
      co_await leat::when_all(ready_child(1), ready_child(2), ready_child(3));
    }
    co_return (now_ns() - begin) / count;
  }());
}

class idle_node final : public leat::ready_node {
 public:
  void run() noexcept override {}
};

double arm_disarm(std::size_t pending) {
  return leat::run([](std::size_t others) -> task<double> {
    leat::executor& home = leat::executor::current();
    std::mt19937_64 random(7);
    std::vector<idle_node> nodes(others);
    for (auto& each : nodes) home.arm(each, home.now() + 1h + 1ns * (random() % 60'000'000'000));
    idle_node timed;
    constexpr int count = 5'000'000;
    const double begin = now_ns();
    for (int i = 0; i < count; ++i) {
      home.arm(timed, home.now() + 30s);
      timed.unlink();
    }
    co_return (now_ns() - begin) / count;
  }(pending));
}

double timeout_around_ready() {
  constexpr int count = 3'000'000;
  return leat::run([]() -> task<double> {
    const double begin = now_ns();
    for (int i = 0; i < count; ++i) co_await leat::with_timeout(30s, ready_child(i));
    co_return (now_ns() - begin) / count;
  }());
}

double asio_timer() {
  asio::io_context context(1);
  asio::steady_timer timer(context);
  constexpr int count = 500'000;
  const double begin = now_ns();
  for (int i = 0; i < count; ++i) {
    timer.expires_after(30s);
    timer.async_wait([](const boost::system::error_code&) {});
    timer.cancel();
    context.poll();
    context.restart();
  }
  return (now_ns() - begin) / count;
}

task<int> chain(int depth, leat::event& awaited) {
  if (depth > 1) co_return 1 + co_await chain(depth - 1, awaited);
  co_await awaited.wait();
  co_return 1;
}

double cancel_chain(int depth) {
  constexpr int count = 20'000;
  return leat::run([](int frames) -> task<double> {
    leat::event never;
    double spent = 0;
    for (int i = 0; i < count; ++i) {
      double begin = 0;
      co_await leat::with_task_group([&](leat::task_group& group) -> task<void> {
        group.spawn(chain, frames, std::ref(never));
        co_await leat::yield_now();
        begin = now_ns();
        group.cancel();
      });
      spent += now_ns() - begin;
    }
    co_return spent / count;
  }(depth));
}

double bytes_asleep() {
  return leat::run([]() -> task<double> {
    double bytes = 0;
    co_await leat::with_task_group([&bytes](leat::task_group& group) -> task<void> {
      const auto before = leat::detail::local_frames.live_bytes;
      for (int i = 0; i < 1000; ++i) {
        group.spawn([]() -> task<void> { co_await leat::sleep_for(1h); });
      }
      co_await leat::yield_now();
      bytes = static_cast<double>(leat::detail::local_frames.live_bytes - before) / 1000;
      group.cancel();
    });
    co_return bytes;
  }());
}

}  // namespace

int main() {
  const std::array questions{
      question{"await a ready child, ns", await_ready, asio_await_ready},
      question{"spawn + suspend + join, ns", spawn_suspend_join, asio_spawn_suspend_join},
      question{"suspend + resume, ns", suspend_resume, {}},
      question{"when_all of three ready children, ns", when_all_of_three, {}},
      question{"arm + disarm, 1,000 pending, ns", [] { return arm_disarm(1000); }, asio_timer},
      question{"arm + disarm, 100,000 pending, ns", [] { return arm_disarm(100'000); }, {}},
      question{"with_timeout around a ready child, ns", timeout_around_ready, {}},
      question{"cancel a chain of 1 frame (2 clock reads incl.), ns",
               [] { return cancel_chain(1); },
               {}},
      question{"cancel a chain of 10 frames (2 clock reads incl.), ns",
               [] { return cancel_chain(10); },
               {}},
      question{"heap per task asleep in a group, bytes", bytes_asleep, {}},
  };
  constexpr int rounds = 9;
  std::vector<std::vector<double>> ours(questions.size());
  std::vector<std::vector<double>> peer(questions.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      ours[i].push_back(questions[i].ours());
      if (questions[i].peer) peer[i].push_back(questions[i].peer());
    }
  }
  std::printf("%-55s %10s %10s\n", "", "leat", "Asio");
  for (std::size_t i = 0; i < questions.size(); ++i) {
    std::printf("%-55s %10.1f", questions[i].name, median(ours[i]));
    if (peer[i].empty()) {
      std::puts("");
    } else {
      std::printf(" %10.1f\n", median(peer[i]));
    }
  }
}
