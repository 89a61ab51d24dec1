// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/single_child.hpp"

namespace leat {
namespace detail {

/// A scope that an outer stop does not stop at once: it arms its grace period instead.
class shielded_scope final : public cancel_scope {
 public:
  explicit shielded_scope(duration grace) noexcept : grace_(grace) { shield_from_outer(); }

  /// The work has ended. The scope may live on as a part of a frame, so it leaves its parent:
  /// a later stop must not find work here that is no longer pending.
  void end() noexcept {
    detach();
    timer_.unlink();
  }

  /// When the work will be stopped; never, as long as no outer stop has come.
  [[nodiscard]] deadline end_of_grace() const noexcept {
    return timer_.is_linked() ? deadline(timer_.due) : deadline::never();
  }

 private:
  void outer_stopped() noexcept override;

  scope_timer timer_{*this};
  duration grace_;
};

template <class T>
class [[nodiscard]] shield_awaiter final : public single_child<T> {
 public:
  shield_awaiter(task<T>&& child, duration grace) noexcept
      : single_child<T>(std::move(child)), scope_(grace), grace_(grace) {}
  shield_awaiter(shield_awaiter&& other) noexcept
      : single_child<T>(std::move(other)), scope_(other.grace_), grace_(other.grace_) {}
  ~shield_awaiter() { this->destroy_child(); }

  std::coroutine_handle<> await_suspend(awaiting_frame waiting) noexcept {
    // What is shielded outlives the limits around it; its own is the grace, once that runs.
    outer_until_ = this->parent->node->until;
    scope_.attach(*this->parent->scope);
    this->parent->node->until = scope_.end_of_grace();
    return this->start_child(waiting, scope_);
  }
  after_stop child_stopped() noexcept override {
    leave();
    return this->unwind_parent();  // the grace only runs after an outer stop
  }
  T await_resume() {
    leave();
    return this->take();
  }

 private:
  void leave() noexcept {
    scope_.end();
    this->parent->node->until = outer_until_;
  }

  deadline outer_until_ = deadline::never();
  shielded_scope scope_;
  duration grace_;
};

}  // namespace detail

/// Protects `work` from an outer stop, for `grace` after that stop came; then it is stopped too.
///
/// For cleanup that has to await, inside an exit stack. Without an outer stop there is no limit:
/// give the work a timeout of its own.
///
/// Cancellation: deferred, for at most `grace`; afterwards the stop goes on at the next await.
/// Errors: what the work throws; `invalid_argument` if `grace` is negative.
template <stoppable_awaitable Awaitable>
auto shield(Awaitable&& work, duration grace) {
  return detail::shield_awaiter<await_result<Awaitable>>(as_task(std::forward<Awaitable>(work)),
                                                         checked_limit(grace, "shield"));
}

}  // namespace leat
