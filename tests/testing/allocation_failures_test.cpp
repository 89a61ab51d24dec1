// SPDX-License-Identifier: MIT
#include "leat/testing/allocation_failures.hpp"

#include <new>
#include <stdexcept>
#include <string>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"

#include "support/async_test.hpp"

LEAT_REPLACE_OPERATOR_NEW;

using namespace leat;

namespace {

/// Allocates by a call, which the optimiser must not leave out, unlike `new`.
class some_memory {
 public:
  some_memory() : at_(::operator new(16)) {}
  some_memory(const some_memory&) = delete;
  some_memory& operator=(const some_memory&) = delete;
  ~some_memory() { ::operator delete(at_); }

 private:
  void* at_;
};

task<void> allocates_twice() {
  const some_memory first;
  co_await sleep_for(1s);
  const some_memory second;
}

std::string failure_of(const std::function<task<void>()>& scenario) {
  try {
    testing::for_each_allocation_failure(scenario);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("failing allocations: each fails once, frames of coroutines included") {
  int runs = 0;
  const auto report = testing::for_each_allocation_failure(
      allocates_twice, [&runs](const outcome<void>&) { ++runs; });
  CHECK(report.allocations >= 3);
  CHECK(report.failed == report.allocations);
  CHECK(report.survived == 0);
  // The first run and the last were not failed.
  CHECK(static_cast<std::size_t>(runs) == report.allocations + 2);
}

TEST_CASE("failing allocations: counts those that a scenario gets over") {
  const auto report = testing::for_each_allocation_failure([]() -> task<void> {
    try {
      co_await allocates_twice();
    } catch (const std::bad_alloc&) {  // without it, then
    }
  });
  CHECK(report.survived >= 2);
}

TEST_CASE("failing allocations: names the run that waits for ever") {
  const auto what = failure_of([]() -> task<void> {
    event done;
    try {
      const some_memory memory;
      done.set();
    } catch (const std::bad_alloc&) {  // and nobody sets it
    }
    co_await done.wait();
  });
  CHECK(what.find(" failing, the scenario waits for ever: ") != std::string::npos);
}

TEST_CASE("failing allocations: names the run that ended with something unforeseen") {
  const auto what = failure_of([]() -> task<void> {
    try {
      const some_memory memory;
    } catch (const std::bad_alloc&) {
      throw std::runtime_error("boom");
    }
    co_return;
  });
  CHECK(what.ends_with(" failing, the scenario failed: boom"));
}

TEST_CASE("failing allocations: refuses a scenario that fails by itself") {
  const auto what = failure_of([]() -> task<void> {
    co_await yield_now();
    throw std::runtime_error("boom");
  });
  CHECK(what == "without a failure, the scenario failed: boom");
}
