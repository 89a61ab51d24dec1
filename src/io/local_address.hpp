// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "io/resolver.hpp"

namespace leat::io {

/// Where connections of a network begin: an address of this machine, with any port.
/// Errors: `invalid_argument`, if it is not numeric.
[[nodiscard]] socket_address parse_local_address(const std::string& address);

/// Leaves those of `addresses` to which a connection from `local` can lead.
/// Errors: `connect_error`, if there is none.
void keep_reachable(std::vector<socket_address>& addresses, const socket_address& local,
                    const endpoint& to);

/// Binds a socket that is going to connect; a port is chosen when it does. Returns whether that
/// was possible, else `errno` says why not.
[[nodiscard]] bool bind_local(int socket, const socket_address& local) noexcept;

}  // namespace leat::io
