// SPDX-License-Identifier: MIT
#include "leat/base/time.hpp"

#include "leat/base/error.hpp"

#include "support/test.hpp"

using namespace std::chrono_literals;
using leat::deadline;

TEST_CASE("deadline: lies the limit after now") {
  const leat::time_point now{1s};
  CHECK(deadline::after(now, 5s).at() == leat::time_point{6s});
}

TEST_CASE("deadline: saturates instead of overflowing") {
  const leat::time_point now{1s};
  CHECK(deadline::after(now, leat::no_timeout).is_never());
  CHECK(deadline::after(now, leat::no_timeout - 1ns).is_never());
}

TEST_CASE("deadline: the earlier of two wins, and never is the latest") {
  const deadline soon{leat::time_point{1s}};
  CHECK(leat::earlier(soon, deadline::never()) == soon);
  CHECK(leat::earlier(deadline::never(), soon) == soon);
}

TEST_CASE("limit: zero is allowed, a negative one is refused by name") {
  CHECK(leat::checked_limit(0ns, "read timeout") == 0ns);
  CHECK_THROWS_WITH_AS(leat::checked_limit(-1ns, "read timeout"),
                       "read timeout must not be negative: got -1 ns", leat::invalid_argument);
}
