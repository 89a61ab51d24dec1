// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "leat/model/reader.hpp"

namespace leat::model {

/// The number that `token` spells, which follows JSON's grammar (RFC 8259, section 6).
/// Integers are exact; `-0` is a negative zero as a double and zero as an integer.
[[nodiscard]] number_value parse_number(std::string_view token) noexcept;

}  // namespace leat::model
