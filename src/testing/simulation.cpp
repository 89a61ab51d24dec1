// SPDX-License-Identifier: MIT
#include "leat/testing/simulation.hpp"

#include <utility>

#include "leat/base/error.hpp"

namespace leat::testing {
namespace {

/// What one run came to. Empty if all is well.
struct run_failure {
  std::string what;
  std::string trace;
  std::exception_ptr cause;
};

run_failure run_once(std::uint64_t seed, const std::function<task<void>(simulation&)>& scenario) {
  run_failure failure;
  const auto before = resource_count::now();
  {
    simulation run(seed);
    try {
      run.loop.run(scenario(run));
    } catch (...) {
      failure.cause = std::current_exception();
      failure.what = describe(failure.cause);
    }
    for (const auto& each : run.loop.take_reports()) {
      if (!failure.what.empty()) failure.what += "; ";
      failure.what += "unexpected report from " + each.where + ": " + describe(each.failure);
    }
    failure.trace = run.net.trace();
  }
  const auto after = resource_count::now();
  if (after != before) {
    if (!failure.what.empty()) failure.what += "; ";
    failure.what += "left behind: " + std::to_string(after.frames) +
                    " coroutine frames instead of " + std::to_string(before.frames) + ", " +
                    std::to_string(after.descriptors) + " descriptors instead of " +
                    std::to_string(before.descriptors);
  }
  return failure;
}

}  // namespace

void for_each_seed(seed_range seeds, const std::function<task<void>(simulation&)>& scenario) {
  for (std::size_t i = 0; i < seeds.count; ++i) {
    const std::uint64_t seed = seeds.first + i;
    auto failure = run_once(seed, scenario);
    if (failure.what.empty()) continue;
    throw seed_failure("failed with seed " + std::to_string(seed) + ": " + failure.what, seed,
                       std::move(failure.trace), std::move(failure.cause));
  }
}

}  // namespace leat::testing
