// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "leat/base/chrono.hpp"
#include "leat/base/function.hpp"
#include "leat/base/time.hpp"
#include "leat/io/surface.hpp"
#include "leat/ws/message.hpp"

namespace leat::ws {

/// A connection that was made anew, before anybody else may use it: for
/// `reconnect_policy::on_reconnect`. One call at a time.
template <class Io>
class basic_resumption {
 public:
  template <class T>
  using result = typename Io::template result<T>;

  basic_resumption() = default;
  basic_resumption(const basic_resumption&) = delete;
  basic_resumption& operator=(const basic_resumption&) = delete;

  /// Goes out ahead of everything that waits to be sent.
  /// Cancellation: lossy; the new connection is given up. Errors: `invalid_argument` for text
  /// that is not UTF-8; `write_error`, `write_timeout`.
  virtual result<void> send_text(std::string text) = 0;
  virtual result<void> send_binary(std::string bytes) = 0;

  /// The next message, such as an answer to `send_text()`. No receiver of the connection sees it.
  /// Cancellation: safe, but the new connection is given up. Errors: those of
  /// `connection::receive()`.
  virtual result<message> receive() = 0;

  /// How many attempts it took.
  [[nodiscard]] virtual std::size_t attempts() const noexcept = 0;
  /// What the connection before it was lost to.
  [[nodiscard]] virtual const std::exception_ptr& cause() const noexcept = 0;

 protected:
  ~basic_resumption() = default;
};

using async_resumption = basic_resumption<io::async>;
using resumption = basic_resumption<io::blocking>;

/// Whether and how a connection that was lost is made anew: by whoever sends or receives, before
/// it goes on. The others wait for it.
///
/// A connection is lost when it breaks, when a ping or a write gets no answer, and when the peer
/// closes it with one of `close_codes`. A close in order, by either side, ends it. The first
/// connection is not a matter of this policy.
template <class Io>
struct basic_reconnect_policy {
  basic_reconnect_policy();
  basic_reconnect_policy(const basic_reconnect_policy&);
  basic_reconnect_policy(basic_reconnect_policy&&) noexcept;
  basic_reconnect_policy& operator=(const basic_reconnect_policy&);
  basic_reconnect_policy& operator=(basic_reconnect_policy&&) noexcept;
  ~basic_reconnect_policy();

  bool enabled = false;
  /// In a row. An attempt no longer counts when its connection has brought a message or a pong, or
  /// has lasted for `max_delay`.
  std::size_t max_attempts = 3;
  /// In front of the first attempt. Each further one waits twice as long, up to `max_delay`.
  duration delay = std::chrono::seconds(1);
  duration max_delay = std::chrono::seconds(30);
  /// The share of a delay that is left to chance, 0 to 1, so that the clients of a server that
  /// comes back do not all come at once.
  double jitter = 0.5;
  /// By default those of a peer that says it will be back: going away, internal error, service
  /// restart, try again later, bad gateway.
  std::vector<std::uint16_t> close_codes = {1001, 1011, 1012, 1013, 1014};
  /// From 0 to below 1. By default from the system.
  std::function<double()> random;
  /// Called with each new connection, to log in or subscribe again. A `leat::error` that it throws
  /// makes the attempt a failed one; anything else ends the connection. It must use what it is
  /// given: calls of the connection itself wait for its end. On the async surface it is a task.
  std::function<typename Io::template result<void>(basic_resumption<Io>&)> on_reconnect;
};

using async_reconnect_policy = basic_reconnect_policy<io::async>;
using reconnect_policy = basic_reconnect_policy<io::blocking>;

}  // namespace leat::ws
