// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "leat/io/socket_options.hpp"

#include "io/resolver.hpp"

namespace leat::io {

/// How the sockets of a network's connections are prepared.
struct socket_plan {
  std::optional<socket_address> local{};  ///< Where they begin.
  socket_options options{};
};

/// Errors: `invalid_argument`, if `local_address` is neither empty nor numeric;
/// `socket_option_refused`, if the kernel refuses an option.
[[nodiscard]] socket_plan make_socket_plan(const socket_options& options,
                                           const std::string& local_address);

/// Prepares a socket that is going to connect. Returns whether that was possible, else `errno` says
/// why not.
[[nodiscard]] bool prepare_socket(int socket, int family, const socket_plan& plan) noexcept;

}  // namespace leat::io
