// SPDX-License-Identifier: MIT
#include "leat/coro/background_group.hpp"

#include <stdexcept>
#include <string>

#include "leat/base/error.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/task_report.hpp"
#include "leat/coro/with_context.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

inline constexpr context_key<std::string> trace_id("trace_id");

task<void> counts_after(duration time, int& count) {
  co_await sleep_for(time);
  ++count;
}
task<void> fails_after(duration time) {
  co_await sleep_for(time);
  throw std::runtime_error("boom");
}

background_options named(const char* name) {
  return background_options(name);
}

}  // namespace

LEAT_ASYNC_TEST("background group: its children outlive whoever spawned them") {
  int count = 0;
  co_await with_background_group(named("audit"), [&count](background_group& audit) -> task<void> {
    const auto request = [](background_group& trail, int& n) -> task<void> {
      trail.spawn(task_name("entry"), counts_after, 3s, std::ref(n));
      co_await sleep_for(1s);
    };
    co_await with_timeout(2s, request(audit, count));
    CHECK(count == 0);
    CHECK(audit.counts() == background_counts{.running = 1});
  });
  CHECK(count == 1);
}

LEAT_ASYNC_TEST("background group: the end of the body drains it, for a limited time") {
  int count = 0;
  background_counts counts;
  co_await with_background_group(named("audit"), [&](background_group& audit) -> task<void> {
    audit.spawn(task_name("fast"), counts_after, 4s, std::ref(count));
    audit.spawn(task_name("slow"), counts_after, 1h, std::ref(count));
    co_await audit.close();
    counts = audit.counts();
  });
  CHECK(count == 1);
  CHECK(loop.elapsed() == 5s);
  CHECK(counts == background_counts{.finished = 1, .stopped = 1});
}

LEAT_ASYNC_TEST("background group: returns what its body returns") {
  const int result = co_await with_background_group(
      named("audit"), [](background_group&) -> task<int> { co_return 7; });
  CHECK(result == 7);
}

LEAT_ASYNC_TEST("background group: a failed child is reported by name and takes nobody with it") {
  int count = 0;
  co_await with_background_group(named("audit"), [&](background_group& audit) -> task<void> {
    audit.spawn(task_name("bad entry"), fails_after, 1s);
    audit.spawn(task_name("entry"), counts_after, 2s, std::ref(count));
    co_await sleep_for(3s);
    CHECK(audit.counts() == background_counts{.finished = 1, .failed = 1});
  });
  CHECK(count == 1);
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(describe(reports[0].failure) == "bad entry in background group audit failed: boom");
  try {
    std::rethrow_exception(reports[0].failure);
  } catch (const background_failed& e) {
    CHECK(describe(e.failure()) == "boom");
  }
}

