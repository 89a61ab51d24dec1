// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "leat/base/memory.hpp"
#include "leat/io/blocking_stream.hpp"
#include "leat/io/network.hpp"

namespace leat::io {

/// Makes connections for threads without a loop: the blocking sibling of `network`.
/// Thread-safety: any thread.
class blocking_network {
 public:
  blocking_network() = default;
  blocking_network(const blocking_network&) = delete;
  blocking_network& operator=(const blocking_network&) = delete;
  virtual ~blocking_network() = default;

  /// Connects to `to`, looking its name up first. Several addresses are tried side by side,
  /// each a little after the last (RFC 8305).
  ///
  /// The system's resolver cannot be interrupted, so a lookup ends when it has answered; the
  /// deadline is looked at afterwards.
  /// Errors: `resolve_error`, `connect_error`, `connect_timeout`; `deadline_exceeded` of a
  /// `blocking_deadline`; `blocking_call_on_loop`, from that of the system.
  virtual std::unique_ptr<blocking_stream> connect(const endpoint& to, deadline until) = 0;
};

/// The network of the operating system.
[[nodiscard]] blocking_network& system_blocking_network() noexcept;

/// The same, but its connections begin at `local_address`; see `make_system_network()`.
/// Errors: `invalid_argument`, if it is not numeric.
[[nodiscard]] std::unique_ptr<blocking_network> make_system_blocking_network(
    const std::string& local_address);

/// The same with options for its sockets; see `make_system_network()`.
/// Errors: `socket_option_refused`; `invalid_argument` for the address.
[[nodiscard]] std::unique_ptr<blocking_network> make_system_blocking_network(
    const socket_options& options, const std::string& local_address = {});

}  // namespace leat::io
