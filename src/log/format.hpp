// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "leat/log/backend.hpp"
#include "leat/log/record.hpp"

namespace leat::log {

/// What every line with colours begins with, and no other.
inline constexpr std::string_view colour_begin = "\x1B[";

/// Adds the line of a record, without its line feed. Nothing for `presentation::null`. Colours are
/// for `presentation::rich` alone.
void append_formatted(std::string& to, const record& what, presentation how, bool with_colours);

/// "2026-01-01T00:00:00.000000Z": UTC, RFC 3339, always with microseconds.
void append_timestamp(std::string& to, std::chrono::system_clock::time_point time);

}  // namespace leat::log
