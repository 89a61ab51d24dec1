// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/task.hpp"

namespace leat::detail {

/// A boundary around one task, awaited in place. What the combinators with one child share.
template <class T>
class single_child : public boundary, public boundary_awaiter {
 public:
  void bind(promise_base& frame) noexcept { parent = &frame; }
  [[nodiscard]] bool await_ready() const noexcept { return false; }

 protected:
  explicit single_child(task<T>&& child) noexcept : single_child(child.release()) {}
  single_child(single_child&& other) noexcept
      : boundary(std::exchange(other.child_, {})), promise_(other.promise_) {}
  ~single_child() = default;

  std::coroutine_handle<> start_child(std::coroutine_handle<> waiting,
                                      cancel_scope& scope) noexcept {
    promise_->continuation = waiting;
    promise_->owner = this;
    promise_->scope = &scope;
    promise_->node = parent->node;
    return child_;
  }

  /// From now on the child's end does not resume the parent but asks `child_done()`.
  void await_child_done() noexcept { promise_->continuation = {}; }

  [[nodiscard]] bool was_stopped() const noexcept { return !child_; }
  /// The error of the child, or null. The child has ended and was not stopped.
  [[nodiscard]] std::exception_ptr error() const noexcept { return promise_->error(); }
  T take() { return promise_->take(); }
  outcome<T> take_outcome() { return promise_->take_outcome(); }

  [[nodiscard]] after_stop resume_parent() const noexcept { return {parent->handle(), nullptr}; }
  [[nodiscard]] after_stop unwind_parent() const noexcept { return {{}, parent}; }

 private:
  explicit single_child(typename task<T>::handle child) noexcept
      : boundary(child), promise_(&child.promise()) {}

  typename task<T>::promise_type* promise_;
};

}  // namespace leat::detail
