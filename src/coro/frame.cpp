// SPDX-License-Identifier: MIT
#include "leat/coro/frame.hpp"

namespace leat {

void unwind(promise_base& from) noexcept {
  promise_base* frame = &from;
  for (;;) {
    frame_owner* const owner = frame->owner;
    LEAT_ASSERT(frame->scope->is_stopped());
    // The owner lives in the parent's frame, so it is still there afterwards.
    owner->destroy_child();
    if (!owner->is_boundary_) {
      frame = owner->parent;
      continue;
    }
    const after_stop next = static_cast<boundary*>(owner)->child_stopped();
    if (next.unwind != nullptr) {
      frame = next.unwind;
      continue;
    }
    if (next.resume) next.resume.resume();
    return;
  }
}

}  // namespace leat
