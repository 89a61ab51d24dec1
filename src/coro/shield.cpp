// SPDX-License-Identifier: MIT
#include "leat/coro/shield.hpp"

namespace leat::detail {

void shielded_scope::outer_stopped() noexcept {
  if (timer_.is_linked()) return;
  executor& home = executor::current();
  const deadline end = deadline::after(home.now(), grace_);
  if (!end.is_never()) home.arm(timer_, end.at());
}

}  // namespace leat::detail
