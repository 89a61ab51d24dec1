// SPDX-License-Identifier: MIT
#include <optional>
#include <string>

#include "http/simulated_runs.hpp"
#include "support/seeds.hpp"
#include "support/test.hpp"

using namespace leat;

namespace {

std::optional<testing::seed_failure> failure_of(testing::seed_range seeds) {
  try {
    run_tally count;
    testing::for_each_seed(
        seeds, [&count](testing::simulation& run) { return client_against_server(run, count); });
  } catch (const testing::seed_failure& failure) {
    return failure;
  }
  return std::nullopt;
}

}  // namespace

// This program has a bug, planted by tests/http/tests.cmake. The same runs find none in Leat as
// it is, so a run that finds nothing here would mean that those runs show nothing.
TEST_CASE("planted bug: is found within 1,000 runs, and repeated by its seed") {
  const auto found = failure_of(seeds_to_run({.first = 20'261'126'000, .count = 1000}));
  REQUIRE(found.has_value());
  const std::string what = found->what();
  MESSAGE(what);
  CHECK(what.find(LEAT_PLANTED_BUG_SHOWS) != std::string::npos);

  for (int i = 0; i < 3; ++i) {
    const auto again = failure_of({.first = found->seed(), .count = 1});
    REQUIRE(again.has_value());
    CHECK(again->what() == what);
    CHECK(again->trace() == found->trace());
  }
}
