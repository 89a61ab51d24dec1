// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "leat/ws/error.hpp"
#include "leat/ws/options.hpp"

namespace leat::ws {

/// A WebSocket as a client.
///
/// One task may receive while others send; messages go out in the order of the calls.
/// Lifetime: must outlive its operations. Thread-safety: one loop.
class async_connection {
 public:
  /// Opens a WebSocket at `url`, `ws://` or `wss://`.
  /// Cancellation: lossy. Errors: `invalid_argument` for another URL; `handshake_error`;
  /// those of `io` for connecting, TLS, reading and writing.
  static task<async_connection> connect(std::string url, async_options options = {});

  async_connection(async_connection&&) noexcept;
  async_connection& operator=(async_connection&&) noexcept;
  /// Aborts the connection if it is open.
  ~async_connection();

  /// Sends one message. Text must be UTF-8.
  /// Cancellation: safe while it waits for its turn, lossy once it writes: then nothing more can be
  /// sent. Errors: `closed`; `invalid_argument` for text that is not UTF-8; `write_error`,
  /// `write_timeout`, after which nothing more can be sent.
  task<void> send_text(std::string text);
  task<void> send_binary(std::string bytes);

  /// Waits for the next message; answers pings and the peer's close in between.
  /// Cancellation: safe while it waits for the peer; lossy while it answers a ping or a close,
  /// after which nothing more can be sent. Errors: `closed`; `io::read_timeout`, after which it may
  /// be called again; `ping_timeout`, `remote_protocol_error`, `io::read_error`: the connection is
  /// lost.
  task<message> receive();

  /// Sends a ping of at most 125 bytes; its pong is taken by `receive()`.
  /// Cancellation and errors: as `send_text()`.
  task<void> ping(std::string payload = {});

  /// Closes in order: messages that still come are dropped. Closing again does nothing. A peer
  /// that does not answer within `timeouts::close` is cut off. While another task is in
  /// `receive()`, it is that task's limits that bound the wait. Cancellation: lossy. Errors:
  /// `invalid_argument` for a code or reason that cannot be sent; `io::write_error`,
  /// `io::write_timeout`.
  task<void> close(std::uint16_t code = 1000, std::string reason = {});

  /// The subprotocol that the server chose; empty if none.
  [[nodiscard]] const std::string& subprotocol() const noexcept;

 private:
  class impl;
  explicit async_connection(std::unique_ptr<impl> made) noexcept;

  std::unique_ptr<impl> impl_;
};

}  // namespace leat::ws