LEAT_ASYNC_TEST("background group: where it is asked for, a failed child stops all") {
  auto options = named("audit");
  options.on_failure = child_failure::stop_all;
  int count = 0;
  std::string what;
  try {
    co_await with_background_group(options, [&](background_group& audit) -> task<void> {
      audit.spawn(task_name("bad"), fails_after, 1s);
      audit.spawn(task_name("other"), counts_after, 1h, std::ref(count));
      co_await sleep_for(1h);
      ++count;
    });
  } catch (const std::runtime_error& e) {
    what = e.what();
  }
  CHECK(what == "boom");
  CHECK(count == 0);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("background group: a body that fails stops the children") {
  int count = 0;
  bool failed = false;
  try {
    co_await with_background_group(named("audit"), [&](background_group& audit) -> task<void> {
      audit.spawn(task_name("entry"), counts_after, 1h, std::ref(count));
      co_await fails_after(1s);
    });
  } catch (const std::runtime_error&) {
    failed = true;
  }
  CHECK(failed);
  CHECK(count == 0);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("background group: a full one refuses, drops or waits") {
  int count = 0;
  auto options = named("audit");
  options.max_children = 2;
  co_await with_background_group(options, [&](background_group& audit) -> task<void> {
    CHECK(audit.spawn(task_name("1"), counts_after, 1s, std::ref(count)));
    CHECK(audit.spawn(task_name("2"), counts_after, 2s, std::ref(count)));
    CHECK_THROWS_AS(audit.spawn(task_name("3"), counts_after, 1s, std::ref(count)), limit_exceeded);
    co_await audit.spawn_when_room(task_name("4"), counts_after, 1s, std::ref(count));
    CHECK(count == 1);
  });
  CHECK(count == 3);

  options.when_full = overflow::drop_newest;
  options.max_children = 1;
  co_await with_background_group(options, [&](background_group& audit) -> task<void> {
    CHECK(audit.spawn(task_name("1"), counts_after, 1s, std::ref(count)));
    CHECK_FALSE(audit.spawn(task_name("2"), counts_after, 1s, std::ref(count)));
    CHECK(audit.counts() == background_counts{.running = 1, .dropped = 1});
    co_return;
  });
  CHECK(count == 4);
}

LEAT_ASYNC_TEST("background group: takes no children once it is closed") {
  int count = 0;
  co_await with_background_group(named("audit"), [&](background_group& audit) -> task<void> {
    audit.spawn(task_name("late"), [&audit, &count]() -> task<void> {
      co_await sleep_for(1s);
      CHECK_THROWS_AS(audit.spawn(task_name("x"), counts_after, 1s, std::ref(count)),
                      owner_stopped);
    });
    co_await audit.close();
    CHECK(audit.is_closed());
    CHECK_THROWS_AS(audit.spawn(task_name("x"), counts_after, 1s, std::ref(count)), owner_stopped);
    const auto late = co_await as_outcome(
        audit.spawn_when_room(task_name("x"), counts_after, 1s, std::ref(count)));
    CHECK(late.has_error());
    co_await audit.close();
  });
  CHECK(count == 0);
}

LEAT_ASYNC_TEST("background group: cancel stops the children and leaves the body alone") {
  int count = 0;
  co_await with_background_group(named("audit"), [&](background_group& audit) -> task<void> {
    audit.spawn(task_name("entry"), counts_after, 1h, std::ref(count));
    co_await sleep_for(1s);
    audit.cancel();
    co_await sleep_for(1s);
    CHECK(audit.counts() == background_counts{.stopped = 1});
    ++count;
  });
  CHECK(count == 1);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("background group: a child that does not stop is reported by name") {
  auto options = named("audit");
  options.drain = 1s;
  options.grace = 2s;
  co_await with_background_group(options, [](background_group& audit) -> task<void> {
    audit.spawn(task_name("flush"),
                []() -> task<void> { co_await shield(sleep_for(10s), no_timeout); });
    co_return;
  });
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  const auto text = describe(reports[0].failure);
  CHECK(text.find("task group audit in ") == 0);
  CHECK(text.find("flush (sleep for 3 s)") != std::string::npos);
}

LEAT_ASYNC_TEST("background group: children carry the spawner's context, but not its deadline") {
  std::string trace;
  bool is_unlimited = false;
  co_await with_background_group(named("audit"), [&](background_group& audit) -> task<void> {
    const auto request = [&]() -> task<void> {
      audit.spawn(task_name("entry"), [&trace, &is_unlimited]() -> task<void> {
        co_await sleep_for(10ms);
        trace = *context_value(trace_id);
        is_unlimited = current_deadline().is_never();
      });
      co_return;
    };
    co_await with_timeout(1s, with_context(trace_id, "t1", request()));
  });
  CHECK(trace == "t1");
  CHECK(is_unlimited);
}

LEAT_ASYNC_TEST("background group: its children stand in the task tree under its name") {
  co_await with_background_group(named("audit"), [](background_group& audit) -> task<void> {
    audit.spawn(task_name("entry"), []() -> task<void> { co_await sleep_for(1s); });
    co_await yield_now();
    const auto text = live_tasks(executor::current()).format();
    CHECK(text.find("    entry [task group audit]: sleep at ") != std::string::npos);
  });
}

LEAT_ASYNC_TEST("background group: refuses options that make no sense") {
  const auto body = [](background_group&) -> task<void> { co_return; };
  auto none = named("audit");
  none.max_children = 0;
  CHECK((co_await as_outcome(with_background_group(none, body))).has_error());
  auto oldest = named("audit");
  oldest.when_full = overflow::drop_oldest;
  CHECK((co_await as_outcome(with_background_group(oldest, body))).has_error());
}

TEST_CASE("background group: stopped at any point it leaves nothing behind") {
  static int alive = 0;
  struct counted {
    counted() noexcept { ++alive; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { --alive; }
  };
  const auto scenario = []() -> task<void> {
    auto options = named("audit");
    options.max_children = 2;
    const auto work = []() -> task<void> {
      const counted here;
      co_await sleep_for(1s);
    };
    co_await with_background_group(options, [&](background_group& audit) -> task<void> {
      for (int i = 0; i < 4; ++i) co_await audit.spawn_when_room(task_name("child"), work);
      co_await sleep_for(100ms);
    });
  };
  const auto report =
      testing::for_each_cancellation(scenario, [](const outcome<void>&) { CHECK(alive == 0); });
  CHECK(report.stopped > 10);
}
