// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace leat::app {

/// Names and keys come from outside and may hold anything; a message is one line.
[[nodiscard]] std::string one_line(std::string_view text);

/// As the key would be written in TOML: bare where that is possible, else quoted.
[[nodiscard]] std::string toml_key(std::string_view key);

/// `text` as a basic string of TOML, on one line.
[[nodiscard]] std::string toml_string(std::string_view text);

/// A name of a file below a folder. An absolute `name` stays as it is.
[[nodiscard]] std::string joined_path(std::string_view folder, std::string_view name);

[[nodiscard]] inline bool is_absolute_path(std::string_view path) noexcept {
  return path.starts_with('/');
}

/// The folder that `path` is in; `/` for the root itself.
[[nodiscard]] std::string_view parent_path(std::string_view path) noexcept;

}  // namespace leat::app
