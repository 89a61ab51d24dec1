// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace leat::model {

/// What a value in a document is, before it is read into a type.
enum class value_kind : std::uint8_t { null, boolean, number, string, array, object, date_time };

/// With its article, as messages say it: "a number", "an array".
[[nodiscard]] std::string_view describe(value_kind kind) noexcept;

}  // namespace leat::model
