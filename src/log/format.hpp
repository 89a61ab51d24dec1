// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

#include "leat/log/backend.hpp"
#include "leat/log/record.hpp"

namespace leat::log {

/// The line of a record, without its line feed. Nothing for `presentation::null`.
[[nodiscard]] std::string format(const record& what, presentation how);

/// "2026-01-01T00:00:00.000000Z": UTC, RFC 3339, always with microseconds.
void append_timestamp(std::string& to, std::chrono::system_clock::time_point time);

}  // namespace leat::log
