// SPDX-License-Identifier: MIT
#include "leat/pool/blocking_resource_pool.hpp"

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/pool/error.hpp"
#include "leat/testing/test_loop.hpp"

#include "support/test.hpp"

using namespace leat;
using namespace std::chrono_literals;
using pool::blocking_resource_pool;
using pool::pool_options;

namespace {

struct counted final : pool::resource {
  explicit counted(int n) : number(n) { ++alive; }
  ~counted() override { --alive; }
  bool is_usable() noexcept override { return usable; }
  int number;
  bool usable = true;
  static inline std::atomic<int> alive = 0;
};

pool_options at_most(std::size_t size) {
  pool_options options;
  options.max_size = size;
  options.max_idle_time = 1h;
  return options;
}

deadline in(duration time) {
  return deadline::after(std::chrono::steady_clock::now(), time);
}

int number_of(const blocking_resource_pool::lease& lease) {
  return static_cast<counted*>(lease.get())->number;
}

/// A lease with a clean resource in it, whether it lay there or was made.
blocking_resource_pool::lease lend(blocking_resource_pool& from, const std::string& key,
                                   int fresh) {
  auto lease = from.acquire(key, in(1h));
  if (lease.get() == nullptr) lease.put(std::make_unique<counted>(fresh));
  lease.mark_clean();
  return lease;
}

void wait_until_waiting(const blocking_resource_pool& on, std::size_t threads) {
  while (on.statistics().waiting != threads) std::this_thread::yield();
}

}  // namespace

TEST_CASE("blocking pool: a clean resource is lent again") {
  blocking_resource_pool connections(at_most(2));
  CHECK(number_of(lend(connections, "a", 7)) == 7);
  CHECK(connections.statistics().idle == 1);
  CHECK(number_of(lend(connections, "a", 8)) == 7);
}

TEST_CASE("blocking pool: the resource that was used last is lent first") {
  blocking_resource_pool connections(at_most(2));
  {
    auto first = lend(connections, "a", 1);
    auto second = lend(connections, "a", 2);
    first.release();
    second.release();
  }
  CHECK(number_of(lend(connections, "a", 3)) == 2);
}

TEST_CASE("blocking pool: a resource that was not given back clean is destroyed") {
  blocking_resource_pool connections(at_most(2));
  {
    auto lease = lend(connections, "a", 7);
    lease.mark_in_use();
  }
  CHECK(counted::alive == 0);
  CHECK(connections.statistics().lent == 0);
}

TEST_CASE("blocking pool: a resource that is no longer usable is not lent") {
  blocking_resource_pool connections(at_most(2));
  {
    auto lease = lend(connections, "a", 7);
    static_cast<counted*>(lease.get())->usable = false;
  }
  CHECK(number_of(lend(connections, "a", 8)) == 8);
}

TEST_CASE("blocking pool: a deadline ends the wait, and says who holds the slots") {
  blocking_resource_pool connections(at_most(1));
  const auto held = connections.acquire("a", in(1h));
  CHECK_THROWS_WITH_AS(static_cast<void>(connections.acquire("b", in(1ms))),
                       "no connection to b became free in time: 1 of 1 in use (a: 1), 0 waiting",
                       pool::pool_timeout);
  CHECK(connections.statistics().waiting == 0);
}

TEST_CASE("blocking pool: a thread that runs a loop may take a slot that is free, but not wait") {
  blocking_resource_pool connections(at_most(1));
  const auto on_loop = [&]() -> task<void> {
    const auto held = connections.acquire("a", in(1h));
    CHECK_THROWS_WITH_AS(
        static_cast<void>(connections.acquire("b", in(1h))),
        "blocking call on a loop thread: use pool::resource_pool::acquire, or to_thread()",
        blocking_call_on_loop);
    CHECK(connections.statistics().waiting == 0);
    co_return;
  };
  testing::test_loop loop;
  loop.run(on_loop());
  CHECK(connections.statistics().lent == 0);
}

TEST_CASE("blocking pool: a slot that is free is lent without a wait, and none if there is none") {
  blocking_resource_pool connections(at_most(1));
  {
    auto held = connections.try_acquire("a");
    CHECK(held.is_held());
    CHECK(held.get() == nullptr);
    CHECK_FALSE(connections.try_acquire("a").is_held());
    CHECK_FALSE(connections.try_acquire("b").is_held());
    CHECK(connections.statistics().waiting == 0);
    held.put(std::make_unique<counted>(7));
    held.mark_clean();
  }
  CHECK(number_of(connections.try_acquire("a")) == 7);
  connections.close();
  CHECK_THROWS_AS(static_cast<void>(connections.try_acquire("a")), pool::pool_closed);
}

