// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <system_error>

namespace leat::proto::http2 {

/// What can go wrong in a conversation over HTTP/2.
enum class errc {
  // The peer broke the protocol (failure::peer_fault).
  connection_error = 1,  ///< It broke a rule for the whole connection, which is lost.
  malformed_message,     ///< It broke a rule for the messages of one stream.
  flooded,               ///< It sends what asks for answers, and does not read them.
  truncated,
  no_response,     ///< The connection ended in front of a response. Also failure::transient.
  stream_reset,    ///< It gave up one stream; `client_session::peer_code()` says why.
  refused_stream,  ///< It has not looked at the request. Also failure::transient.
  going_away,      ///< It gave up the connection with a GOAWAY that tells of an error.
  http_1_1_required,

  // The peer passed a limit of ours (also failure::peer_fault).
  field_section_too_large,
  too_many_fields,
  body_too_large,
  too_many_informational,

  // The program broke the protocol (failure::caller_fault); nothing was written.
  wrong_phase,
  invalid_framing,
  forbidden_field,
  host_required,
  connect_not_supported,
  body_too_long,
  body_too_short,
  no_slot,  ///< The peer takes no further stream now, or never on this connection.
};

std::error_code make_error_code(errc value) noexcept;

/// The name that RFC 9113, section 7, has for the code of a RST_STREAM or GOAWAY.
[[nodiscard]] std::string_view code_name(std::uint32_t code) noexcept;

}  // namespace leat::proto::http2

template <>
struct std::is_error_code_enum<leat::proto::http2::errc> : std::true_type {};
