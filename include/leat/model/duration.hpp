// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "leat/base/time.hpp"

namespace leat::model {

/// Reads a length of time as people write it: numbers with a unit, the larger unit first.
/// Units are `d`, `h`, `m`, `s`, `ms`, `us` and `ns`: "250ms", "1.5s", "1m30s". The text
/// "no_timeout" is `leat::no_timeout`. Not negative.
///
/// Returns nothing if `text` is something else, does not fit, or is not a whole number of
/// nanoseconds.
[[nodiscard]] std::optional<duration> parse_duration(std::string_view text) noexcept;

/// The shortest text with one unit that `parse_duration()` reads back exactly: "1500ms",
/// "5s", "1h".
[[nodiscard]] std::string format_duration(duration value);

}  // namespace leat::model
