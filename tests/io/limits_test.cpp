// SPDX-License-Identifier: MIT
//
// The time is read once a step. A step that takes long must not make a time limit that is set in
// it any shorter.
#include <chrono>
#include <memory>

#include "leat/base/error.hpp"
#include "leat/coro/move_on_after.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/policy.hpp"

#include "support/async_test.hpp"
#include "support/still_world.hpp"

using namespace leat;

namespace {

/// How long `work` takes when it begins in a step that has taken ten seconds by then.
template <class Work>
duration time_after_long_step(Work work) {
  testing::virtual_clock time;
  io::loop loop(std::make_unique<still_world>(time), time);
  const auto main = [&]() -> task<duration> {
    time.move_to(time.now() + 10s);
    const time_point began = time.now();
    co_await work();
    co_return time.now() - began;
  };
  return leat::run(loop, main());
}

}  // namespace

TEST_CASE("limits: a timeout that is set late in a long step is as long as it says") {
  CHECK(time_after_long_step([]() -> task<void> {
          bool is_late = false;
          try {
            co_await with_timeout(5s, sleep_for(1h));
          } catch (const deadline_exceeded&) {
            is_late = true;
          }
          CHECK(is_late);
        }) == 5s);
}

TEST_CASE("limits: so is what may be moved on from") {
  CHECK(time_after_long_step(
            []() -> task<void> { CHECK_FALSE(co_await move_on_after(5s, sleep_for(1h))); }) == 5s);
}

TEST_CASE("limits: so is a sleep, and a deadline for an operation") {
  CHECK(time_after_long_step([]() -> task<void> { co_await sleep_for(5s); }) == 5s);
  CHECK(time_after_long_step([]() -> task<void> {
          CHECK(deadline::after(io::async::now(), 5s).at() == deadline_after(5s).at());
          co_await sleep_until(deadline_after(5s).at());
        }) == 5s);
}

TEST_CASE("limits: on the system's clock they begin neither ahead of it nor before the step") {
  io::loop loop;
  const auto main = []() -> task<void> {
    executor& home = executor::current();
    const time_point step = home.now();
    CHECK(home.limits_begin() >= step);
    // The kernel moves its copy of the clock on within some milliseconds.
    while (home.limits_begin() == step) {
    }
    CHECK(home.limits_begin() <= std::chrono::steady_clock::now());
    CHECK(home.now() > step);  // so that what is armed next agrees
    co_return;
  };
  leat::run(loop, main());
}
