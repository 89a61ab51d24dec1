// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>

#include "leat/base/function.hpp"
#include "leat/testing/random.hpp"
#include "leat/testing/simulated_network.hpp"
#include "leat/testing/test_loop.hpp"

namespace leat::testing {

/// What one run of a scenario stands on: virtual time, a network and random choices, all of
/// them decided by one seed.
struct simulation {
  explicit simulation(std::uint64_t from_seed)
      : seed(from_seed), net(from_seed), random(~from_seed) {}

  std::uint64_t seed;
  test_loop loop;
  simulated_network net;  ///< Perfect; the scenario says how it is and when.
  random_source random;   ///< For the scenario's own choices.
};

/// The seeds `first`, `first + 1`, ... Whoever wants others each night takes `first` from the
/// date; whoever looks for a failure sets `count` to 1.
struct seed_range {
  std::uint64_t first = 1;
  std::size_t count = 1000;
};

/// A scenario failed with some seed, and fails with it again.
class seed_failure : public std::runtime_error {
 public:
  seed_failure(const std::string& message, std::uint64_t seed, std::string trace,
               std::exception_ptr cause)
      : std::runtime_error(message),
        seed_(seed),
        trace_(std::move(trace)),
        cause_(std::move(cause)) {}

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  /// What happened on the network until then.
  [[nodiscard]] const std::string& trace() const noexcept { return trace_; }
  /// What the scenario threw; null if it left something behind.
  [[nodiscard]] const std::exception_ptr& cause() const noexcept { return cause_; }

 private:
  std::uint64_t seed_;
  std::string trace_;
  std::exception_ptr cause_;
};

/// Runs a scenario once for each seed, each time on a new `simulation`. A run fails when the
/// scenario throws, when it can never go on, and when it leaves coroutine frames, descriptors or
/// reports behind.
///
///     testing::for_each_seed({.first = 1, .count = 1000}, [](simulation& run) -> task<void> {
///       run.net.set_links({.latency = 5ms, .reset = 0.1});
///       ...
///     });
///
/// The scenario must take its time and its random choices from the simulation, and nothing may
/// depend on addresses in memory; otherwise a seed decides nothing.
///
/// Errors: `seed_failure` for the first seed that fails; its message has the seed.
void for_each_seed(seed_range seeds, const std::function<task<void>(simulation&)>& scenario);

}  // namespace leat::testing
