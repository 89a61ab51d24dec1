// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

namespace leat::proto {

/// Why a piece of a message head must not be written. All of them are the caller's fault:
/// the text came from the program, and sending it would let its author write fields or whole
/// messages of his own.
enum class fields_errc {
  invalid_field_name = 1,
  invalid_field_value,
  invalid_method,
  invalid_target,
  invalid_reason,
};

std::error_code make_error_code(fields_errc value) noexcept;

}  // namespace leat::proto

template <>
struct std::is_error_code_enum<leat::proto::fields_errc> : std::true_type {};
