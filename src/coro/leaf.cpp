// SPDX-License-Identifier: MIT
#include "leat/coro/leaf.hpp"

namespace leat {

void leaf::complete_stopped() noexcept {
  LEAT_ASSERT(state_ == state::waiting);
  ready_node::unlink();
  scope_hook::unlink();
  schedule(state::stopping);
}

void leaf::request_stop() noexcept {
  frame_->scope->observe();
  if (detach() == detach_result::detached) schedule(state::stopping);
}

}  // namespace leat
