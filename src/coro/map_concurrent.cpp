// SPDX-License-Identifier: MIT
#include "leat/coro/map_concurrent.hpp"

#include "leat/base/error.hpp"

namespace leat::detail {

std::size_t checked_concurrency(std::size_t limit) {
  if (limit == 0) throw invalid_argument("map_concurrent: with a limit of zero nothing could run");
  return limit;
}

}  // namespace leat::detail
