// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

namespace leat::proto {

/// Why the content of a message cannot be decoded.
enum class coding_errc {
  corrupt = 1,       ///< Not what the coding can have made, or something follows its end.
  truncated,         ///< The input ended before the coding did.
  output_too_long,   ///< `decoder_limits::max_output`.
  ratio_too_high,    ///< `decoder_limits::max_ratio`.
  unknown_coding,    ///< A coding that we do not have, where that is an error.
  too_many_codings,  ///< More on top of each other than anybody needs.
};

std::error_code make_error_code(coding_errc value) noexcept;

}  // namespace leat::proto

template <>
struct std::is_error_code_enum<leat::proto::coding_errc> : std::true_type {};
