// SPDX-License-Identifier: MIT
#include "leat/testing/cancellation.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<void> two_sleeps() {
  co_await sleep_for(1s);
  co_await sleep_for(1s);
}

std::string failure_of(const std::function<task<void>()>& scenario) {
  try {
    testing::for_each_cancellation(scenario);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("cancel everywhere: cancels at each suspension and before each resume") {
  int runs = 0;
  const auto report =
      testing::for_each_cancellation(two_sleeps, [&runs](const outcome<void>&) { ++runs; });
  // Two waits; the first step, two expiries that resume.
  CHECK(report.suspensions == 2);
  CHECK(report.resumes == 3);
  CHECK(report.stopped + report.finished == report.suspensions + report.resumes);
  CHECK(runs == 6);
}

TEST_CASE("cancel everywhere: counts what had completed before the cancel") {
  // Before the last resume the sleep is over already, so that run finishes.
  const auto report = testing::for_each_cancellation(two_sleeps);
  CHECK(report.finished == 1);
}

TEST_CASE("cancel everywhere: names the run that left a task behind") {
  static std::vector<task<void>> leaked;
  const auto what = failure_of([]() -> task<void> {
    leaked.push_back(two_sleeps());
    co_await two_sleeps();
    leaked.pop_back();
  });
  leaked.clear();
  CHECK(what.find("at suspension 1") != std::string::npos);
  CHECK(what.find("coroutine frames") != std::string::npos);
}

TEST_CASE("cancel everywhere: refuses a scenario that fails by itself") {
  const auto what = failure_of([]() -> task<void> {
    co_await yield_now();
    throw std::runtime_error("boom");
  });
  CHECK(what == "without a cancel, the scenario failed: boom");
}

TEST_CASE("cancel everywhere: names the run that failed") {
  // An error beats a stop, so work that is shielded can turn a cancel into an error.
  struct stop_detector {
    bool& was_stopped;
    bool has_finished = false;
    explicit stop_detector(bool& into) : was_stopped(into) {}
    stop_detector(const stop_detector&) = delete;
    stop_detector& operator=(const stop_detector&) = delete;
    ~stop_detector() { was_stopped = !has_finished; }
  };
  const auto sleeps = [](bool& was_stopped) -> task<void> {
    stop_detector detector(was_stopped);
    co_await sleep_for(1s);
    detector.has_finished = true;
  };
  const auto fails_if_stopped = [](const bool& was_stopped) -> task<void> {
    co_await sleep_for(2s);
    if (was_stopped) throw std::runtime_error("boom");
  };
  const auto what = failure_of([&]() -> task<void> {
    bool was_stopped = false;
    co_await when_all(sleeps(was_stopped), shield(fails_if_stopped(was_stopped), 1h));
  });
  CHECK(what == "cancelled at suspension 1, the scenario failed: boom");
}

TEST_CASE("cancel everywhere: passes on what the check throws") {
  CHECK_THROWS_WITH(testing::for_each_cancellation(two_sleeps,
                                                   [](const outcome<void>& ended) {
                                                     if (ended.is_cancelled())
                                                       throw std::runtime_error("lost something");
                                                   }),
                    "lost something");
}
