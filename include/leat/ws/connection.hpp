// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "leat/ws/error.hpp"
#include "leat/ws/options.hpp"

namespace leat::ws {

/// A WebSocket as a client, for threads without a loop: the blocking sibling of `async_connection`.
///
/// Thread-safety: one thread at a time.
class connection {
 public:
  /// Opens a WebSocket at `url`, `ws://` or `wss://`.
  /// Cancellation: none; a `blocking_deadline` ends it. Errors: `invalid_argument` for another URL;
  /// `handshake_error`; those of `io` for connecting, TLS, reading and writing.
  static connection connect(std::string url, options options = {});

  connection(connection&&) noexcept;
  connection& operator=(connection&&) noexcept;
  /// Aborts the connection if it is open.
  ~connection();

  /// Sends one message. Text must be UTF-8.
  /// Cancellation: none; a `blocking_deadline` ends it.
  /// Errors: `closed`; `invalid_argument` for text that is not UTF-8; `write_error`,
  /// `write_timeout`, after which nothing more can be sent.
  void send_text(std::string text);
  void send_binary(std::string bytes);

  /// Waits for the next message; answers pings and the peer's close in between.
  /// Errors: `closed`; `io::read_timeout`, after which it may be called again;
  /// `ping_timeout`, `remote_protocol_error`, `io::read_error`: the connection is lost.
  message receive();

  /// Sends a ping of at most 125 bytes; its pong is taken by `receive()`.
  /// Cancellation and errors: as `send_text()`.
  void ping(std::string payload = {});

  /// Closes in order: messages that still come are dropped. Closing again does nothing. A peer
  /// that does not answer within `timeouts::close` is cut off.
  /// Cancellation: none; a `blocking_deadline` ends it. Errors: those of a write, and
  /// `invalid_argument` for a code or reason that cannot be sent.
  void close(std::uint16_t code = 1000, std::string reason = {});

  /// The subprotocol that the server chose; empty if none.
  [[nodiscard]] const std::string& subprotocol() const noexcept;

 private:
  class impl;
  explicit connection(std::unique_ptr<impl> made) noexcept;

  std::unique_ptr<impl> impl_;
};

}  // namespace leat::ws
