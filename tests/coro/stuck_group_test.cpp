// SPDX-License-Identifier: MIT
#include <stdexcept>

#include "leat/base/error.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// Does not care about a stop before its time is over.
task<void> stubborn(duration time) {
  co_await shield(sleep_for(time), no_timeout);
}

std::string only_report(testing::test_loop& loop) {
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK_THROWS_AS(std::rethrow_exception(reports[0].failure), not_stopping);
  return describe(reports[0].failure);
}

}  // namespace

LEAT_ASYNC_TEST("stuck group: children that do not stop are reported by name") {
  co_await with_task_group(group_options("ingest", 2s), [&loop](task_group& group) -> task<void> {
    group.spawn(task_name("flush"), stubborn, 10s);
    group.spawn(stubborn, 20s);
    group.spawn(task_name("obedient"), []() -> task<void> { co_await sleep_for(1h); });
    co_await yield_now();
    group.cancel();
    co_await shield(sleep_for(1s), no_timeout);
    CHECK(loop.take_reports().empty());  // the grace is over only now
  });
  CHECK(loop.elapsed() == 20s);
  const auto text = only_report(loop);
  CHECK(text.find("task group ingest in leat_async_test_") == 0);
  CHECK(text.find("2 children have not stopped within 2 s: flush (sleep for 2 s), "
                  "stubborn (sleep for 2 s)") != std::string::npos);
  CHECK(text.find("obedient") == std::string::npos);
}

LEAT_ASYNC_TEST("stuck group: nothing is reported of children that stop in time") {
  co_await with_task_group(group_options("ingest", 2s), [](task_group& group) -> task<void> {
    group.spawn(stubborn, 1900ms);
    co_await yield_now();
    group.cancel();
  });
  co_await sleep_for(1h);
}

LEAT_ASYNC_TEST("stuck group: a group without a stop may take as long as it likes") {
  co_await with_task_group(group_options("ingest", 2s), [](task_group& group) -> task<void> {
    group.spawn(stubborn, 1h);
    co_return;
  });
}

LEAT_ASYNC_TEST("stuck group: an outer stop counts, and so does a stop before the group began") {
  co_await with_task_group(group_options("outer", no_timeout), [](task_group& group) -> task<void> {
    group.cancel();
    co_await with_task_group(group_options("inner", 1s), [](task_group& inner) -> task<void> {
      inner.spawn(task_name("late"), stubborn, 10s);
      co_return;
    });
  });
  CHECK(only_report(loop).find("task group inner") == 0);
}

LEAT_ASYNC_TEST("stuck group: siblings of a failed child of when_all are reported too") {
  bool failed = false;
  try {
    co_await when_all(stubborn(10s), []() -> task<void> {
      co_await yield_now();
      throw std::runtime_error("boom");
    }());
  } catch (const std::runtime_error&) {
    failed = true;
  }
  CHECK(failed);
  CHECK(only_report(loop).find("when_all in ") == 0);
}

LEAT_ASYNC_TEST("stuck group: a body that does not stop is told by what it waits for") {
  co_await with_task_group(group_options("ingest", 1s), [](task_group& group) -> task<void> {
    group.cancel();
    co_await stubborn(3s);
  });
  CHECK(only_report(loop).find("1 child has not stopped within 1 s: its body") !=
        std::string::npos);
}

LEAT_ASYNC_TEST("stuck work: what goes on after its timeout is reported") {
  bool timed_out = false;
  try {
    co_await with_timeout(1s, stubborn(10s));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }
  CHECK(timed_out);
  CHECK(loop.elapsed() == 10s);
  CHECK(only_report(loop).find("with_timeout: the work has not stopped within 5 s") == 0);
}
