// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

namespace leat::proto {

/// Why bytes cannot be read as text. All of them are the peer's fault.
enum class text_errc {
  unknown_charset = 1,  ///< A charset that we do not have.
  line_too_long,
};

std::error_code make_error_code(text_errc value) noexcept;

}  // namespace leat::proto

template <>
struct std::is_error_code_enum<leat::proto::text_errc> : std::true_type {};
