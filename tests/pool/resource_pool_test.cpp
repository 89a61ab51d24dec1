// SPDX-License-Identifier: MIT
#include "leat/pool/resource_pool.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/pool/error.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;
using pool::pool_options;
using pool::resource_pool;

namespace {

struct counted final : pool::resource {
  explicit counted(int n) : number(n) { ++alive; }
  ~counted() override { --alive; }
  bool is_usable() noexcept override { return usable; }
  bool is_usable_since(time_point since) noexcept override {
    asked = since;
    return is_usable();
  }
  int number;
  time_point asked{};
  bool usable = true;
  static inline int alive = 0;
};

int number_of(const resource_pool::lease& lease) {
  return static_cast<counted*>(lease.get())->number;
}

pool_options at_most(std::size_t size) {
  pool_options options;
  options.max_size = size;
  options.max_idle_time = 1h;
  return options;
}

/// Takes a slot, makes a resource if the slot is empty, and gives it back clean.
task<int> use(resource_pool& from, std::string key, duration time, int fresh) {
  auto lease = co_await from.acquire(std::move(key), deadline_after(1h));
  if (lease.get() == nullptr) lease.put(std::make_unique<counted>(fresh));
  lease.mark_in_use();
  co_await sleep_for(time);
  lease.mark_clean();
  co_return number_of(lease);
}

}  // namespace

LEAT_ASYNC_TEST("pool: a first lease is an empty slot") {
  resource_pool connections(at_most(2));
  const auto lease = co_await connections.acquire("a", deadline_after(1s));
  CHECK(lease.get() == nullptr);
  CHECK(connections.statistics().lent == 1);
}

LEAT_ASYNC_TEST("pool: a clean resource is lent again") {
  resource_pool connections(at_most(2));
  CHECK(co_await use(connections, "a", 0s, 7) == 7);
  CHECK(connections.statistics().idle == 1);
  CHECK(co_await use(connections, "a", 0s, 8) == 7);
}

LEAT_ASYNC_TEST("pool: a limit counts from when the wait begins") {
  resource_pool connections(at_most(1));
  const std::string key = "a";
  const auto held = co_await connections.acquire(key, 1s);
  CHECK(held.is_held());
  auto wait = connections.acquire(key, 10s);
  co_await sleep_for(1h);
  const time_point began = executor::current().now();
  CHECK_THROWS_AS(static_cast<void>(co_await std::move(wait)), pool::pool_timeout);
  CHECK(executor::current().now() - began == 10s);
}

LEAT_ASYNC_TEST("pool: without a limit nothing ends a wait but a slot") {
  resource_pool connections(at_most(1));
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(use, std::ref(connections), "a", 100h, 7);
    co_await sleep_for(1s);
    const auto lease = co_await connections.acquire("a", no_timeout);
    CHECK(number_of(lease) == 7);
  });
}

LEAT_ASYNC_TEST("pool: a key that is given away outlives the wait for its slot") {
  resource_pool connections(at_most(1));
  const auto held = co_await connections.acquire("a", deadline_after(1h));
  auto made = connections.acquire("a key that no string holds in place", deadline_after(1s));
  auto waiting = std::move(made);
  try {
    static_cast<void>(co_await std::move(waiting));
    FAIL("there was a slot");
  } catch (const pool::pool_timeout& late) {
    CHECK(std::string(late.what()).find("a key that no string holds in place") !=
          std::string::npos);
  }
}

LEAT_ASYNC_TEST("pool: a resource is told when it was asked for") {
  resource_pool connections(at_most(1));
  co_await use(connections, "a", 0s, 1);
  const time_point asked = executor::current().read_clock() + 5ns;
  {
    const auto lease = co_await connections.acquire("a", deadline_after(1h), asked);
    CHECK(static_cast<counted*>(lease.get())->asked == asked);
  }
  const auto lease = co_await connections.acquire("a", deadline_after(1h));
  CHECK(static_cast<counted*>(lease.get())->asked == time_point());
}

LEAT_ASYNC_TEST("pool: a resource that was not given back clean is destroyed") {
  resource_pool connections(at_most(2));
  {
    auto lease = co_await connections.acquire("a", deadline_after(1s));
    lease.put(std::make_unique<counted>(7));
    lease.mark_in_use();
  }
  CHECK(counted::alive == 0);
  CHECK(connections.statistics().idle == 0);
  CHECK(connections.statistics().lent == 0);
}

