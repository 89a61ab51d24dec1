// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include <poll.h>

#include "leat/base/time.hpp"

namespace leat::io::blocking_sockets {

/// Waits until one of `sockets` is ready, or `until` has come. Returns whether one is; their
/// `revents` say which. Interrupted waits go on.
[[nodiscard]] bool wait_ready(std::span<pollfd> sockets, deadline until);

}  // namespace leat::io::blocking_sockets
