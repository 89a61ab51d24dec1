// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "leat/base/time.hpp"

namespace leat::ws {

/// How long to wait in front of an attempt, whose number begins at 0. `chance` is from 0 to 1 and
/// takes off a share of at most `jitter`.
[[nodiscard]] duration backoff_delay(duration first, duration most, double jitter,
                                     std::size_t attempt, double chance) noexcept;

}  // namespace leat::ws
