// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "leat/io/stream.hpp"

#include "io/owned_file.hpp"
#include "io/resolver.hpp"
#include "io/socket_plan.hpp"

namespace leat::io::epoll_backend {

/// A connected socket, which does not block, as a stream.
/// Errors: `std::system_error`, if it cannot be watched.
[[nodiscard]] std::unique_ptr<async_stream> make_socket_stream(owned_file socket,
                                                               std::string peer_name);

/// What became of an attempt to connect.
struct connect_result {
  std::unique_ptr<async_stream> stream;  ///< Null if it failed.
  std::error_code failure;
  bool has_timed_out = false;
};

/// Connects to one address. Lifetime: `plan` outlives the call.
/// Cancellation: safe. Errors: `std::system_error`, if the socket cannot be watched.
task<connect_result> connect_socket(socket_address to, std::string peer_name, deadline until,
                                    const socket_plan& plan);

}  // namespace leat::io::epoll_backend
