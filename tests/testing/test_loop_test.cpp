// SPDX-License-Identifier: MIT
#include "leat/testing/test_loop.hpp"

#include <optional>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include "leat/base/error.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/when_all.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

using test_body = task<void> (*)(testing::test_loop&);

/// What run_test() says of a body; empty if the test passes.
std::string failure_of(test_body body) {
  try {
    testing::run_test(body);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

bool mentions(const std::string& text, const char* what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("test harness: a test that waits for nobody fails at once as a deadlock") {
  const auto what = failure_of([](testing::test_loop&) -> task<void> {
    event never;
    co_await never.wait();
  });
  CHECK(mentions(what, "can never go on"));
}

TEST_CASE("test harness: a deadlock is found although some tasks go on for a while") {
  const auto what = failure_of([](testing::test_loop&) -> task<void> {
    event never;
    co_await when_all(sleep_for(1h), never.wait());
  });
  CHECK(mentions(what, "can never go on"));
}

TEST_CASE("test harness: fails with the error of the test") {
  const auto what = failure_of([](testing::test_loop&) -> task<void> {
    co_await yield_now();
    throw std::runtime_error("boom");
  });
  CHECK(what == "boom");
}

TEST_CASE("test harness: names a report that the test did not take") {
  const auto what = failure_of([](testing::test_loop&) -> task<void> {
    executor::current().report(std::make_exception_ptr(std::runtime_error("boom")), "somewhere");
    co_return;
  });
  CHECK(mentions(what, "somewhere: boom"));
}

TEST_CASE("test harness: accepts reports that the test has taken") {
  const auto what = failure_of([](testing::test_loop& loop) -> task<void> {
    executor::current().report(std::make_exception_ptr(std::runtime_error("boom")), "somewhere");
    CHECK(loop.take_reports().size() == 1);
    co_return;
  });
  CHECK(what.empty());
}

TEST_CASE("test harness: counts tasks that were left behind") {
  static std::optional<task<void>> leaked;
  const auto what = failure_of([](testing::test_loop&) -> task<void> {
    leaked.emplace([]() -> task<void> { co_return; }());
    co_return;
  });
  leaked.reset();
  CHECK(mentions(what, "coroutine frames: "));
}

TEST_CASE("test harness: counts descriptors that were left open") {
  static int leaked = -1;
  const auto what = failure_of([](testing::test_loop&) -> task<void> {
    leaked = ::dup(0);
    co_return;
  });
  ::close(leaked);
  CHECK(mentions(what, "descriptors: "));
}

LEAT_ASYNC_TEST("test loop: virtual time jumps from timer to timer") {
  co_await when_all(sleep_for(1h), sleep_for(24h * 365));
  CHECK(loop.elapsed() == 24h * 365);
}

LEAT_ASYNC_TEST("test loop: a call on a thread is waited for and is no deadlock") {
  CHECK(co_await to_thread([] { return 7; }) == 7);
}

LEAT_LOOPBACK_TEST("test loop: real time passes on real time only") {
  const auto before = loop.elapsed();
  co_await sleep_for(2ms);
  CHECK(loop.elapsed() - before >= 2ms);
}
