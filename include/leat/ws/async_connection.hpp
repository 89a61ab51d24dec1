// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "leat/base/impl_ptr.hpp"
#include "leat/ws/error.hpp"
#include "leat/ws/options.hpp"

namespace leat::ws {

/// A WebSocket as a client.
///
/// Tasks may send while one receives. Messages go out in the order of the calls; those that wait
/// for their turn are bounded by `queue_limits`. Whoever waits drives the connection, so nothing is
/// read, and no ping is answered, while nobody is in `receive()`.
///
/// Lifetime: must outlive its operations. Thread-safety: one loop.
class async_connection {
 public:
  /// Opens a WebSocket at `url`, `ws://` or `wss://`. A user name and password in it are shown by
  /// basic authentication, unless `options.headers` have an Authorization. Tries once, whatever
  /// `options.reconnect` says. Cancellation: lossy. Errors: `invalid_argument` for another URL, or
  /// options that make no sense; `route::invalid_proxy` for a proxy, also one of the environment;
  /// `route::proxy_error`; `handshake_error`; those of `io` for connecting, TLS, reading and
  /// writing.
  static task<async_connection> connect(std::string url, async_options options = {});

  async_connection(async_connection&&) noexcept;
  async_connection& operator=(async_connection&&) noexcept;
  /// Aborts the connection if it is open.
  ~async_connection();

  /// Sends one message, and returns when it has been written. Text must be UTF-8.
  ///
  /// A connection that is lost is made anew first, if `options.reconnect` says so, and what
  /// certainly was not sent goes out on it. What may have been sent is not sent twice.
  ///
  /// Cancellation: safe while it waits for its turn, for room or for a new connection: nothing was
  /// sent. Lossy once it is being written: by another task, then it may be sent; by this one, then
  /// the write goes on for at most a second, and what cannot be ended then loses the connection.
  /// Errors: `invalid_argument` for text that is not UTF-8; `limit_exceeded` with
  /// `overflow::fail`; `closed`, `reconnect_failed`, or what else the connection was lost to:
  /// nothing was sent; `write_error`, `write_timeout`: whether it was sent is not known.
  task<void> send_text(std::string text);
  task<void> send_binary(std::string bytes);

  /// Waits for the next message; answers pings and the peer's close in between. A connection that
  /// is lost is made anew, if `options.reconnect` says so; what was said in between is missed.
  /// Cancellation: safe; while it writes an answer, deferred for at most a second.
  /// Errors: `closed`; `io::read_timeout`, after which it may be called again; `reconnect_failed`;
  /// without reconnecting `ping_timeout`, `remote_protocol_error`, `io::read_error`: the connection
  /// is lost.
  task<message> receive();

  /// Sends a ping of at most 125 bytes, in the order of messages; its pong is taken by `receive()`.
  /// Cancellation and errors: as `send_text()`.
  task<void> ping(std::string payload = {});
  /// Sends a pong that nobody has asked for (RFC 6455, section 5.5.3): a sign of life that wants no
  /// answer. Pings are answered without it. At most 125 bytes, in the order of messages.
  /// Cancellation and errors: as `send_text()`.
  task<void> pong(std::string payload = {});

  /// Closes in order, behind the messages that wait to be sent; those that still come are dropped,
  /// unless another task receives them. A peer that does not play along within `timeouts::close` is
  /// cut off, whoever else waits for it. Closing again does nothing. Never connects anew.
  /// Cancellation: lossy; nothing more can be sent. Errors: `invalid_argument` for a code or reason
  /// that cannot be sent.
  task<void> close(std::uint16_t code = 1000, std::string reason = {});

  [[nodiscard]] ws::statistics statistics() const noexcept;

  /// The subprotocol that the server chose, on the last connection; empty if none.
  [[nodiscard]] const std::string& subprotocol() const noexcept;

 private:
  class impl;
  explicit async_connection(impl_ptr<impl> made) noexcept;

  impl_ptr<impl> impl_;
};

}  // namespace leat::ws
