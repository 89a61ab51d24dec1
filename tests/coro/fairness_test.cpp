// SPDX-License-Identifier: MIT
//
// What is ready is awaited without going through the ready queue, and yet nobody starves.
#include <functional>
#include <memory>
#include <stdexcept>

#include "leat/coro/channel.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/mutex.hpp"
#include "leat/coro/once.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"
#include "support/still_world.hpp"

using namespace leat;

namespace {

// Far more than a step may take, so that a test which fails ends.
constexpr int too_many = 100'000;

/// How often `again()` was awaited before a task that was ready all the time got its turn.
template <class Again>
task<int> rounds_before_another_runs(Again again) {
  bool has_run = false;
  int rounds = 0;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(
        [](bool& flag) -> task<void> {
          flag = true;
          co_return;
        },
        std::ref(has_run));
    for (; !has_run && rounds < too_many; ++rounds) co_await again();
  });
  co_return rounds;
}

}  // namespace

LEAT_ASYNC_TEST("fairness: an event that is set") {
  event set;
  set.set();
  CHECK(co_await rounds_before_another_runs([&]() -> task<void> { co_await set.wait(); }) <
        too_many);
}

LEAT_ASYNC_TEST("fairness: a semaphore with permits") {
  semaphore free(1);
  const auto take = [&]() -> task<void> { const auto permit = co_await free.acquire(); };
  CHECK(co_await rounds_before_another_runs(take) < too_many);
  CHECK(free.free_permits() == 1);
}

LEAT_ASYNC_TEST("fairness: a mutex that nobody holds") {
  mutex unheld;
  const auto take = [&]() -> task<void> { const auto lock = co_await unheld.lock(); };
  CHECK(co_await rounds_before_another_runs(take) < too_many);
}

LEAT_ASYNC_TEST("fairness: a channel with room and messages, whose order stays") {
  channel<int> numbers(4);
  int sent = 0;
  int received = 0;
  const auto pass = [&]() -> task<void> {
    co_await numbers.send(sent++);
    const auto number = co_await numbers.receive();
    CHECK(number == received++);
  };
  CHECK(co_await rounds_before_another_runs(pass) < too_many);
  CHECK(numbers.size() == 0);
}

LEAT_ASYNC_TEST("fairness: a channel that is closed") {
  channel<int> closed(1);
  closed.close();
  const auto ask = [&]() -> task<void> { CHECK_FALSE((co_await closed.receive()).has_value()); };
  CHECK(co_await rounds_before_another_runs(ask) < too_many);
}

LEAT_ASYNC_TEST("fairness: work that was done once") {
  co_await with_task_group([](task_group& group) -> task<void> {
    once<int> value(group, []() -> task<int> { co_return 42; });
    const auto ask = [&]() -> task<void> { CHECK(*co_await value.get() == 42); };
    co_await ask();
    CHECK(co_await rounds_before_another_runs(ask) < too_many);
  });
}

TEST_CASE("fairness: timers and a third task go on beside two that find a permit each time") {
  testing::virtual_clock time;
  io::loop loop(std::make_unique<still_world>(time), time);
  int turns_of_third = 0;
  const auto main = [&]() -> task<void> {
    semaphore free(2);
    bool is_over = false;
    const auto ping = [&]() -> task<void> {
      for (int round = 0;; ++round) {
        if (is_over) co_return;
        if (round == too_many) throw std::runtime_error("nobody else has had a turn");
        const auto permit = co_await free.acquire();
        time.move_to(time.now() + 1ms);
      }
    };
    const auto third = [&]() -> task<void> {
      for (;; ++turns_of_third) {
        if (is_over) co_return;
        co_await yield_now();
      }
    };
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([&ping] { return ping(); });
      group.spawn([&ping] { return ping(); });
      group.spawn([&third] { return third(); });
      co_await sleep_for(60s);
      is_over = true;
    });
  };
  leat::run(loop, main());
  CHECK(turns_of_third > 100);  // in 60,000 rounds of the others
}

TEST_CASE("fairness: a stop on the way through the ready queue loses nothing") {
  semaphore free(3);
  channel<int> numbers(2);
  testing::for_each_cancellation(
      [&]() -> task<void> {
        for (int round = 0; round < 200; ++round) {
          const auto permit = co_await free.acquire();
          co_await numbers.send(round);
          static_cast<void>(co_await numbers.receive());
        }
      },
      [&](const outcome<void>&) {
        CHECK(free.free_permits() == 3);
        while (numbers.try_receive()) {
        }
      });
}
