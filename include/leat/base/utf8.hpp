// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace leat {

/// How many bytes the UTF-8 sequence at the front of `text` has: 1 to 4, or 0 if `text` is
/// empty or does not begin with a well-formed one. Overlong forms, surrogates and what lies
/// beyond U+10FFFF are malformed (RFC 3629, section 4).
[[nodiscard]] std::size_t utf8_sequence_size(std::string_view text) noexcept;

/// How many bytes of ASCII `text` begins with.
[[nodiscard]] std::size_t ascii_prefix_size(std::string_view text) noexcept;

/// Whether all of `text` is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The number of code points in well-formed UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text) noexcept;

}  // namespace leat
