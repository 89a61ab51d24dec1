// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "leat/base/function.hpp"

namespace leat::route {

/// Looks up a variable of an environment; nothing, if it is not set.
using environment = std::function<std::optional<std::string>(const char* name)>;

/// That of the process, each variable read when it is looked up.
/// Thread-safety: any thread, as long as none changes the environment.
[[nodiscard]] environment process_environment();

}  // namespace leat::route
