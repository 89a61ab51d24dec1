// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace leat::proto::ws {

/// What a ping, pong or close frame holds at most (RFC 6455, section 5.5).
inline constexpr std::size_t most_control_bytes = 125;

/// What can go wrong in a conversation over WebSocket.
enum class errc {
  // The peer broke the protocol (failure::peer_fault).
  reserved_bit = 1,
  reserved_opcode,
  mask_required,   ///< A client's frame without a mask.
  mask_forbidden,  ///< A server's frame with one.
  length_not_minimal,
  length_too_large,  ///< The top bit of a 64-bit length.
  control_too_long,
  control_fragmented,
  unexpected_continuation,
  continuation_expected,
  bad_close_payload,
  bad_close_code,
  invalid_utf8,
  bad_compression,
  truncated,  ///< The connection ended without a close frame. Also failure::transient.

  // The peer passed a limit of ours (also failure::peer_fault).
  frame_too_large,
  message_too_large,

  // The handshake (failure::peer_fault).
  not_switched,  ///< The status is not 101.
  upgrade_missing,
  bad_accept,
  unknown_subprotocol,
  bad_extension,
  bad_request,  ///< A request that opens no WebSocket of version 13.

  // The program broke the protocol (failure::caller_fault); nothing was written.
  close_sent,
  payload_too_long,
  invalid_close_code,
  text_not_utf8,
  hash_forbidden,  ///< The system's policy allows no SHA-1.
};

std::error_code make_error_code(errc value) noexcept;

/// The codes of RFC 6455, section 7.4.1, and of the registry.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t no_status = 1005;  ///< Never sent: the frame had no code.
inline constexpr std::uint16_t abnormal = 1006;   ///< Never sent: there was no frame.
inline constexpr std::uint16_t invalid_data = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t try_again_later = 1013;
}  // namespace close_code

/// Whether `code` may stand in a close frame: those that are defined, and 3000 to 4999.
[[nodiscard]] bool is_sendable_close_code(std::uint16_t code) noexcept;

/// What a close frame says. Errors: as `connection::send_close()`, but for errc::close_sent.
[[nodiscard]] std::error_code check_close(std::uint16_t code, std::string_view reason) noexcept;

/// The code with which to close after a failure of the peer's.
[[nodiscard]] std::uint16_t suggested_close_code(const std::error_code& why) noexcept;

}  // namespace leat::proto::ws

template <>
struct std::is_error_code_enum<leat::proto::ws::errc> : std::true_type {};
