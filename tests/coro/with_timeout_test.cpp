// SPDX-License-Identifier: MIT
#include "leat/coro/with_timeout.hpp"

#include <stdexcept>
#include <string>

#include "leat/coro/event.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_deadline.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> answer_after(duration time) {
  co_await sleep_for(time);
  co_return 42;
}

/// An operation that is told of a stop and reports a moment later that it had completed already,
/// or that it has stopped: what an asynchronous operation of the system does.
class reports_late final : public leaf {
 public:
  explicit reports_late(bool had_completed) noexcept : had_completed_(had_completed) {}
  reports_late(reports_late&& other) noexcept
      : leaf(std::move(other)), had_completed_(other.had_completed_) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  [[nodiscard]] int await_resume() const noexcept { return 42; }

 private:
  struct report final : ready_node {
    explicit report(reports_late& of) noexcept : self(of) {}
    void run() noexcept override {
      if (self.had_completed_) {
        self.complete();
      } else {
        self.complete_stopped();
      }
    }
    reports_late& self;
  };

  void start() noexcept override {}
  detach_result detach() noexcept override {
    executor::current().push(report_);
    return detach_result::asked;
  }

  bool had_completed_;
  report report_{*this};
};

/// An operation that cannot be stopped and takes nine seconds.
class deferred final : public leaf {
 public:
  deferred() noexcept = default;
  deferred(deferred&& other) noexcept : leaf(std::move(other)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  [[nodiscard]] int await_resume() const noexcept { return 42; }
  void expired() noexcept override { complete(); }

 private:
  void start() noexcept override { executor::current().arm(*this, executor::current().now() + 9s); }
  detach_result detach() noexcept override { return detach_result::refused; }
};

/// Completes when `trigger` is set, five seconds from now and just before a deadline of then.
task<void> at_the_deadline(event& trigger) {
  co_await sleep_for(5s);
  trigger.set();
}

task<void> fails_after(event& trigger) {
  co_await trigger.wait();
  throw std::runtime_error("boom");
}

task<void> fails_at_once() {
  throw std::runtime_error("boom");
  co_return;
}

task<int> error_after(duration time) {
  co_await sleep_for(time);
  throw std::runtime_error("boom");
}

/// The result, or -1 after a timeout.
task<int> answer_within(duration limit, task<int> work) {
  try {
    co_return co_await with_timeout(limit, std::move(work));
  } catch (const deadline_exceeded&) {
    co_return -1;
  }
}

/// Of work that failed although its time was up already.
std::string only_late_error(testing::test_loop& loop) {
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports.front().where.ends_with("the work failed too late"));
  return describe(reports.front().failure);
}

}  // namespace

