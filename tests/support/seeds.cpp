// SPDX-License-Identifier: MIT
#include "support/seeds.hpp"

#include <cstdlib>
#include <string>

#include "support/test.hpp"

leat::testing::seed_range seeds_to_run(leat::testing::seed_range by_default) {
  const char* const first = std::getenv("LEAT_SEED");
  const char* const count = std::getenv("LEAT_SEED_COUNT");
  if (first == nullptr) return by_default;
  return {.first = std::stoull(first), .count = count == nullptr ? 1 : std::stoull(count)};
}

void run_seeds(leat::testing::seed_range by_default,
               const std::function<leat::task<void>(leat::testing::simulation&)>& scenario) {
  try {
    leat::testing::for_each_seed(seeds_to_run(by_default), scenario);
  } catch (const leat::testing::seed_failure& failure) {
    FAIL(std::string(failure.what())
         << "\nLEAT_SEED=" << failure.seed() << " repeats it. Its network:\n"
         << failure.trace());
  }
}
