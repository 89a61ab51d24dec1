// SPDX-License-Identifier: MIT
#include "leat/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace leat::detail {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: leat: broken invariant: %s\n", file, line, condition);
  std::abort();
}

}  // namespace leat::detail
