// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/single_child.hpp"

namespace leat::detail {

/// The timer of a child that is stopped when its time is up, and reported if it has not ended
/// a grace period later.
class limit_timer final : public ready_node {
 public:
  limit_timer(cancel_scope& scope, const char* kind) noexcept : scope_(scope), kind_(kind) {}

  void arm(task_node& task, deadline end) noexcept {
    task_ = &task;
    if (!end.is_never()) executor::current().arm(*this, end.at());
  }
  void run() noexcept override;

 private:
  cancel_scope& scope_;
  const char* kind_;
  task_node* task_ = nullptr;
  bool has_stopped_ = false;
};

/// A child that is stopped when its time is up. What the combinators with a deadline share.
template <class T>
class limited_child : public single_child<T> {
 public:
  after_stop child_stopped() noexcept final {
    leave();
    // Where an outer stop is visible it wins: the caller of this frame has to stop as well.
    return this->parent->scope->is_stopped() ? this->unwind_parent() : this->resume_parent();
  }

 protected:
  limited_child(task<T>&& child, const char* kind) noexcept
      : single_child<T>(std::move(child)), kind_(kind) {}
  limited_child(limited_child&& other) noexcept
      : single_child<T>(std::move(other)), kind_(other.kind_) {}
  ~limited_child() { this->destroy_child(); }

  std::coroutine_handle<> start_until(std::coroutine_handle<> waiting, deadline end) noexcept {
    scope_.attach(*this->parent->scope);
    task_node& task = *this->parent->node;
    outer_until_ = task.until;
    task.until = earlier(outer_until_, end);
    timer_.arm(task, end);
    return this->start_child(waiting, scope_);
  }

  /// Ends the waiting. Returns whether the work was late: stopped, or still pending when its
  /// time was up, whatever it returned afterwards.
  [[nodiscard]] bool end_late() noexcept {
    leave();
    return this->was_stopped() ||
           (scope_.own_reason() == stop_reason::deadline && scope_.was_observed());
  }

  /// After `end_late()`: the error of work that failed while it was being stopped is no answer
  /// any more, but must not be lost. `where` is a constant text.
  void report_late_error(const char* where) const noexcept {
    if (this->was_stopped()) return;
    if (auto failure = this->error()) executor::current().report(std::move(failure), where);
  }

  [[nodiscard]] const promise_base& waiting_frame() const noexcept { return *this->parent; }

 private:
  void leave() noexcept {
    timer_.unlink();
    this->parent->node->until = outer_until_;
  }

  const char* kind_;
  deadline outer_until_ = deadline::never();
  cancel_scope scope_;
  limit_timer timer_{scope_, kind_};
};

}  // namespace leat::detail
