// SPDX-License-Identifier: MIT
#include "leat/coro/to_thread.hpp"

namespace leat::detail {

void thread_awaiter::start() noexcept {
  home_ = &executor::current();
  try {
    pool_.submit(job_);
    home_->external_work_started();
  } catch (...) {
    fail();
    complete();
  }
}

detach_result thread_awaiter::detach() noexcept {
  if (!pool_.withdraw(job_)) return detach_result::refused;
  home_->external_work_finished();
  return detach_result::detached;
}

}  // namespace leat::detail
