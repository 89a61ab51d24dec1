// SPDX-License-Identifier: MIT
#include "leat/coro/with_timeout.hpp"

namespace leat::detail {

void throw_deadline_exceeded() {
  throw deadline_exceeded();
}

}  // namespace leat::detail
