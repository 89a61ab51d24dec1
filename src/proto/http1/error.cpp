// SPDX-License-Identifier: MIT
#include "leat/proto/http1/error.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::proto::http1 {
namespace {

constexpr unsigned peer_fault = failure_bit(failure::peer_fault);
constexpr unsigned caller_fault = failure_bit(failure::caller_fault);

constexpr error_entry peer(errc value, const char* text) {
  return {static_cast<int>(value), text, peer_fault};
}

constexpr error_entry caller(errc value, const char* text) {
  return {static_cast<int>(value), text, caller_fault};
}

constexpr std::array entries{
    peer(errc::bad_request_line, "malformed request line"),
    peer(errc::bad_status_line, "malformed status line"),
    peer(errc::unsupported_version, "HTTP version is neither 1.0 nor 1.1"),
    peer(errc::bare_carriage_return, "carriage return without a line feed"),
    peer(errc::bare_line_feed, "line feed without a carriage return"),
    peer(errc::control_character, "control character in a head"),
    peer(errc::obsolete_folding, "line starts with a blank"),
    peer(errc::bad_field_name, "malformed field name"),
    peer(errc::missing_colon, "field line without a colon"),
    peer(errc::missing_host, "request without Host"),
    peer(errc::repeated_host, "more than one Host"),
    peer(errc::bad_host, "malformed Host"),
    peer(errc::bad_content_length, "malformed Content-Length"),
    peer(errc::repeated_content_length, "more than one Content-Length"),
    peer(errc::conflicting_framing, "both Content-Length and Transfer-Encoding"),
    peer(errc::bad_transfer_encoding, "chunked is not the last transfer coding, or not the only"),
    peer(errc::unknown_transfer_coding, "unknown transfer coding"),
    peer(errc::transfer_encoding_in_http_1_0, "Transfer-Encoding in HTTP/1.0"),
    peer(errc::bad_chunk, "malformed chunk"),
    peer(errc::truncated, "connection ended inside of a message"),
    // A server may close an idle connection at the moment at which a request is sent on it.
    error_entry{static_cast<int>(errc::no_response), "connection ended without a response",
                peer_fault | failure_bit(failure::transient)},
    peer(errc::unexpected_bytes, "bytes that no request asked for"),
    peer(errc::unexpected_switch, "switch to a protocol that was not proposed"),
    peer(errc::start_line_too_long, "first line is longer than the limit"),
    peer(errc::field_line_too_long, "field line is longer than the limit"),
    peer(errc::field_section_too_large, "fields are larger than the limit"),
    peer(errc::too_many_fields, "more fields than the limit"),
    peer(errc::body_too_large, "body is larger than the limit"),
    peer(errc::chunk_line_too_long, "line of a chunk is longer than the limit"),
    peer(errc::chunk_extensions_too_large, "chunk extensions are larger than the limit"),
    peer(errc::too_many_informational, "more informational responses than the limit"),
    caller(errc::wrong_phase, "not allowed at this point of the exchange"),
    caller(errc::invalid_status, "status is out of range"),
    caller(errc::invalid_framing, "fields contradict the size of the body"),
    caller(errc::forbidden_trailer, "field must not be a trailer"),
    caller(errc::host_required, "request needs exactly one Host"),
    caller(errc::body_not_allowed, "message has no body"),
    caller(errc::body_too_long, "body is longer than was declared"),
    caller(errc::body_too_short, "body is shorter than was declared"),
    caller(errc::switch_not_proposed, "client did not propose to switch the protocol"),
    caller(errc::trailers_not_possible, "trailers need a chunked body"),
    caller(errc::not_reusable, "connection cannot be used again"),
};

constinit const table_category category("leat.proto.http1", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), category};
}

int suggested_status(const std::error_code& code) noexcept {
  if (code.category() != category) return 500;
  switch (static_cast<errc>(code.value())) {
    case errc::body_too_large: return 413;
    case errc::start_line_too_long: return 414;
    case errc::field_line_too_long:
    case errc::field_section_too_large:
    case errc::too_many_fields: return 431;
    case errc::unknown_transfer_coding: return 501;
    case errc::unsupported_version: return 505;
    default: return code == failure::peer_fault ? 400 : 500;
  }
}

}  // namespace leat::proto::http1
