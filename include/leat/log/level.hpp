// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace leat::log {

/// How much a record matters. As the minimum of a backend, `off` lets nothing through.
enum class level : std::uint8_t { trace, debug, info, warn, error, critical, off };

[[nodiscard]] std::string_view to_string(level value) noexcept;

/// The level that `text` names, in any case; "warning" is `warn`. Nothing if it names none.
[[nodiscard]] std::optional<level> parse_level(std::string_view text) noexcept;

}  // namespace leat::log
