// SPDX-License-Identifier: MIT
#include "leat/coro/leaf.hpp"

namespace leat {

void leaf::complete_stopped() noexcept {
  LEAT_ASSERT(state_ == state::waiting);
  frame_->scope->observe();
  ready_node::unlink();
  scope_hook::unlink();
  schedule(state::stopping);
}

void leaf::request_stop() noexcept {
  switch (detach()) {
    case detach_result::detached:
      frame_->scope->observe();
      schedule(state::stopping);
      return;
    case detach_result::refused: frame_->scope->observe(); return;
    // Whether it was still pending shows when it reports: an operation that is done all the
    // same had completed before, and its result must not be taken for late and thrown away.
    case detach_result::asked: return;
  }
}

void leaf::describe_wait(wait_description& to) const noexcept {
  if (state_ != state::waiting) return;  // it only waits for its turn
  describe(to);
  to.at = site_;
  to.frame = frame_;
}

}  // namespace leat
