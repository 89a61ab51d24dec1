// SPDX-License-Identifier: MIT
#pragma once

#include "leat/testing/simulation.hpp"

/// The seeds of a test: those it names, or with LEAT_SEED in the environment that one alone, and
/// with LEAT_SEED_COUNT so many from there on.
///
///     LEAT_SEED=4711 build/dev/bin/http_simulated_test
[[nodiscard]] leat::testing::seed_range seeds_to_run(leat::testing::seed_range by_default);

/// Calls `for_each_seed` and prints of a failure what is needed to repeat and to understand it.
void run_seeds(leat::testing::seed_range by_default,
               const std::function<leat::task<void>(leat::testing::simulation&)>& scenario);
