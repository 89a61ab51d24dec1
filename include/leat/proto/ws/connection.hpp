// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "leat/base/byte_buffer.hpp"
#include "leat/base/function.hpp"
#include "leat/proto/ws/deflate.hpp"
#include "leat/proto/ws/detail/utf8_checker.hpp"
#include "leat/proto/ws/error.hpp"

namespace leat::proto::ws {

enum class role : std::uint8_t { client, server };

enum class message_kind : std::uint8_t { text, binary };

struct connection_options {
  std::size_t max_frame_bytes = std::size_t{10} << 20;    ///< Payload of one frame.
  std::size_t max_message_bytes = std::size_t{10} << 20;  ///< After reassembly and expansion.
  std::optional<deflate_parameters> deflate = {};         ///< As it was agreed on.
  std::size_t min_compressed_bytes = 64;  ///< Shorter messages are sent as they are.
  /// The key of the next frame; clients only. It must not be predictable (RFC 6455, section 10.3).
  std::function<std::uint32_t()> mask_source = {};
};

enum class event_kind : std::uint8_t {
  need_more,  ///< Nothing more can be told until more bytes come.
  message,    ///< A whole message: `event::kind_of_message`, `event::data`.
  ping,       ///< To be answered with a pong of the same `event::data`.
  pong,
  close,   ///< The peer closes: `event::code`, and its reason in `event::data`.
  failed,  ///< The peer broke the protocol or a limit: `event::error`. Later calls say the same.
};

struct event {
  event_kind kind = event_kind::need_more;
  message_kind kind_of_message = message_kind::text;
  std::string_view data = {};  ///< Lifetime: until the next call of `next()`.
  std::uint16_t code = 0;      ///< `close` only; `close_code::no_status` if the frame had none.
  std::error_code error = {};
};

/// One side of a WebSocket behind its handshake (RFC 6455), without the connection: it writes
/// frames into a buffer it is given and reads them from bytes it is shown. Both roles.
///
/// The machine decides nothing about time and answers nothing by itself: a driver answers `ping`
/// with `send_pong()`, `close` with `send_close()`, and `failed` with
/// `send_close(suggested_close_code(error))`, and then ends the connection. Behind a close frame
/// of the peer's, input is dropped.
///
/// Errors: `next()` tells them as events; everything that writes returns a code, and then has
/// written nothing. Nothing throws but std::bad_alloc and the source of masks.
/// Thread-safety: none.
class connection {
 public:
  /// A client must have a source of masks.
  connection(role own, connection_options options);

  /// Consumes from the front of `input` what it understands, up to the next event.
  [[nodiscard]] event next(std::string_view& input);

  /// The peer will send no more. `next()` then fails with errc::truncated, unless the peer has
  /// closed in order.
  void end_of_input() noexcept;

  /// Sends a whole message in one frame.
  /// Errors: errc::close_sent, errc::text_not_utf8.
  [[nodiscard]] std::error_code send_message(byte_buffer& out, message_kind kind,
                                             std::string_view data);

  /// Errors: errc::close_sent, errc::payload_too_long.
  [[nodiscard]] std::error_code send_ping(byte_buffer& out, std::string_view payload = {});
  [[nodiscard]] std::error_code send_pong(byte_buffer& out, std::string_view payload = {});

  /// Sends the close frame; nothing can be sent behind it. `close_code::no_status` sends a frame
  /// without a code, which has no reason either.
  /// Errors: errc::close_sent, errc::invalid_close_code, errc::payload_too_long (a reason of more
  /// than 123 bytes), errc::text_not_utf8.
  [[nodiscard]] std::error_code send_close(byte_buffer& out, std::uint16_t code,
                                           std::string_view reason = {});

  [[nodiscard]] bool has_sent_close() const noexcept { return has_sent_close_; }
  [[nodiscard]] bool has_received_close() const noexcept { return has_received_close_; }

 private:
  enum class opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
  };

  [[nodiscard]] bool take_header(std::string_view& input);
  [[nodiscard]] std::error_code check_first_bytes() const noexcept;
  [[nodiscard]] std::error_code begin_frame();
  [[nodiscard]] std::error_code take_payload(std::string_view& input);
  [[nodiscard]] std::error_code take_data(std::string_view piece);
  [[nodiscard]] event end_frame();
  [[nodiscard]] event end_message();
  [[nodiscard]] event end_control();
  [[nodiscard]] event end_close();
  event fail(std::error_code why);

  [[nodiscard]] bool is_final() const noexcept { return (header_[0] & 0x80U) != 0; }
  [[nodiscard]] opcode frame_opcode() const noexcept { return opcode(header_[0] & 0x0FU); }
  [[nodiscard]] bool is_control() const noexcept { return (header_[0] & 0x08U) != 0; }
  [[nodiscard]] std::size_t header_size() const noexcept;

  void write_frame(byte_buffer& out, opcode what, std::string_view payload, bool is_compressed);

  connection_options options_;
  std::optional<detail::deflater> deflater_;
  std::optional<detail::inflater> inflater_;
  std::string compressed_;  // scratch of send_message()

  std::array<std::uint8_t, 14> header_{};
  std::size_t header_held_ = 0;
  std::uint64_t payload_left_ = 0;
  std::size_t mask_at_ = 0;
  std::string message_;
  std::string control_;
  std::string unmasked_;  // scratch of take_payload()
  detail::utf8_checker utf8_;
  std::error_code failure_;
  role role_;
  message_kind message_kind_ = message_kind::text;
  bool is_in_payload_ = false;
  bool is_in_message_ = false;
  bool is_compressed_ = false;
  bool is_told_ = false;  // message_ was the data of the last event
  bool has_sent_close_ = false;
  bool has_received_close_ = false;
  bool has_input_ended_ = false;
};

}  // namespace leat::proto::ws
