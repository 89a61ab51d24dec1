// SPDX-License-Identifier: MIT
#include "leat/coro/cancel_scope.hpp"

#include "leat/coro/leaf.hpp"

namespace leat {

// A walk in pre-order by sibling and parent links: no recursion and no allocation, because
// cancelling has to work when memory or stack are what is short.
void cancel_scope::cancel(stop_reason reason) noexcept {
  if (own_ == stop_reason::none) own_ = reason;
  if (stopped_) return;
  cancel_scope* scope = this;
  for (;;) {
    scope->stopped_ = true;
    if (scope->watched_) scope->has_stopped();
    scope->stop_waiters();
    cancel_scope* next = scope->next_to_stop(scope->children_.first());
    while (next == nullptr) {
      if (scope == this) return;
      cancel_scope* const parent = scope->parent_;
      next = parent->next_to_stop(parent->children_.next(*scope));
      scope = parent;
    }
    scope = next;
  }
}

stop_reason cancel_scope::reason() const noexcept {
  for (const auto* scope = this; scope != nullptr; scope = scope->parent_) {
    if (scope->own_ != stop_reason::none) return scope->own_;
  }
  return stop_reason::none;
}

void cancel_scope::attach(cancel_scope& parent) noexcept {
  parent_ = &parent;
  parent.children_.push_back(*this);
  if (!parent.stopped_) return;
  if (shielded_) {
    tell_outer_stopped();
  } else {
    stopped_ = true;
    if (watched_) has_stopped();
  }
}

void cancel_scope::stop_waiters() noexcept {
  while (!waiters_.is_empty()) waiters_.pop_front().request_stop();
}

void cancel_scope::observe() noexcept {
  for (auto* scope = this; scope != nullptr && scope->stopped_; scope = scope->parent_) {
    scope->observed_ = true;
  }
}

// Shielded work is pending work: whoever stopped the outer scope gets it late.
void cancel_scope::tell_outer_stopped() noexcept {
  parent_->observe();
  outer_stopped();
}

cancel_scope* cancel_scope::next_to_stop(cancel_scope* from) noexcept {
  for (auto* child = from; child != nullptr; child = children_.next(*child)) {
    if (child->stopped_) continue;
    if (!child->shielded_) return child;
    child->tell_outer_stopped();
  }
  return nullptr;
}

}  // namespace leat
