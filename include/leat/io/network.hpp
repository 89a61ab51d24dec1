// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "leat/base/memory.hpp"
#include "leat/io/socket_options.hpp"
#include "leat/io/stream.hpp"

namespace leat::io {

/// Where a server listens: a host and a port, or the path of a Unix socket.
class endpoint {
 public:
  /// `host` is a name or a numeric address, IPv6 without brackets.
  [[nodiscard]] static endpoint tcp(std::string host, std::uint16_t port) {
    return {std::move(host), port, false};
  }
  [[nodiscard]] static endpoint unix_socket(std::string path) { return {std::move(path), 0, true}; }

  [[nodiscard]] bool is_unix() const noexcept { return is_unix_; }
  /// The host, or the path.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// `host:port` with IPv6 in brackets, or `unix:path`.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const endpoint&, const endpoint&) = default;

 private:
  endpoint(std::string host, std::uint16_t port, bool is_unix)
      : host_(std::move(host)), port_(port), is_unix_(is_unix) {}

  std::string host_;
  std::uint16_t port_;
  bool is_unix_;
};

/// Accepts connections. Destroying it stops listening.
/// Thread-safety: one loop.
class listener {
 public:
  listener() = default;
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  virtual ~listener() = default;

  /// Waits for the next connection. Several tasks may wait at once.
  /// Cancellation: safe; a connection is delivered or stays in the queue.
  /// Errors: `accept_error`. One connection that failed, or a process that has run out of
  /// descriptors, does not end the listener: wait a moment and accept again.
  virtual task<std::unique_ptr<async_stream>> accept() = 0;

  /// Stops listening; waiting connections are refused. A pending `accept()` fails. Closing again
  /// does nothing.
  virtual void close() noexcept = 0;

  /// Where it listens, with the port that was chosen for port 0.
  [[nodiscard]] virtual const endpoint& local() const noexcept = 0;
};

struct listen_options {
  listen_options() noexcept = default;
  int backlog = 4096;       ///< Connections the kernel keeps until they are accepted.
  bool reuse_port = false;  ///< Lets several loops listen on one port.
};

/// Makes connections: the seam between what talks and where it runs. The system's network is one
/// implementation; `testing::memory_network` and `testing::simulated_network` are others.
/// Thread-safety: one loop.
class network {
 public:
  network() = default;
  network(const network&) = delete;
  network& operator=(const network&) = delete;
  virtual ~network() = default;

  /// Connects to `to`, looking its name up first. Several addresses are tried side by side,
  /// each a little after the last (RFC 8305).
  /// Cancellation: safe. Errors: `resolve_error`, `connect_error`, `connect_timeout`.
  virtual task<std::unique_ptr<async_stream>> connect(endpoint to, deadline until) = 0;

  /// Listens on `at`, which has a numeric host or is a path; port 0 chooses a free one. A stale
  /// Unix socket is replaced.
  /// Errors: `listen_error`.
  virtual std::unique_ptr<listener> listen(const endpoint& at, listen_options options) = 0;
  std::unique_ptr<listener> listen(const endpoint& at);
};

/// The network of the operating system, on whichever loop it is used.
[[nodiscard]] network& system_network() noexcept;

/// The same, but its connections begin at `local_address`, a numeric address of this machine. Unix
/// sockets cannot be reached from one.
/// Errors: `invalid_argument`, if it is not numeric.
[[nodiscard]] std::unique_ptr<network> make_system_network(const std::string& local_address);

/// The same with options for the sockets of its connections, which may begin anywhere where
/// `local_address` is empty. They are tried out at once.
/// Errors: `socket_option_refused`, naming the one that the kernel does not take, and `cause()`
/// says why; `invalid_argument` for the address.
[[nodiscard]] std::unique_ptr<network> make_system_network(const socket_options& options,
                                                           const std::string& local_address = {});

}  // namespace leat::io
