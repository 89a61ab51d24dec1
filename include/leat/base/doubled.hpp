// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>

#include "leat/base/time.hpp"

namespace leat {

/// `first`, doubled so many times, but never more than `most`: how long to wait before trying
/// again. Neither is negative.
[[nodiscard]] constexpr duration doubled(duration first, std::size_t times,
                                         duration most) noexcept {
  duration grown = std::min(first, most);
  for (; times > 0 && grown > duration::zero() && grown < most; --times) {
    grown = grown > most / 2 ? most : grown * 2;
  }
  return grown;
}

}  // namespace leat
