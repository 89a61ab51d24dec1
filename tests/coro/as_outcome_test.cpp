// SPDX-License-Identifier: MIT
#include "leat/coro/as_outcome.hpp"

#include <stdexcept>

#include "leat/coro/move_on_after.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/with_cancel_scope.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> value_after(duration time, int value) {
  co_await sleep_for(time);
  co_return value;
}
task<int> error_after(duration time) {
  co_await sleep_for(time);
  throw std::runtime_error("boom");
}

}  // namespace

LEAT_ASYNC_TEST("as_outcome: a value is a value, and an error is not thrown") {
  CHECK((co_await as_outcome(value_after(1s, 7))).value() == 7);
  const auto failed = co_await as_outcome(error_after(1s));
  CHECK(failed.has_error());
  CHECK_THROWS_WITH_AS(failed.value(), "boom", std::runtime_error);
}

LEAT_ASYNC_TEST("as_outcome: a stop is not intercepted") {
  bool went_on = false;
  const auto ended = co_await move_on_after(1s, [](bool& reached) -> task<int> {
    const auto seen = co_await as_outcome(value_after(1h, 7));
    reached = true;
    co_return seen.has_value() ? 1 : 2;
  }(went_on));
  CHECK_FALSE(ended.has_value());
  CHECK_FALSE(went_on);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("as_outcome: work that stops itself says so in its own outcome") {
  const auto ended = co_await as_outcome(with_cancel_scope([](cancel_scope& scope) {
    scope.cancel();
    return value_after(1h, 7);
  }));
  REQUIRE(ended.has_value());
  CHECK(ended.value().is_cancelled());
}
