// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "leat/app/globals.hpp"
#include "leat/app/prepare.hpp"
#include "leat/app/reload.hpp"

#include "app/overrides.hpp"

namespace leat::app {

/// What an acquirer gave, and what it and the steps after it found to be wrong.
struct acquired_configuration {
  configuration values{};
  bool is_partial = false;  ///< Something could not be read, and may have what the rest misses.
  std::vector<problem> problems{};
};

/// The steps `edits` and `overrides` of `prepare`: what was acquired, edited, overridden, expanded
/// and checked.
/// Errors: `invalid_configuration`; what an edit throws.
task<configuration_reading> complete_configuration(const prepare_options& options,
                                                   acquired_configuration acquired,
                                                   const application& whose,
                                                   const environment& variables,
                                                   const template_variables& names);

/// Acquires the configuration of a prepared program again, and completes it. Its environment and
/// folders stay as they are. Lifetime: `prepared` outlives the task.
task<configuration_reading> read_again(prepare_options options, const globals& prepared);

}  // namespace leat::app