TEST_CASE("blocking pool: a slot with what is idle is lent, and no other takes part in it") {
  blocking_resource_pool connections(at_most(2));
  CHECK_FALSE(connections.try_acquire_idle("a").is_held());
  CHECK(connections.statistics().lent == 0);
  CHECK(number_of(lend(connections, "b", 7)) == 7);
  CHECK_FALSE(connections.try_acquire_idle("a").is_held());
  CHECK(connections.statistics().idle == 1);
  {
    auto held = connections.try_acquire_idle("b");
    CHECK(number_of(held) == 7);
    CHECK_FALSE(connections.try_acquire_idle("b").is_held());
    CHECK(connections.statistics().lent == 1);
    held.mark_clean();
  }
  static_cast<counted*>(connections.try_acquire_idle("b").get())->usable = false;
  CHECK_FALSE(connections.try_acquire_idle("b").is_held());
  CHECK(connections.statistics().idle == 0);
  connections.close();
  CHECK_THROWS_AS(static_cast<void>(connections.try_acquire_idle("b")), pool::pool_closed);
}

TEST_CASE("blocking pool: keys that take turns are not taken for each other") {
  auto options = at_most(3);
  options.max_idle = 2;
  blocking_resource_pool connections(options);
  for (int round = 0; round < 3; ++round) {
    for (const char* key : {"a", "b", "c", "a", "c"}) {
      CAPTURE(key);
      CHECK(number_of(lend(connections, key, key[0])) == key[0]);
    }
  }
  CHECK(connections.statistics().idle == 2);
}

TEST_CASE("blocking pool: the deadline of the whole ends the wait as such") {
  blocking_resource_pool connections(at_most(1));
  const auto held = connections.acquire("a", in(1h));
  const blocking_deadline whole(in(1ms));
  CHECK_THROWS_AS(static_cast<void>(connections.acquire("b", in(1h))), deadline_exceeded);
  CHECK(connections.statistics().waiting == 0);
}

TEST_CASE("blocking pool: a slot that comes free goes to the thread that waited longest") {
  blocking_resource_pool connections(at_most(1));
  auto held = lend(connections, "a", 7);
  std::vector<int> order;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&connections, &order, i] {
      const auto lease = connections.acquire("a", in(1h));
      order.push_back(i);  // the slot is the lock
    });
    wait_until_waiting(connections, static_cast<std::size_t>(i) + 1);
  }

  held.release();
  for (auto& each : threads) each.join();

  CHECK(order == std::vector{0, 1, 2, 3});
  CHECK(connections.statistics().lent == 0);
}

TEST_CASE("blocking pool: closing it refuses those who wait and those who come") {
  blocking_resource_pool connections(at_most(1));
  auto held = lend(connections, "a", 7);
  std::atomic<bool> was_refused = false;
  std::thread waiting([&] {
    try {
      static_cast<void>(connections.acquire("a", in(1h)));
    } catch (const pool::pool_closed&) {
      was_refused = true;
    }
  });
  wait_until_waiting(connections, 1);

  connections.close();
  waiting.join();

  CHECK(was_refused);
  CHECK_THROWS_AS(static_cast<void>(connections.acquire("a", in(1h))), pool::pool_closed);
  held.release();
  CHECK(counted::alive == 0);
}

TEST_CASE("blocking pool: eight threads never hold more than the limit, and nothing is lost") {
  constexpr int threads = 8;
  constexpr int rounds = 5000;
  blocking_resource_pool connections(at_most(3));
  std::atomic<int> holding = 0;
  std::atomic<int> most = 0;
  std::atomic<int> uses = 0;
  std::latch begin(threads);
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&, i] {
      begin.arrive_and_wait();
      for (int round = 0; round < rounds; ++round) {
        auto lease = lend(connections, i % 2 == 0 ? "even" : "odd", i);
        const int now = ++holding;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        if (round % 7 == 0) lease.mark_in_use();
        ++uses;
        --holding;
      }
    });
  }
  for (auto& each : all) each.join();

  CHECK(most <= 3);
  CHECK(uses == threads * rounds);
  CHECK(connections.statistics().lent == 0);
  CHECK(connections.statistics().waiting == 0);
  CHECK(static_cast<std::size_t>(counted::alive) == connections.statistics().idle);
}
