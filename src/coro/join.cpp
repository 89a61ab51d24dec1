// SPDX-License-Identifier: MIT
#include "leat/coro/join.hpp"

namespace leat::detail {

void join::open(promise_base& waiting, std::size_t children) noexcept {
  parent_ = &waiting;
  live_ = children;
  scope.attach(*waiting.scope);
}

void join::child_failed(std::exception_ptr failure) noexcept {
  if (first_ != nullptr) return executor::current().report(std::move(failure), what_);
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
  if (!must_stop()) return parent_->handle();
  executor::current().push(*this);
  return std::noop_coroutine();
}

after_stop join::child_stopped() noexcept {
  saw_stop_ = true;
  if (--live_ != 0) return {};
  if (must_stop()) return {{}, parent_};
  return {parent_->handle(), nullptr};
}

bool join::stays_suspended() noexcept {
  if (--live_ != 0) return true;
  if (!must_stop()) return false;
  executor::current().push(*this);
  return true;
}

}  // namespace leat::detail
