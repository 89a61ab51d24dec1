// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include <sys/socket.h>

#include "leat/coro/task.hpp"
#include "leat/io/network.hpp"

namespace leat::io {

/// An address of a socket, as the system's calls take it.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* data() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
  [[nodiscard]] int family() const noexcept { return storage.ss_family; }
};

/// The address as an endpoint with a numeric host.
[[nodiscard]] endpoint to_endpoint(const socket_address& address);

/// What a socket is connected to, as text; empty if it is not.
[[nodiscard]] std::string peer_address_of(int socket);

/// The address of a Unix socket, or of a numeric host; no other is looked up.
/// Errors: `resolve_error`, for a name or a path too long for a socket.
[[nodiscard]] socket_address numeric_address(const endpoint& at);

/// The addresses of `at`, in the order the system prefers (RFC 6724). Names are looked up on a
/// thread of the loop's pool, because the system's resolver blocks.
///
/// Cancellation: safe; a lookup that runs is abandoned and ends on its thread.
/// Errors: `resolve_error`; `connect_timeout` when `until` passes.
task<std::vector<socket_address>> resolve(endpoint at, deadline until);

}  // namespace leat::io
