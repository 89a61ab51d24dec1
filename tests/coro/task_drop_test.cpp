// SPDX-License-Identifier: MIT
#include <stdexcept>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/when_any.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> forgotten(int value) {
  co_return value;
}

task<void> takes(task<int> work) {
  static_cast<void>(co_await std::move(work));
}

}  // namespace

// Only debug builds look; what matters in the others is that nothing is reported.
#ifdef NDEBUG
constexpr bool is_reported = false;
#else
constexpr bool is_reported = true;
#endif

LEAT_ASYNC_TEST("dropped task: is reported with its coroutine's name and place") {
  static_cast<void>(forgotten(1));
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == (is_reported ? 1 : 0));
  if (is_reported) {
    CHECK_THROWS_AS(std::rethrow_exception(reports[0].failure), never_awaited);
    const auto text = describe(reports[0].failure);
    CHECK(text.find("forgotten (task_drop_test.cpp:") != std::string::npos);
  }
  co_return;
}

LEAT_ASYNC_TEST("dropped task: one inside another is reported once") {
  static_cast<void>(takes(forgotten(1)));
  CHECK(loop.take_reports().size() == (is_reported ? 1 : 0));
  co_return;
}

LEAT_ASYNC_TEST("dropped task: one that was moved away was not dropped") {
  auto first = forgotten(1);
  auto second = std::move(first);
  CHECK(co_await std::move(second) == 1);
  std::vector<task<int>> some;
  some.push_back(forgotten(2));
  co_await when_all(std::move(some));
}

LEAT_ASYNC_TEST("dropped task: an error on the way is a reason to drop it") {
  bool failed = false;
  try {
    const auto prepared = forgotten(1);
    throw std::runtime_error("before it was awaited");
  } catch (const std::runtime_error&) {
    failed = true;
  }
  CHECK(failed);
  co_return;
}

LEAT_ASYNC_TEST("dropped task: a combinator that refuses its arguments is a reason to drop them") {
  CHECK_THROWS_AS(static_cast<void>(with_timeout(-1s, forgotten(1))), invalid_argument);
  co_return;
}

LEAT_ASYNC_TEST("dropped task: a stop is a reason to drop it") {
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn([]() -> task<void> {
      auto later = forgotten(1);
      co_await sleep_for(1h);
      static_cast<void>(co_await std::move(later));
    });
    co_await yield_now();
    group.cancel();
  });
}

TEST_CASE("dropped task: outside of a loop there is nobody to tell") {
  static_cast<void>(forgotten(1));
}
