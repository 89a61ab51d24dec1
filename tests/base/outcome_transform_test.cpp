// SPDX-License-Identifier: MIT
#include "leat/base/outcome_transform.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "support/test.hpp"

using leat::outcome;
using leat::transform;

TEST_CASE("outcome transform: a value becomes another, also of another type") {
  const auto text = transform(outcome<int>(7), [](int value) { return std::to_string(value); });
  CHECK(text.value() == "7");
  const auto size = transform(transform(outcome<int>(42), [](int value) { return value * 100; }),
                              [](int value) { return std::to_string(value).size(); });
  CHECK(size.value() == 4);
}

TEST_CASE("outcome transform: an error stays what it is, and nothing is called") {
  const auto boom = std::make_exception_ptr(std::runtime_error("boom"));
  int calls = 0;
  const auto ended = transform(transform(outcome<int>(boom),
                                         [&calls](int) {
                                           ++calls;
                                           return std::string("x");
                                         }),
                               [&calls](const std::string&) { ++calls; });
  CHECK(ended.error() == boom);
  CHECK(calls == 0);
}

TEST_CASE("outcome transform: cancelled stays cancelled, with its reason") {
  const auto ended = transform(outcome<int>(leat::cancelled{leat::stop_reason::deadline}),
                               [](int value) { return value + 1; });
  CHECK(ended.is_cancelled());
  CHECK(ended.reason() == leat::stop_reason::deadline);
}

TEST_CASE("outcome transform: works on nothing, to nothing, and on what can only be moved") {
  int calls = 0;
  CHECK(transform(outcome<void>(), [&calls] { ++calls; }).has_value());
  CHECK(transform(outcome<void>(), [] { return 3; }).value() == 3);
  CHECK(transform(outcome<int>(1), [&calls](int) { ++calls; }).has_value());
  CHECK(calls == 2);
  auto moved = transform(outcome<std::unique_ptr<int>>(std::make_unique<int>(5)),
                         [](std::unique_ptr<int> value) { return value; });
  CHECK(*moved.value() == 5);
}

TEST_CASE("outcome transform: what the function throws is thrown") {
  CHECK_THROWS_WITH_AS(static_cast<void>(transform(
                           outcome<int>(1), [](int) -> int { throw std::logic_error("no"); })),
                       "no", std::logic_error);
}
