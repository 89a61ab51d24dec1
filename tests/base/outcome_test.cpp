// SPDX-License-Identifier: MIT
#include "leat/base/outcome.hpp"

#include <memory>
#include <stdexcept>

#include "support/test.hpp"

using leat::outcome;

TEST_CASE("outcome: hands out its value once, also a move-only one") {
  outcome<std::unique_ptr<int>> result(std::make_unique<int>(7));
  CHECK(result.has_value());
  CHECK(*std::move(result).value() == 7);
}

TEST_CASE("outcome: rethrows its error") {
  outcome<int> result(std::make_exception_ptr(std::runtime_error("boom")));
  CHECK(result.has_error());
  CHECK_THROWS_WITH_AS(result.value(), "boom", std::runtime_error);
}

TEST_CASE("outcome: cancelled is neither value nor error and says why") {
  outcome<void> result(leat::cancelled{leat::stop_reason::deadline});
  CHECK(result.is_cancelled());
  CHECK_FALSE(result.has_value());
  CHECK(result.error() == nullptr);
  CHECK(result.reason() == leat::stop_reason::deadline);
  CHECK_THROWS_WITH_AS(result.value(), "no value: the task was cancelled (deadline)",
                       leat::value_absent);
}

TEST_CASE("outcome: of nothing succeeds by default") {
  CHECK(outcome<void>().has_value());
}
