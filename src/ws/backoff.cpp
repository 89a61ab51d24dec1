// SPDX-License-Identifier: MIT
#include "ws/backoff.hpp"

#include <algorithm>

#include "leat/base/doubled.hpp"

namespace leat::ws {

duration backoff_delay(duration first, duration most, double jitter, std::size_t attempt,
                       double chance) noexcept {
  const duration whole = doubled(first, attempt, most);
  const double share = std::clamp(jitter, 0.0, 1.0) * std::clamp(chance, 0.0, 1.0);
  const auto off = static_cast<duration::rep>(static_cast<double>(whole.count()) * share);
  return whole - duration(std::min(off, whole.count()));
}

}  // namespace leat::ws
