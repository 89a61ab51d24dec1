// SPDX-License-Identifier: MIT
// What does the core itself cost? Boost.Asio's awaitable answers the same questions in the same
// rounds, where it has the same operation (asio_peer.cpp):
//
//     coro_coro_bench [--rounds 5] [--only <part of a name>]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "leat/coro/channel.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/stream.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/network.hpp"

#include "coro/asio_peer.hpp"
#include "coro/heap.hpp"
#include "support.hpp"

namespace {

using namespace std::chrono_literals;
using leat::task;
using leat_bench::now_ns;

/// One question: what an operation costs us, and the peer (empty: it has none).
struct question {
  std::string name;
  std::string unit;
  std::function<double()> ours;
  std::function<double()> peer;
};

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

double when_all_of_thousand() {
  constexpr int count = 500;
  constexpr std::size_t children = 1000;
  return leat::run([]() -> task<double> {
    const double begin = now_ns();
    for (int i = 0; i < count; ++i) {
      std::vector<task<int>> all;
      all.reserve(children);
      for (std::size_t n = 0; n < children; ++n) all.push_back(ready_child(1));
      co_await leat::when_all(std::move(all));
    }
    co_return (now_ns() - begin) / count;
  }());
}

task<void> sleep_long() {
  co_await leat::sleep_for(1h);
}

double cancel_sleepers(int count) {
  return leat::run([](int tasks) -> task<double> {
    double begin = 0;
    co_await leat::with_task_group([&](leat::task_group& group) -> task<void> {
      for (int i = 0; i < tasks; ++i) group.spawn(sleep_long);
      co_await leat::yield_now();
      begin = now_ns();
      group.cancel();
    });
    co_return (now_ns() - begin) / tasks;
  }(count));
}

/// Frames that wait for their next use are the allocator's, not a task's.
double heap_of_tasks() {
  return heap_in_use() - static_cast<double>(leat::detail::local_frames.cached_bytes());
}

asio_peer::crowd_cost crowd(int count) {
  return leat::run([](int tasks) -> task<asio_peer::crowd_cost> {
    const double heap = heap_of_tasks();
    const double begin = now_ns();
    double bytes = 0;
    co_await leat::with_task_group([&](leat::task_group& group) -> task<void> {
      for (int i = 0; i < tasks; ++i) group.spawn(sleep_long);
      co_await leat::yield_now();
      bytes = heap_of_tasks() - heap;
      group.cancel();
    });
    co_return {(now_ns() - begin) / tasks, bytes / tasks};
  }(count));
}

task<void> read_once(leat::io::async_stream& from) {
  std::byte into[1];
  co_await from.read_some(into, leat::deadline::never());
}

/// What a task that reads adds to a connection which is there already.
double bytes_on_socket() {
  return leat::run([]() -> task<double> {
    constexpr int count = 200;
    auto& network = leat::io::system_network();
    const auto listening = network.listen(leat::io::endpoint::tcp("127.0.0.1", 0));
    std::vector<std::unique_ptr<leat::io::async_stream>> clients;
    std::vector<std::unique_ptr<leat::io::async_stream>> servers;
    for (int i = 0; i < count; ++i) {
      clients.push_back(co_await network.connect(listening->local(), leat::deadline::never()));
      servers.push_back(co_await listening->accept());
    }
    double bytes = 0;
    co_await leat::with_task_group([&](leat::task_group& group) -> task<void> {
      const double heap = heap_of_tasks();
      for (const auto& each : servers) group.spawn(read_once, std::ref(*each));
      co_await leat::yield_now();
      co_await leat::yield_now();
      bytes = heap_of_tasks() - heap;
      group.cancel();
    });
    co_return bytes / count;
  }());
}

double channel_hand_off() {
  return leat::run([]() -> task<double> {
    constexpr int count = 2'000'000;
    leat::channel<int> messages(1);
    const double begin = now_ns();
    co_await leat::when_all(
        [](leat::channel<int>& to) -> task<void> {
          for (int i = 0; i < count; ++i) co_await to.send(i);
        }(messages),
        [](leat::channel<int>& from) -> task<void> {
          for (int i = 0; i < count; ++i) co_await from.receive();
        }(messages));
    co_return (now_ns() - begin) / count;
  }());
}

leat::stream<int> numbers(int count) {
  for (int i = 0; i < count; ++i) co_yield i;
}

double stream_item() {
  return leat::run([]() -> task<double> {
    constexpr int count = 5'000'000;
    const double begin = now_ns();
    auto items = numbers(count);
    while (co_await items.next()) {
    }
    co_return (now_ns() - begin) / count;
  }());
}

double to_thread() {
  return leat::run([]() -> task<double> {
    constexpr int count = 10'000;
    const double begin = now_ns();
    for (int i = 0; i < count; ++i) co_await leat::to_thread([] { return 1; });
    co_return (now_ns() - begin) / count;
  }());
}

std::vector<question> all_questions() {
  std::vector<question> all{
      {"await a ready child", "ns", await_ready, asio_peer::await_ready},
      {"spawn + suspend + join", "ns", spawn_suspend_join, asio_peer::spawn_suspend_join},
      {"suspend + resume", "ns", suspend_resume, asio_peer::suspend_resume},
      {"when_all of 3", "ns", when_all_of_three, asio_peer::all_of_three},
      {"when_all of 1,000", "ns", when_all_of_thousand, {}},
      {"arm + disarm a timeout, 1,000 pending", "ns", [] { return arm_disarm(1000); },
       [] { return asio_peer::arm_disarm(1000); }},
      {"arm + disarm a timeout, 100,000 pending", "ns", [] { return arm_disarm(100'000); },
       [] { return asio_peer::arm_disarm(100'000); }},
      {"with_timeout around a ready child", "ns", timeout_around_ready, {}},
      {"cancel 10,000 sleeping tasks, each", "ns", [] { return cancel_sleepers(10'000); },
       [] { return asio_peer::cancel_sleepers(10'000); }},
      {"heap per task, asleep", "B", [] { return crowd(1000).bytes; }, asio_peer::bytes_asleep},
      {"heap per task, on a socket", "B", bytes_on_socket, {}},
      {"channel hand-off", "ns", channel_hand_off, asio_peer::channel_hand_off},
      {"stream item", "ns", stream_item, {}},
      {"to_thread round trip", "ns", to_thread, asio_peer::to_thread},
  };
  for (const int depth : {1, 4, 10}) {
    all.push_back({"cancel a chain of " + std::to_string(depth), "ns",
                   [depth] { return cancel_chain(depth); },
                   [depth] { return asio_peer::cancel_chain(depth); }});
  }
  return all;
}

void ask_crowd() {
  constexpr int many = 1'000'000;
  const auto print = [](const char* who, asio_peer::crowd_cost cost) {
    leat_bench::print_sample("1,000,000 tasks alive at once, start to end, each", "ns", who,
                             cost.ns);
    leat_bench::print_sample("1,000,000 tasks alive at once, heap each", "B", who, cost.bytes);
  };
  print("leat", crowd(many));
  print("Asio", asio_peer::crowd(many));
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 5;
  std::string_view only;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string_view(argv[i]) == "--rounds") rounds = std::atoi(argv[i + 1]);
    if (std::string_view(argv[i]) == "--only") only = argv[i + 1];
  }
  for (int round = 0; round < rounds; ++round) {
    for (const auto& each : all_questions()) {
      if (each.name.find(only) == std::string::npos) continue;
      leat_bench::print_sample(each.name, each.unit, "leat", each.ours());
      if (each.peer) leat_bench::print_sample(each.name, each.unit, "Asio", each.peer());
    }
    if (only.empty()) ask_crowd();
  }
}
