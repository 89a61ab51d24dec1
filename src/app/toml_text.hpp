// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace leat::app {

/// The `project.name` of a manifest.
/// Errors: `invalid_configuration`.
[[nodiscard]] std::string project_name_of(std::string_view text, std::string_view source_name);

}  // namespace leat::app
