// SPDX-License-Identifier: MIT
#include "leat/proto/http2/error.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::proto::http2 {
namespace {

constexpr unsigned peer_fault = failure_bit(failure::peer_fault);
constexpr unsigned caller_fault = failure_bit(failure::caller_fault);
constexpr unsigned transient = failure_bit(failure::transient);

constexpr error_entry peer(errc value, const char* text, unsigned more = 0) {
  return {static_cast<int>(value), text, peer_fault | more};
}

constexpr error_entry caller(errc value, const char* text) {
  return {static_cast<int>(value), text, caller_fault};
}

constexpr std::array entries{
    peer(errc::connection_error, "peer broke the rules of HTTP/2"),
    peer(errc::malformed_message, "malformed message"),
    peer(errc::flooded, "peer asks for more answers than it reads"),
    peer(errc::truncated, "connection ended inside of a message"),
    peer(errc::no_response, "connection ended without a response", transient),
    peer(errc::stream_reset, "stream was reset by the peer"),
    peer(errc::refused_stream, "request was refused before it was looked at", transient),
    peer(errc::going_away, "peer gave up the connection"),
    peer(errc::http_1_1_required, "peer requires HTTP/1.1"),
    peer(errc::field_section_too_large, "fields are larger than the limit"),
    peer(errc::too_many_fields, "more fields than the limit"),
    peer(errc::body_too_large, "body is larger than the limit"),
    peer(errc::too_many_informational, "more informational responses than the limit"),
    caller(errc::wrong_phase, "not allowed at this point of the exchange"),
    caller(errc::invalid_framing, "fields contradict the size of the body"),
    caller(errc::forbidden_field, "field must not be sent over HTTP/2"),
    caller(errc::host_required, "request needs exactly one Host"),
    caller(errc::connect_not_supported, "CONNECT is not spoken over HTTP/2"),
    caller(errc::body_too_long, "body is longer than was declared"),
    caller(errc::body_too_short, "body is shorter than was declared"),
    caller(errc::no_slot, "peer takes no further stream"),
};

constinit const table_category category("leat.proto.http2", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), category};
}

std::string_view code_name(std::uint32_t code) noexcept {
  constexpr std::array<std::string_view, 14> names{"NO_ERROR",
                                                   "PROTOCOL_ERROR",
                                                   "INTERNAL_ERROR",
                                                   "FLOW_CONTROL_ERROR",
                                                   "SETTINGS_TIMEOUT",
                                                   "STREAM_CLOSED",
                                                   "FRAME_SIZE_ERROR",
                                                   "REFUSED_STREAM",
                                                   "CANCEL",
                                                   "COMPRESSION_ERROR",
                                                   "CONNECT_ERROR",
                                                   "ENHANCE_YOUR_CALM",
                                                   "INADEQUATE_SECURITY",
                                                   "HTTP_1_1_REQUIRED"};
  return code < names.size() ? names[code] : std::string_view("an unknown code");
}

}  // namespace leat::proto::http2
