// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leat::proto {

/// One parameter of a value as it is written (RFC 9110, section 5.6.6). Owns neither.
struct raw_parameter {
  std::string_view name;
  std::string_view value;  ///< With its quotes. Null `data()` if there is no equals sign.
};

/// Takes the next parameter from the front of `rest`, which is what stands behind a value, such
/// as `; charset="utf-8"; x=1`. A semicolon inside quotes does not separate; empty parameters are
/// skipped. Nothing once they are used up.
///
/// Lifetime: the views refer to the text behind `rest`.
[[nodiscard]] std::optional<raw_parameter> next_parameter(std::string_view& rest) noexcept;

/// The text of a parameter's value: a token, or what stands between quotes, with `\x` for x.
/// Nothing if it is neither.
[[nodiscard]] std::optional<std::string> unquote(std::string_view value);

/// The first parameter of that name in any case, in a value such as `text/html; charset=utf-8`.
/// Nothing if there is none, or none that is well-formed.
[[nodiscard]] std::optional<std::string> find_parameter(std::string_view value,
                                                        std::string_view name);

/// What stands in front of the parameters: `text/html`.
[[nodiscard]] std::string_view without_parameters(std::string_view value) noexcept;

}  // namespace leat::proto
