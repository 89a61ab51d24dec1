// SPDX-License-Identifier: MIT
#include "http/simulated_runs.hpp"

#include <cstdlib>

#include "support/seeds.hpp"
#include "support/test.hpp"

using namespace leat;

// Built again with a planted bug, see tests/http/planted_bug_test.cpp.

namespace {

constexpr std::uint64_t first_seed = 20'261'126'000;
constexpr std::size_t quarter = 250;

void check_runs(std::uint64_t first) {
  run_tally count;
  run_seeds({.first = first, .count = quarter},
            [&count](testing::simulation& run) { return client_against_server(run, count); });
  MESSAGE(count.answered << " requests were answered, " << count.failed << " failed, "
                         << count.stopped << " were stopped");
  if (std::getenv("LEAT_SEED") != nullptr) return;
  CHECK(count.answered > 1'500);
  CHECK(count.failed > 150);
  CHECK(count.stopped > 250);
}

}  // namespace

// 1,000 runs, in four tests that can run side by side.
TEST_CASE("client and server: keep their promises on a network with faults, runs 1 to 250") {
  check_runs(first_seed);
}
TEST_CASE("client and server: keep their promises on a network with faults, runs 251 to 500") {
  check_runs(first_seed + quarter);
}
TEST_CASE("client and server: keep their promises on a network with faults, runs 501 to 750") {
  check_runs(first_seed + 2 * quarter);
}
TEST_CASE("client and server: keep their promises on a network with faults, runs 751 to 1,000") {
  check_runs(first_seed + 3 * quarter);
}

TEST_CASE("client and server: a run is repeated by its seed, event by event") {
  const auto trace_of = [](std::uint64_t seed) {
    testing::simulation run(seed);
    run_tally count;
    run.loop.run(client_against_server(run, count));
    return run.net.trace();
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto first = trace_of(seed);
    REQUIRE(first == trace_of(seed));
    REQUIRE(first.size() > 100);
  }
}
