// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "leat/app/configuration.hpp"
#include "leat/app/environment.hpp"
#include "leat/app/error.hpp"

namespace leat::app {

/// The overrides that can be made; what is wrong with the others is added to `problems`.
[[nodiscard]] configuration apply_overrides(const configuration& before, std::string_view prefix,
                                            const environment& variables,
                                            std::vector<problem>& problems);

/// A value that somebody gave as a text without saying of which kind it is: of the kind that TOML
/// would read, and a string as well; what TOML would not read is a string.
[[nodiscard]] configuration value_of_text(const std::string& text, origin from);

/// `{name}` and what it stands for.
using template_variables = std::map<std::string, std::string, std::less<>>;

/// Puts what `{name}` stands for into `text`; `{{name}}` is `{name}`, and a brace that is no
/// part of either is itself. Returns the first name that is unknown, or nothing.
[[nodiscard]] std::string expand_template(std::string& text, const template_variables& names);

/// The same for every string in a tree that came from no variable and no command line: those are
/// taken as they are.
[[nodiscard]] configuration expand_templates(const configuration& before,
                                             const template_variables& names,
                                             std::vector<problem>& problems);

}  // namespace leat::app
