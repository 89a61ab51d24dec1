// SPDX-License-Identifier: MIT
#include "leat/testing/executor_contract.hpp"

#include <array>
#include <chrono>
#include <string>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"

#include "testing/contract_checks.hpp"

namespace leat::testing {
namespace {

using namespace std::chrono_literals;
using detail::require;

executor& here() {
  return executor::current();
}

/// Notes that it was run, in a text that shows the order.
class noting_node final : public ready_node {
 public:
  noting_node(std::string& order, char name) noexcept : order_(order), name_(name) {}
  void run() noexcept override { order_ += name_; }

 private:
  std::string& order_;
  char name_;
};

task<void> runs_in_order() {
  std::string order;
  order.reserve(8);
  noting_node a(order, 'a');
  noting_node b(order, 'b');
  noting_node c(order, 'c');
  here().push(a);
  here().push(b);
  here().push(c);
  require(order.empty(), "what is pushed does not run at once");
  co_await yield_now();
  require(order == "abc", "what is ready runs in the order in which it was pushed");
}

task<void> unlinked_does_not_run() {
  std::string order;
  order.reserve(8);
  noting_node a(order, 'a');
  {
    noting_node gone(order, 'x');
    here().push(gone);
    here().push(a);
  }
  co_await yield_now();
  require(order == "a", "what was unlinked or destroyed does not run");
}

task<void> timers_come_in_order() {
  std::string order;
  order.reserve(8);
  const time_point now = here().now();
  noting_node late(order, 'c');
  noting_node early(order, 'a');
  noting_node middle(order, 'b');
  here().arm(late, now + 3ms);
  here().arm(early, now + 1ms);
  here().arm(middle, now + 2ms);
  require(order.empty(), "a timer does not expire while it is armed");
  co_await sleep_until(now + 4ms);
  require(order == "abc", "timers expire in the order of their times");
}

task<void> disarmed_timer_does_not_expire() {
  std::string order;
  order.reserve(8);
  const time_point now = here().now();
  noting_node disarmed(order, 'x');
  noting_node moved(order, 'm');
  here().arm(disarmed, now + 1ms);
  here().arm(moved, now + 1ms);
  disarmed.unlink();
  moved.unlink();
  here().arm(moved, now + 2ms);
  co_await sleep_until(now + 4ms);
  require(order == "m", "a timer that was unlinked does not expire, and may be armed anew");
}

task<void> nothing_is_early() {
  for (const duration each : {duration(0), duration(1ns), duration(999us), duration(2ms)}) {
    const time_point began = here().read_clock();
    co_await sleep_for(each);
    require(here().read_clock() - began >= each, "a timer never expires too early");
  }
}

task<void> time_goes_on() {
  time_point last = here().now();
  for (int i = 0; i < 200; ++i) {
    co_await yield_now();
    require(here().now() >= last, "now() does not go back");
    require(here().read_clock() >= here().now(), "now() is not ahead of the clock");
    last = here().now();
  }
}

task<void> complete_beats_expired() {
  event done;
  bool timed_out = false;
  const time_point at = here().now() + 1ms;
  const auto finish = [](event& which, time_point when) -> task<void> {
    co_await sleep_until(when);
    which.set();
  };
  const auto wait = [](event& which, time_point when, bool& late) -> task<void> {
    try {
      // Armed after the other, so it expires after it.
      co_await yield_now();
      co_await with_timeout(when - here().now(), which.wait());
    } catch (const deadline_exceeded&) {
      late = true;
    }
  };
  co_await when_all(finish(done, at), wait(done, at, timed_out));
  require(!timed_out, "what completes before an expiry is popped is delivered before it");
}

task<void> busy_tasks_do_not_starve_timers() {
  bool has_expired = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&has_expired]() -> task<void> {
      co_await sleep_for(0ns);
      has_expired = true;
    });
    for (int i = 0; i < 1'000'000 && !has_expired; ++i) co_await yield_now();
    group.cancel();
  });
  require(has_expired, "tasks that keep each other ready do not keep timers from expiring");
}

task<void> calls_come_from_other_threads() {
  executor& home = here();
  int returned = 0;
  for (int i = 0; i < 3; ++i) {
    returned += co_await to_thread([i] { return i; });
    require(&here() == &home, "a posted call runs on the executor's own thread");
  }
  require(returned == 3, "calls from other threads arrive");
}

task<void> cancel_reaches_sleepers() {
  const time_point began = here().now();
  const auto ended = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&scope](task_group& group) -> task<void> {
      group.spawn([]() -> task<void> { co_await sleep_for(1h); });
      co_await yield_now();
      scope.cancel();
      co_await sleep_for(1h);
    });
  });
  require(ended.is_cancelled() && here().now() - began < 1h, "a sleep can be stopped");
}

struct promise_check {
  const char* name;
  task<void> (*run)();
};

constexpr std::array checks{
    promise_check{"runs in order", runs_in_order},
    promise_check{"unlinked does not run", unlinked_does_not_run},
    promise_check{"timers come in order", timers_come_in_order},
    promise_check{"disarmed timer does not expire", disarmed_timer_does_not_expire},
    promise_check{"nothing is early", nothing_is_early},
    promise_check{"time goes on", time_goes_on},
    promise_check{"complete beats expired", complete_beats_expired},
    promise_check{"busy tasks do not starve timers", busy_tasks_do_not_starve_timers},
    promise_check{"calls come from other threads", calls_come_from_other_threads},
    promise_check{"cancel reaches sleepers", cancel_reaches_sleepers},
};

}  // namespace

task<void> check_executor_contract() {
  detail::contract_report report("executors");
  for (const auto& check : checks) co_await report.run(check.name, check.run());
  report.finish();
}

}  // namespace leat::testing
