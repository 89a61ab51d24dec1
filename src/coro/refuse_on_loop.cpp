// SPDX-License-Identifier: MIT
#include "leat/coro/refuse_on_loop.hpp"

#include "leat/base/error.hpp"
#include "leat/coro/executor.hpp"

namespace leat {

void refuse_on_loop(const char* async_twin) {
  if (executor::current_or_null() != nullptr) throw blocking_call_on_loop(async_twin);
}

}  // namespace leat
