// SPDX-License-Identifier: MIT
#include "leat/coro/join.hpp"

#include "coro/task_text.hpp"

namespace leat::detail {

void join::open(promise_base& waiting, std::size_t children, std::source_location at) noexcept {
  parent_ = &waiting;
  live_ = children;
  site_ = at;
  task_node& task = *waiting.node;
  until_ = task.until;
  outer_ = std::exchange(task.innermost_join_, this);
  scope.attach(*waiting.scope);
}

void join::child_failed(std::exception_ptr failure) noexcept {
  if (first_ != nullptr) {
    return executor::current().report(std::move(failure), on_further_failure_);
  }
  first_ = std::move(failure);
  scope.cancel(stop_reason::sibling_failed);
}

void join::child_completed(const boundary& child, join_policy policy, bool has_failed) noexcept {
  const bool decides =
      policy == join_policy::first_completed ||
      (has_failed && (policy == join_policy::first_error || policy == join_policy::collect_errors));
  if (!decides || deciding_child_ != nullptr) return;
  deciding_child_ = &child;
  if (policy != join_policy::collect_errors) scope.cancel(stop_reason::requested);
}

std::coroutine_handle<> join::child_done() noexcept {
  if (--live_ != 0) return std::noop_coroutine();
  end();
  if (!must_stop()) return parent_->handle();
  executor::current().push(*this);
  return std::noop_coroutine();
}

after_stop join::child_stopped() noexcept {
  saw_stop_ = true;
  if (--live_ != 0) return {};
  end();
  if (must_stop()) return {{}, parent_};
  return {parent_->handle(), nullptr};
}

bool join::stays_suspended() noexcept {
  if (--live_ != 0) {
    parent_waits();
    return true;
  }
  end();
  if (!must_stop()) return false;
  executor::current().push(*this);
  return true;
}

void join::run() noexcept {
  if (live_ != 0) return report_not_stopping();
  const task_step step(*parent_->node);
  unwind(*parent_);
}

void join::describe_wait(wait_description& to) const noexcept {
  if (live_ == 0) return;
  to.add(kind_);
  if (name_ != nullptr) {
    to.add(" ");
    to.add(name_);
  }
  to.add(": ");
  to.add(live_);
  to.add(live_ == 1 ? " child left" : " children left");
  to.at = site_;
  to.frame = parent_;
}

void join::arm_grace() noexcept {
  auto* const home = executor::current_or_null();
  if (live_ == 0 || home == nullptr || is_linked()) return;
  const deadline end = deadline::after(home->now(), grace_);
  if (!end.is_never()) home->arm(*this, end.at());
}

void join::report_not_stopping() noexcept {
  executor& home = executor::current();
  home.report(make_not_stopping(*this, grace_, home.now()), "a stop: the grace period has passed");
}

}  // namespace leat::detail
