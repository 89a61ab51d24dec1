// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "leat/io/network.hpp"

#include "io/resolver.hpp"
#include "io/socket_plan.hpp"

namespace leat::io {

// RFC 8305, section 5: the delay before the next address is tried while one is under way.
inline constexpr duration connection_attempt_delay = std::chrono::milliseconds(250);

/// Connects to the first of `addresses` that answers. They are tried in their order, each when
/// the one before has failed or has had its head start (RFC 8305, section 5).
///
/// Cancellation: safe. Errors: `connect_error`; `connect_timeout` when `until` passes.
task<std::unique_ptr<async_stream>> connect_to_first(endpoint to,
                                                     std::vector<socket_address> addresses,
                                                     deadline until, socket_plan plan = {});

}  // namespace leat::io
