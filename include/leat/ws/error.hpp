// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/route/error.hpp"

/// The branch of the error tree that WebSockets throw, besides the leaves of `io`:
///
///     protocol_error
///     ├── ws::handshake_error         the server opened no WebSocket, or not as it has to
///     └── ws::remote_protocol_error   the peer broke the protocol or passed a limit
///     timeout_error
///     └── ws::ping_timeout            the peer has not answered a ping
///     leat::error
///     ├── ws::closed                  the connection is closed: its code and reason
///     ├── ws::reconnect_failed        it was lost, and every attempt to make it anew has failed
///     ├── route::proxy_error          the proxy made no connection; says which, and why
///     └── route::invalid_proxy        what describes a proxy cannot be understood
namespace leat::ws {

enum class errc { handshake_failed = 1, remote_protocol, ping_timeout, closed, reconnect_failed };

std::error_code make_error_code(errc value) noexcept;

/// The server opened no WebSocket. `cause()` says what was wrong.
class handshake_error : public protocol_error {
 public:
  handshake_error(const std::string& message, int status, std::error_code cause);
  /// The status of the answer; 0 if there was none that could be read.
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  int status_;
};

/// The peer broke the protocol or passed a limit; the connection is closed.
class remote_protocol_error : public protocol_error {
 public:
  remote_protocol_error(const std::string& message, std::error_code cause);
};

/// The peer has not answered a ping in time.
class ping_timeout : public timeout_error {
 public:
  explicit ping_timeout(const std::string& message);
};

/// The connection is closed, by either side.
class closed : public error {
 public:
  closed(const std::string& peer, std::uint16_t close_code, std::string reason);

  /// The peer's code; 1005 if its frame had none, 1006 if there was no frame.
  [[nodiscard]] std::uint16_t close_code() const noexcept { return close_code_; }
  /// What the peer gave as its reason. Untrusted.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::uint16_t close_code_;
  std::string reason_;
};

/// The connection was lost, and could not be made anew in `reconnect_policy::max_attempts`.
class reconnect_failed : public error {
 public:
  reconnect_failed(std::size_t attempts, std::exception_ptr last);

  [[nodiscard]] std::size_t attempts() const noexcept { return attempts_; }
  /// The error of the last attempt; its code is `cause()`.
  [[nodiscard]] const std::exception_ptr& last() const noexcept { return last_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::size_t attempts_;
  std::exception_ptr last_;
};

}  // namespace leat::ws

template <>
struct std::is_error_code_enum<leat::ws::errc> : std::true_type {};