LEAT_ASYNC_TEST("pool: lends the resource that was used last") {
  resource_pool connections(at_most(2));
  {
    auto a = co_await connections.acquire("k", deadline_after(1s));
    auto b = co_await connections.acquire("k", deadline_after(1s));
    a.put(std::make_unique<counted>(1));
    b.put(std::make_unique<counted>(2));
    a.mark_clean();
    b.mark_clean();
    a.release();
    b.release();
  }
  CHECK(co_await use(connections, "k", 0s, 3) == 2);
}

LEAT_ASYNC_TEST("pool: never lends a resource of another key") {
  resource_pool connections(at_most(2));
  co_await use(connections, "a", 0s, 1);
  CHECK(co_await use(connections, "b", 0s, 2) == 2);
}

LEAT_ASYNC_TEST("pool: an idle resource of another key gives way when the pool is full") {
  resource_pool connections(at_most(1));
  co_await use(connections, "a", 0s, 1);
  CHECK(co_await use(connections, "b", 0s, 2) == 2);
  CHECK(counted::alive == 1);
}

LEAT_ASYNC_TEST("pool: those who wait are served in the order in which they came") {
  resource_pool connections(at_most(1));
  std::string order;
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (const char name : {'a', 'b', 'c', 'd'}) {
      group.spawn(
          [](resource_pool& from, std::string& into, char who) -> task<void> {
            co_await use(from, "k", 1s, 1);
            into += who;
          },
          std::ref(connections), std::ref(order), name);
    }
    co_return;
  });
  CHECK(order == "abcd");
  CHECK(loop.elapsed() == 4s);
}

LEAT_ASYNC_TEST("pool: a full key does not hold up those who wait for another") {
  auto options = at_most(2);
  options.max_per_key = 1;
  resource_pool connections(options);
  std::string order;
  co_await with_task_group([&](task_group& group) -> task<void> {
    const auto worker = [](resource_pool& from, std::string& into, char key) -> task<void> {
      co_await use(from, std::string(1, key), 1s, 1);
      into += key;
    };
    for (const char key : {'a', 'a', 'b'}) {
      group.spawn(worker, std::ref(connections), std::ref(order), key);
    }
    co_return;
  });
  CHECK(order == "aba");
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("pool: says who holds the slots when none becomes free in time") {
  resource_pool connections(at_most(2));
  const auto a = co_await connections.acquire("http://a.test", deadline_after(1s));
  const auto b = co_await connections.acquire("http://b.test", deadline_after(1s));
  std::string what;
  try {
    const auto none = co_await connections.acquire("http://a.test", deadline_after(5s));
  } catch (const pool::pool_timeout& e) {
    what = e.what();
  }
  CHECK(what ==
        "no connection to http://a.test became free in time: 2 of 2 in use "
        "(http://a.test: 1, http://b.test: 1), 0 waiting");
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("pool: an idle resource is dropped when its time is over, without a request") {
  auto options = at_most(2);
  options.max_idle_time = 5s;
  resource_pool connections(options);
  co_await use(connections, "a", 0s, 1);
  co_await sleep_for(4999ms);
  CHECK(counted::alive == 1);
  co_await sleep_for(1ms);
  co_await yield_now();
  CHECK(counted::alive == 0);
}

LEAT_ASYNC_TEST("pool: an idle resource that is no longer usable is not lent") {
  resource_pool connections(at_most(2));
  {
    auto lease = co_await connections.acquire("a", deadline_after(1s));
    auto broken = std::make_unique<counted>(1);
    broken->usable = false;
    lease.put(std::move(broken));
    lease.mark_clean();
  }
  CHECK(co_await use(connections, "a", 0s, 2) == 2);
  CHECK(counted::alive == 1);
}

LEAT_ASYNC_TEST("pool: keeps no more idle resources than its limit, the newest ones") {
  auto options = at_most(10);
  options.max_idle = 2;
  resource_pool connections(options);
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (int i = 0; i < 5; ++i) {
      group.spawn([](resource_pool& from,
                     int n) -> task<void> { co_await use(from, "k", std::chrono::seconds(n), n); },
                  std::ref(connections), i);
    }
    co_return;
  });
  CHECK(connections.statistics().idle == 2);
  CHECK(co_await use(connections, "k", 0s, 9) == 4);
}

LEAT_ASYNC_TEST("pool: a slot handed over just before a cancel is not lost") {
  resource_pool connections(at_most(1));
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      auto mine = co_await connections.acquire("k", deadline_after(1s));
      group.spawn(
          [](resource_pool& from) -> task<void> {
            static_cast<void>(co_await use(from, "k", 1h, 1));
          },
          std::ref(connections));
      co_await yield_now();
      mine.release();
      scope.cancel();
    });
  });
  CHECK(ended.is_cancelled());
  CHECK(connections.statistics().lent == 0);
  CHECK(connections.statistics().waiting == 0);
}

