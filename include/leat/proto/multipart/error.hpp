// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

namespace leat::proto {

/// Why a body is no form that can be read. All of them are the peer's fault.
enum class multipart_errc {
  malformed_delimiter = 1,  ///< Something else than the end of the line follows a boundary.
  malformed_header,
  missing_disposition,  ///< A part that is not `form-data`, or has no name.
  header_too_long,
  part_too_long,
  too_many_parts,
  body_too_long,
  truncated,  ///< The body ended before its last boundary.
};

std::error_code make_error_code(multipart_errc value) noexcept;

}  // namespace leat::proto

template <>
struct std::is_error_code_enum<leat::proto::multipart_errc> : std::true_type {};
