// SPDX-License-Identifier: MIT
#include "leat/coro/with_timeout.hpp"

#include "coro/task_text.hpp"

namespace leat::detail {
namespace {

std::string set_by(const promise_base& by) {
  const auto place = place_text(by.site);
  return " in " + function_text(by.site) + (place.empty() ? place : " (" + place + ")");
}

}  // namespace

void limit_timer::run() noexcept {
  executor& home = executor::current();
  if (has_stopped_) {
    return home.report(make_not_stopping(kind_, *task_, join::default_grace, home.now()),
                       "a stop: the grace period has passed");
  }
  has_stopped_ = true;
  scope_.cancel(stop_reason::deadline);
  home.arm(*this, home.now() + join::default_grace);
}

void throw_timed_out(duration limit, const promise_base& by) {
  throw deadline_exceeded("deadline exceeded: with_timeout of " + duration_text(limit) +
                          set_by(by));
}

void throw_deadline_passed(const promise_base& by) {
  throw deadline_exceeded("deadline exceeded: with_deadline" + set_by(by));
}

}  // namespace leat::detail
