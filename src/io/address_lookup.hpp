// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "leat/io/network.hpp"

#include "io/resolver.hpp"

namespace leat::io {

/// What the system's resolver answered.
struct lookup_result {
  std::vector<socket_address> addresses;  ///< In the order the system prefers (RFC 6724).
  int failure = 0;                        ///< An EAI_ code.
  int system_error = 0;                   ///< errno, for EAI_SYSTEM.
};

/// Asks the system's resolver, and blocks until it has answered.
[[nodiscard]] lookup_result look_up(const std::string& host, const std::string& port) noexcept;

[[noreturn]] void throw_resolve_error(const endpoint& at, const lookup_result& found);

/// The addresses of `at`. Names are looked up on this thread.
/// Errors: `resolve_error`.
[[nodiscard]] std::vector<socket_address> resolve_blocking(const endpoint& at);

}  // namespace leat::io
