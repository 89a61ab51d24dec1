// SPDX-License-Identifier: MIT
#include "leat/coro/frame.hpp"

#include <exception>

#include "coro/task_text.hpp"

namespace leat {

std::coroutine_handle<> detail::destroy_frames(promise_base& from) noexcept {
  const detail::dropping_tasks stopped;
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
    return next.resume;
  }
}

void unwind(promise_base& from) noexcept {
  if (const auto next = detail::destroy_frames(from)) next.resume();
}

void detail::drop_task(std::coroutine_handle<> frame, const promise_base& promise) noexcept {
#ifndef NDEBUG
  auto* const home = executor::current_or_null();
  // NOLINTNEXTLINE(leat-exception-count): decides what is said, not what is done.
  const bool is_by_error = std::uncaught_exceptions() != 0;
  if (home != nullptr && dropping_tasks::depth == 0 && !is_by_error) {
    home->report(make_never_awaited(promise.site), "a task that was never awaited");
  }
#else
  static_cast<void>(promise);
#endif
  const dropping_tasks its_arguments;
  frame.destroy();
}

}  // namespace leat
