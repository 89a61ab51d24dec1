// SPDX-License-Identifier: MIT
#include "access_counts.hpp"

#include "support/test.hpp"

using namespace std::chrono_literals;
using gateway::access_counts;

namespace {

constexpr access_counts::time_point start{1h};

}  // namespace

TEST_CASE("access counts: count requests and errors by route") {
  access_counts counts;
  counts.count("/dashboard", 200, start);
  counts.count("/dashboard", 503, start);
  counts.count("unknown", 404, start);

  const auto activity = counts.snapshot(start);
  CHECK(activity.requests_total == 3);
  CHECK(activity.errors_total == 2);
  REQUIRE(activity.routes.size() == 2);
  CHECK(activity.routes[0].route == "/dashboard");
  CHECK(activity.routes[0].requests == 2);
  CHECK(activity.routes[0].errors == 1);
}

TEST_CASE("access counts: the last minute forgets what is older") {
  access_counts counts;
  counts.count("/a", 200, start);
  counts.count("/a", 200, start + 30s);
  CHECK(counts.snapshot(start + 59s).requests_last_minute == 2);
  CHECK(counts.snapshot(start + 60s).requests_last_minute == 1);
  CHECK(counts.snapshot(start + 90s).requests_last_minute == 0);
  CHECK(counts.snapshot(start + 90s).requests_total == 2);
}
