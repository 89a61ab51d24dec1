// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "leat/base/impl_ptr.hpp"
#include "leat/ws/error.hpp"
#include "leat/ws/options.hpp"

namespace leat::ws {

/// A WebSocket as a client, for threads without a loop: the blocking sibling of `async_connection`.
///
/// Nothing happens between the calls: no ping is answered or sent while none is in `receive()`, and
/// a connection that was lost is made anew by the next call.
///
/// Thread-safety: one thread at a time.
class connection {
 public:
  /// Opens a WebSocket at `url`, `ws://` or `wss://`. A user name and password in it are shown by
  /// basic authentication, unless `options.headers` have an Authorization. Tries once, whatever
  /// `options.reconnect` says. Cancellation: none; a `blocking_deadline` ends it. Errors:
  /// `invalid_argument` for another URL, or options that make no sense; `route::invalid_proxy` for
  /// a proxy, also one of the environment; `route::proxy_error`; `handshake_error`; those of `io`
  /// for connecting, TLS, reading and writing.
  static connection connect(std::string url, options options = {});

  connection(connection&&) noexcept;
  connection& operator=(connection&&) noexcept;
  /// Aborts the connection if it is open.
  ~connection();

  /// Sends one message. Text must be UTF-8. A connection that is lost is made anew first, if
  /// `options.reconnect` says so. What may have been sent is not sent twice.
  /// Cancellation: none; a `blocking_deadline` ends it, and in the middle of a message the
  /// connection with it.
  /// Errors: `invalid_argument` for text that is not UTF-8; `closed`, `reconnect_failed`, or what
  /// else the connection was lost to: nothing was sent; `write_error`, `write_timeout`: whether it
  /// was sent is not known.
  void send_text(std::string text);
  void send_binary(std::string bytes);

  /// Waits for the next message; answers pings and the peer's close in between. A connection that
  /// is lost is made anew, if `options.reconnect` says so; what was said in between is missed.
  /// Cancellation: none; a `blocking_deadline` ends it.
  /// Errors: `closed`; `io::read_timeout`, after which it may be called again; `reconnect_failed`;
  /// without reconnecting `ping_timeout`, `remote_protocol_error`, `io::read_error`: the connection
  /// is lost.
  message receive();

  /// Sends a ping of at most 125 bytes; its pong is taken by `receive()`.
  /// Cancellation and errors: as `send_text()`.
  void ping(std::string payload = {});
  /// Sends a pong that nobody has asked for (RFC 6455, section 5.5.3): a sign of life that wants no
  /// answer. Pings are answered without it. At most 125 bytes.
  /// Cancellation and errors: as `send_text()`.
  void pong(std::string payload = {});

  /// Closes in order: messages that still come are dropped. A peer that does not play along within
  /// `timeouts::close` is cut off. Closing again does nothing. Never connects anew.
  /// Cancellation: none; a `blocking_deadline` ends it, and the connection. Errors:
  /// `invalid_argument` for a code or reason that cannot be sent.
  void close(std::uint16_t code = 1000, std::string reason = {});

  [[nodiscard]] ws::statistics statistics() const noexcept;

  /// The subprotocol that the server chose, on the last connection; empty if none.
  [[nodiscard]] const std::string& subprotocol() const noexcept;

 private:
  class impl;
  explicit connection(impl_ptr<impl> made) noexcept;

  impl_ptr<impl> impl_;
};

}  // namespace leat::ws
