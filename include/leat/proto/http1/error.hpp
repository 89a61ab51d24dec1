// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

namespace leat::proto::http1 {

/// What can go wrong in a conversation over HTTP/1.
enum class errc {
  // The peer broke the protocol (failure::peer_fault).
  bad_request_line = 1,
  bad_status_line,
  unsupported_version,
  bare_carriage_return,
  bare_line_feed,
  control_character,
  obsolete_folding,
  bad_field_name,
  missing_colon,
  missing_host,
  repeated_host,
  bad_host,
  bad_content_length,
  repeated_content_length,
  conflicting_framing,
  bad_transfer_encoding,
  unknown_transfer_coding,
  transfer_encoding_in_http_1_0,
  bad_chunk,
  truncated,
  no_response,  ///< The connection ended in front of a response. Also failure::transient.
  unexpected_bytes,
  unexpected_switch,

  // The peer passed a limit of ours (also failure::peer_fault).
  start_line_too_long,
  field_line_too_long,
  field_section_too_large,
  too_many_fields,
  body_too_large,
  chunk_line_too_long,
  chunk_extensions_too_large,
  too_many_informational,

  // The program broke the protocol (failure::caller_fault); nothing was written.
  wrong_phase,
  invalid_status,
  invalid_framing,
  forbidden_trailer,
  host_required,
  body_not_allowed,
  body_too_long,
  body_too_short,
  switch_not_proposed,
  trailers_not_possible,
  not_reusable,
};

std::error_code make_error_code(errc value) noexcept;

/// The status with which a server answers a request that it cannot read: 413, 414, 431, 501
/// or 505 where one of them says what is wrong, else 400. For errors that are the program's
/// own, 500.
[[nodiscard]] int suggested_status(const std::error_code& code) noexcept;

}  // namespace leat::proto::http1

template <>
struct std::is_error_code_enum<leat::proto::http1::errc> : std::true_type {};
