// SPDX-License-Identifier: MIT
#include "leat/proto/ws/error.hpp"

#include <array>

#include "leat/base/error.hpp"
#include "leat/base/utf8.hpp"

namespace leat::proto::ws {
namespace {

constexpr unsigned caller = failure_bit(failure::caller_fault);
constexpr unsigned peer = failure_bit(failure::peer_fault);
constexpr unsigned lost = peer | failure_bit(failure::transient);

constexpr error_entry entry(errc value, const char* text, unsigned failures) noexcept {
  return {static_cast<int>(value), text, failures};
}

constexpr std::array entries{
    entry(errc::reserved_bit, "reserved bit set", peer),
    entry(errc::reserved_opcode, "reserved opcode", peer),
    entry(errc::mask_required, "frame of a client is not masked", peer),
    entry(errc::mask_forbidden, "frame of a server is masked", peer),
    entry(errc::length_not_minimal, "length not in its shortest form", peer),
    entry(errc::length_too_large, "length beyond 63 bits", peer),
    entry(errc::control_too_long, "control frame over 125 bytes", peer),
    entry(errc::control_fragmented, "control frame in fragments", peer),
    entry(errc::unexpected_continuation, "continuation of no message", peer),
    entry(errc::continuation_expected, "new message within a message", peer),
    entry(errc::bad_close_payload, "close frame of one byte", peer),
    entry(errc::bad_close_code, "close code that must not be sent", peer),
    entry(errc::invalid_utf8, "text is not UTF-8", peer),
    entry(errc::bad_compression, "compressed message is corrupt", peer),
    entry(errc::truncated, "connection ended without a close frame", lost),
    entry(errc::frame_too_large, "frame over the limit", peer),
    entry(errc::message_too_large, "message over the limit", peer),
    entry(errc::not_switched, "status is not 101", peer),
    entry(errc::upgrade_missing, "Upgrade or Connection missing", peer),
    entry(errc::bad_accept, "wrong Sec-WebSocket-Accept", peer),
    entry(errc::unknown_subprotocol, "subprotocol that was not offered", peer),
    entry(errc::bad_extension, "extension that was not offered", peer),
    entry(errc::bad_request, "not a WebSocket handshake of version 13", peer),
    entry(errc::close_sent, "a close frame has been sent", caller),
    entry(errc::payload_too_long, "control payload over 125 bytes", caller),
    entry(errc::invalid_close_code, "close code that must not be sent", caller),
    entry(errc::text_not_utf8, "text to send is not UTF-8", caller),
    entry(errc::hash_forbidden, "SHA-1 is not available", caller),
};

constinit const table_category ws_category("leat.proto.ws", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), ws_category};
}

bool is_sendable_close_code(std::uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

std::error_code check_close(std::uint16_t code, std::string_view reason) noexcept {
  constexpr std::size_t most_reason_bytes = most_control_bytes - sizeof(std::uint16_t);
  const bool has_code = code != close_code::no_status;
  if (has_code ? !is_sendable_close_code(code) : !reason.empty()) return errc::invalid_close_code;
  if (reason.size() > most_reason_bytes) return errc::payload_too_long;
  if (!is_utf8(reason)) return errc::text_not_utf8;
  return {};
}

std::uint16_t suggested_close_code(const std::error_code& why) noexcept {
  if (why == errc::invalid_utf8) return close_code::invalid_data;
  if (why == errc::bad_compression) return close_code::invalid_data;
  if (why == errc::frame_too_large || why == errc::message_too_large) return close_code::too_big;
  return close_code::protocol_error;
}

}  // namespace leat::proto::ws
