// SPDX-License-Identifier: MIT
#include "leat/coro/when_any.hpp"

#include "leat/base/error.hpp"

namespace leat::detail {

void check_any_children(std::size_t children) {
  if (children == 0) throw invalid_argument("when_any: there is no task that could be the first");
}

}  // namespace leat::detail
