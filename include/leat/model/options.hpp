// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace leat::model {

/// What becomes of a key that no member has.
enum class unknown_keys : std::uint8_t {
  ignore,  ///< It is skipped; a newer peer may know more than we do.
  refuse,  ///< It is a problem; a misspelt setting must not be silently without effect.
};

/// Limits on a JSON text. Whatever they are set to, repeated keys and broken UTF-8 are
/// refused.
struct json_options {
  /// Longest text in bytes. Reading needs no memory in proportion to it, beyond the keys of
  /// the objects that are open and the value that is filled.
  std::size_t max_bytes = std::size_t{16} * 1024 * 1024;
  /// Arrays and objects open at once. Reading recurses, so this also bounds the stack.
  std::size_t max_depth = 64;
  /// Problems collected before the rest is only counted as "and more"; at least 1.
  std::size_t max_problems = 1000;
  unknown_keys on_unknown_key = unknown_keys::ignore;
};

/// Limits on a TOML text.
struct toml_options {
  std::size_t max_bytes = std::size_t{1024} * 1024;
  std::size_t max_problems = 1000;
  unknown_keys on_unknown_key = unknown_keys::refuse;
};

}  // namespace leat::model