LEAT_ASYNC_TEST("timeout: passes on what comes in time") {
  CHECK(co_await with_timeout(2s, answer_after(1s)) == 42);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("timeout: stops the work when its time is up") {
  CHECK(co_await answer_within(1s, answer_after(1h)) == -1);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("timeout: of zero stops the work at its first wait") {
  CHECK(co_await answer_within(0s, answer_after(1ns)) == -1);
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("timeout: of no_timeout never fires") {
  CHECK(co_await answer_within(no_timeout, answer_after(24h * 365)) == 42);
}

LEAT_ASYNC_TEST("timeout: refuses a negative limit") {
  CHECK_THROWS_AS(static_cast<void>(with_timeout(-1s, answer_after(1s))), invalid_argument);
  co_return;
}

LEAT_ASYNC_TEST("timeout: the shorter of two nested limits counts, wherever it stands") {
  CHECK(co_await answer_within(1s, answer_within(1h, answer_after(2h))) == -1);
  CHECK(loop.elapsed() == 1s);
  CHECK(co_await answer_within(1h, answer_within(1s, answer_after(2h))) == -1);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("timeout: work that completed before the expiry was delivered is in time") {
  event done;
  const auto waits = [](event& awaited) -> task<int> {
    co_await awaited.wait();
    co_return 5;
  };
  const auto sets = [](event& awaited) -> task<void> {
    co_await sleep_for(5s);
    awaited.set();
  };
  const auto [unit, result] = co_await when_all(sets(done), answer_within(5s, waits(done)));
  CHECK(result == 5);
}

LEAT_ASYNC_TEST("timeout: a value of work that was still pending at the expiry is late") {
  const auto shielded = []() -> task<int> { co_return co_await shield(answer_after(9s), 1h); };
  CHECK(co_await answer_within(5s, shielded()) == -1);
  CHECK(loop.elapsed() == 9s);
}

LEAT_ASYNC_TEST("timeout: an outer stop wins over a deadline of the same moment") {
  bool reached = false;
  co_await with_task_group([&reached](task_group& group) -> task<void> {
    group.spawn(
        [](bool& flag) -> task<void> {
          static_cast<void>(co_await answer_within(1s, answer_after(1h)));
          flag = true;
        },
        std::ref(reached));
    co_await sleep_for(1s);
    group.cancel();
  });
  CHECK_FALSE(reached);
}

LEAT_ASYNC_TEST("timeout: takes anything that can be awaited") {
  event never;
  bool timed_out = false;
  try {
    co_await with_timeout(1s, with_timeout(2s, never.wait()));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }
  CHECK(timed_out);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST(
    "timeout: an operation that turns out to have completed before it was asked is in time") {
  CHECK(co_await with_timeout(1s, reports_late(true)) == 42);
}

LEAT_ASYNC_TEST("timeout: a value of an operation that could not be stopped is late") {
  CHECK(co_await answer_within(5s, as_task(deferred())) == -1);
  CHECK(loop.elapsed() == 9s);
}

// An error beats a stop, so only the deadline can tell that some of the work was late.
LEAT_ASYNC_TEST("timeout: an error is late when other work was pending at the expiry") {
  event trigger;
  const auto work = [](event& awaited) -> task<int> {
    co_await when_all(sleep_for(1h), fails_after(awaited));
    co_return 42;
  };
  const auto [unit, result] =
      co_await when_all(at_the_deadline(trigger), answer_within(5s, work(trigger)));
  CHECK(result == -1);
  CHECK(only_late_error(loop) == "boom");
}

LEAT_ASYNC_TEST("timeout: an error is late when other work began to wait after the expiry") {
  event trigger;
  const auto work = [](event& awaited) -> task<int> {
    co_await awaited.wait();  // resumes after the expiry, but had completed before it
    co_await when_all(sleep_for(1h), fails_at_once());
    co_return 42;
  };
  const auto [unit, result] =
      co_await when_all(at_the_deadline(trigger), answer_within(5s, work(trigger)));
  CHECK(result == -1);
  CHECK(only_late_error(loop) == "boom");
}

LEAT_ASYNC_TEST("timeout: an error of work that did not wait any more is in time") {
  event trigger;
  bool failed = false;
  const auto work = [](event& awaited) -> task<int> {
    co_await awaited.wait();
    co_await fails_at_once();
    co_return 42;
  };
  const auto fails = [&](event& awaited) -> task<void> {
    try {
      static_cast<void>(co_await answer_within(5s, work(awaited)));
    } catch (const std::runtime_error&) {
      failed = true;
    }
  };
  co_await when_all(at_the_deadline(trigger), fails(trigger));
  CHECK(failed);
}

LEAT_ASYNC_TEST("timeout: an error is late when an operation had to be stopped for it") {
  event trigger;
  const auto work = [](event& awaited) -> task<int> {
    co_await when_all(reports_late(false), fails_after(awaited));
    co_return 42;
  };
  const auto [unit, result] =
      co_await when_all(at_the_deadline(trigger), answer_within(5s, work(trigger)));
  CHECK(result == -1);
  CHECK(only_late_error(loop) == "boom");
}

LEAT_ASYNC_TEST("timeout: an error of late work is reported, because nobody can receive it") {
  CHECK(co_await answer_within(1s, as_task(shield(error_after(2s), 1h))) == -1);
  CHECK(only_late_error(loop) == "boom");
}

LEAT_ASYNC_TEST("deadline: an error of late work is reported, too") {
  bool is_late = false;
  try {
    static_cast<void>(co_await with_deadline(deadline_after(1s), shield(error_after(2s), 1h)));
  } catch (const deadline_exceeded&) {
    is_late = true;
  }
  CHECK(is_late);
  CHECK(only_late_error(loop) == "boom");
}