LEAT_ASYNC_TEST("pool: a resource that was lent and never used goes back to the pool") {
  resource_pool connections(at_most(1));
  co_await use(connections, "k", 0s, 7);
  {
    const auto unused = co_await connections.acquire("k", deadline_after(1s));
    CHECK(number_of(unused) == 7);
  }
  CHECK(connections.statistics().idle == 1);
  CHECK(co_await use(connections, "k", 0s, 8) == 7);
}

LEAT_ASYNC_TEST("pool: keeps idle resources however long it is told to") {
  auto options = at_most(1);
  options.max_idle_time = no_timeout - 1ns;
  resource_pool connections(options);
  co_await use(connections, "k", 0s, 7);
  co_await sleep_for(24h);
  CHECK(co_await use(connections, "k", 0s, 8) == 7);
}

LEAT_ASYNC_TEST("pool: closed, it refuses who comes and who waits") {
  resource_pool connections(at_most(1));
  bool waiter_refused = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    auto mine = co_await connections.acquire("k", deadline_after(1s));
    group.spawn(
        [](resource_pool& from, bool& refused) -> task<void> {
          try {
            const auto none = co_await from.acquire("k", deadline_after(1s));
          } catch (const pool::pool_closed&) {
            refused = true;
          }
        },
        std::ref(connections), std::ref(waiter_refused));
    co_await yield_now();
    connections.close();
  });
  CHECK(waiter_refused);
  bool refused = false;
  try {
    const auto none = co_await connections.acquire("k", deadline_after(1s));
  } catch (const pool::pool_closed&) {
    refused = true;
  }
  CHECK(refused);
}

LEAT_ASYNC_TEST("pool: after 1,000 random cancels its slots are exact and all can be had") {
  auto options = at_most(5);
  options.max_per_key = 3;
  options.max_idle = 2;
  resource_pool connections(options);
  std::mt19937 random(20261120);
  for (int round = 0; round < 100; ++round) {
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (int i = 0; i < 10; ++i) {
        group.spawn(
            [](resource_pool& from, std::string key, duration time) -> task<void> {
              static_cast<void>(co_await use(from, std::move(key), time, 1));
            },
            std::ref(connections), std::string(1, static_cast<char>('a' + random() % 3)),
            std::chrono::milliseconds(random() % 20));
      }
      co_await sleep_for(std::chrono::milliseconds(random() % 30));
      group.cancel();
    });
    const auto now = connections.statistics();
    CHECK(now.lent == 0);
    CHECK(now.waiting == 0);
    CHECK(static_cast<std::size_t>(counted::alive) == now.idle);
  }
  std::vector<resource_pool::lease> all;
  for (const char* key : {"a", "a", "a", "b", "c"}) {
    all.push_back(co_await connections.acquire(key, deadline_after(1s)));
  }
  CHECK(connections.statistics().lent == 5);
}

TEST_CASE("pool: drops what is idle when the loop ends on which it was used") {
  resource_pool connections(at_most(2));
  {
    testing::test_loop loop;
    loop.run([](resource_pool& from) -> task<void> {
      static_cast<void>(co_await use(from, "k", 0s, 1));
    }(connections));
    CHECK(counted::alive == 1);
  }
  CHECK(counted::alive == 0);
}

TEST_CASE("pool: can be used on a second loop when the first has ended") {
  resource_pool connections(at_most(2));
  for (int n = 1; n <= 2; ++n) {
    testing::test_loop loop;
    CHECK(loop.run(use(connections, "k", 0s, n)) == n);
    loop.run([]() -> task<void> { co_await sleep_for(2h); }());
    CHECK(connections.statistics().idle == 0);  // it has expired
  }
}

TEST_CASE("pool: cancelled at every suspension point, an acquire loses no slot") {
  std::unique_ptr<resource_pool> connections;
  testing::for_each_cancellation(
      [&connections] {
        connections = std::make_unique<resource_pool>(at_most(2));
        return [](resource_pool& from) -> task<void> {
          co_await with_task_group([&from](task_group& group) -> task<void> {
            for (int i = 0; i < 5; ++i) {
              group.spawn(
                  [](resource_pool& one, int n) -> task<void> {
                    static_cast<void>(co_await use(one, n % 2 == 0 ? "a" : "b", 1ms, n));
                  },
                  std::ref(from), i);
            }
            co_return;
          });
        }(*connections);
      },
      [&connections](const outcome<void>&) {
        CHECK(connections->statistics().lent == 0);
        CHECK(connections->statistics().waiting == 0);
        connections.reset();
        CHECK(counted::alive == 0);
      });
}
