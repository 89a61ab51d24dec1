// SPDX-License-Identifier: MIT
#include "leat/coro/wait.hpp"

#include <stdexcept>
#include <vector>

#include "leat/coro/semaphore.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// Ends after `time` with its value, or with an error if that is negative.
task<int> ends_after(duration time, int value) {
  co_await sleep_for(time);
  if (value < 0) throw std::runtime_error(std::to_string(value));
  co_return value;
}

task<int> holds(semaphore& from, duration time, int value) {
  const auto permit = co_await from.acquire();
  co_return co_await ends_after(time, value);
}

template <class... Tasks>
std::vector<task<int>> children(Tasks... tasks) {
  std::vector<task<int>> all;
  (all.push_back(std::move(tasks)), ...);
  return all;
}

}  // namespace

LEAT_ASYNC_TEST("wait: for the first completed stops those that are pending then") {
  auto outcomes =
      co_await wait(children(ends_after(3s, 1), ends_after(1s, 2)), wait_for::first_completed);

  REQUIRE(outcomes.size() == 2);
  CHECK(outcomes[0].is_cancelled());
  CHECK(outcomes[1].value() == 2);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("wait: for the first completed is content with an error") {
  auto outcomes =
      co_await wait(children(ends_after(3s, 1), ends_after(1s, -2)), wait_for::first_completed);

  CHECK(outcomes[0].is_cancelled());
  CHECK(describe(outcomes[1].error()) == "-2");
}

LEAT_ASYNC_TEST("wait: for the first error lets values pass") {
  auto outcomes = co_await wait(children(ends_after(1s, 1), ends_after(2s, -2), ends_after(1h, 3)),
                                wait_for::first_error);

  CHECK(outcomes[0].value() == 1);
  CHECK(describe(outcomes[1].error()) == "-2");
  CHECK(outcomes[2].is_cancelled());
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("wait: for the first error ends with the last child if none fails") {
  auto outcomes =
      co_await wait(children(ends_after(1s, 1), ends_after(2s, 2)), wait_for::first_error);

  CHECK(outcomes[0].value() == 1);
  CHECK(outcomes[1].value() == 2);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("wait: for all completed stops nobody") {
  auto outcomes =
      co_await wait(children(ends_after(3s, 1), ends_after(1s, -2)), wait_for::all_completed);

  CHECK(outcomes[0].value() == 1);
  CHECK(outcomes[1].has_error());
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("wait: keeps what completed although it was to be stopped") {
  const auto shielded = []() -> task<int> { co_return co_await shield(ends_after(2s, 1), 1h); };
  auto outcomes = co_await wait(children(shielded(), ends_after(1s, 2)), wait_for::first_completed);

  CHECK(outcomes[0].value() == 1);
  CHECK(outcomes[1].value() == 2);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("wait: for nothing is done at once") {
  for (const auto what :
       {wait_for::first_completed, wait_for::first_error, wait_for::all_completed}) {
    CHECK((co_await wait(std::vector<task<int>>(), what)).empty());
  }
}

LEAT_ASYNC_TEST("wait: a deadline around it stops all children") {
  bool timed_out = false;
  try {
    static_cast<void>(co_await with_timeout(
        1s, wait(children(ends_after(1h, 1), ends_after(1h, 2)), wait_for::first_error)));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }
  CHECK(timed_out);
}

TEST_CASE("wait: cancelled anywhere, it keeps no permit and leaves no child") {
  semaphore permits(2);
  const auto scenario = [&]() -> task<void> {
    for (const auto what :
         {wait_for::first_completed, wait_for::first_error, wait_for::all_completed}) {
      auto outcomes = co_await wait(children(holds(permits, 2ms, 1), holds(permits, 1ms, 2),
                                             holds(permits, 1ms, -3), holds(permits, 3ms, 4)),
                                    what);
      CHECK(outcomes.size() == 4);
    }
  };

  const auto report = testing::for_each_cancellation(
      scenario, [&](const outcome<void>&) { CHECK(permits.free_permits() == 2); });
  CHECK(report.stopped > 10);
}
