// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace leat::log {

/// What a record looks like.
///
/// `json` is one object a line; `event` comes first, `logger` (where it has a name),
/// `timestamp` (UTC) and `level` last:
///
///     {"event": "policy created", "version": 3, "timestamp": "2026-01-01T00:00:00.000000Z",
///     "level": "info"}
///
/// `plain` is for people and for journals that add the time themselves:
///
///     gateway: policy created version=3 name="two words"
///
/// `rich` is for people at a terminal: the same with the time (UTC, to the millisecond) and the
/// level in front, and with colours where a sink shows them:
///
///     2026-01-01 00:00:00.000 INFO     gateway: policy created version=3 name="two words"
///
/// All stay on one line and are valid UTF-8 whatever is logged: control characters are
/// escaped and broken UTF-8 is replaced, so nobody can forge a record or move a terminal's
/// cursor. A field that is named like one of JSON's own keys gets a `_` behind its name.
///
/// `null` drops everything: something else does the logging.
enum class presentation : std::uint8_t { null, plain, json, rich };

[[nodiscard]] std::string_view to_string(presentation value) noexcept;

/// The presentation that `text` names, in any case. Nothing if it names none.
[[nodiscard]] std::optional<presentation> parse_presentation(std::string_view text) noexcept;

/// Whether `presentation::rich` is coloured.
enum class colours : std::uint8_t {
  automatic,  ///< On a standard stream that is a terminal; nowhere if `NO_COLOR` is set and not
              ///< empty (no-color.org), or if `TERM` is "dumb".
  always,     ///< On every sink.
  never,
};

}  // namespace leat::log
