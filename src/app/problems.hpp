// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "leat/app/configuration.hpp"
#include "leat/app/error.hpp"

namespace leat::app {

/// What `failure` says is wrong, as problems: each of its own where it lists some, where it
/// names a line that line, and otherwise its message. `source` is where they are, unless it
/// says so itself.
void append_problems(std::vector<problem>& to, const leat::error& failure, std::string_view source);

/// What is wrong with a value, and where that comes from.
[[nodiscard]] problem problem_at(const configuration& value, std::string key, std::string message);

}  // namespace leat::app
