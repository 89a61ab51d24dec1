// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>

#include "leat/coro/task.hpp"

namespace leat::detail {

/// Several children, one parent that waits for all of them. What `when_all`,
/// `when_all_settled` and task groups share.
///
/// When the last child has ended: an error beats a stop, and a stop beats values only if some
/// child was actually stopped.
class join final : public ready_node {
 public:
  explicit join(const char* what) noexcept : what_(what) {}

  /// Starts counting. `parent` waits for `children`; they live in a scope inside the parent's.
  void open(promise_base& waiting, std::size_t children) noexcept;
  void add_child() noexcept {
    LEAT_ASSERT(live_ != 0);  // a group that has ended takes no children
    ++live_;
  }

  /// The first failure cancels the others; later ones can only be reported.
  void child_failed(std::exception_ptr failure) noexcept;

  /// A child has ended. Called inside its `final_suspend`, so never unwinds: a stop that has
  /// to go on is put into the ready queue.
  std::coroutine_handle<> child_done() noexcept;
  after_stop child_stopped() noexcept;

  /// Says whether a parent that is still inside `await_suspend` and has seen all children end
  /// must stay suspended because a stop goes on.
  [[nodiscard]] bool stays_suspended() noexcept;

  void run() noexcept override { unwind(*parent_); }

  void rethrow() const {
    if (first_ != nullptr) std::rethrow_exception(first_);
  }

  cancel_scope scope;
  [[nodiscard]] std::size_t live() const noexcept { return live_; }
  [[nodiscard]] promise_base& parent() const noexcept { return *parent_; }

 private:
  [[nodiscard]] bool must_stop() const noexcept {
    return first_ == nullptr && saw_stop_ && parent_->scope->is_stopped();
  }

  promise_base* parent_ = nullptr;
  std::size_t live_ = 0;
  std::exception_ptr first_;
  const char* what_;
  bool saw_stop_ = false;
};

/// A place in a join: one task and, in the end, its result.
template <class T>
class join_slot final : public boundary {
 public:
  explicit join_slot(task<T>&& child) noexcept : join_slot(child.release()) {}
  join_slot(join_slot&& other) noexcept
      : boundary(std::exchange(other.child_, {})), promise_(other.promise_) {}

  /// `fails_fast`: an error of this child is an error of the join.
  void start(join& joined, bool fails_fast) noexcept {
    join_ = &joined;
    fails_fast_ = fails_fast;
    promise_->owner = this;
    promise_->scope = &joined.scope;
    child_.resume();
  }

  std::coroutine_handle<> child_done() noexcept override {
    if (fails_fast_) {
      if (auto failure = promise_->error()) join_->child_failed(std::move(failure));
    }
    return join_->child_done();
  }
  after_stop child_stopped() noexcept override { return join_->child_stopped(); }

  unit_if_void<T> take() {
    if constexpr (std::is_void_v<T>) {
      promise_->take();
      return {};
    } else {
      return promise_->take();
    }
  }
  outcome<T> take_outcome() {
    if (!child_) return cancelled{join_->scope.reason()};
    return promise_->take_outcome();
  }

 private:
  explicit join_slot(typename task<T>::handle child) noexcept
      : boundary(child), promise_(&child.promise()) {}

  typename task<T>::promise_type* promise_;
  join* join_ = nullptr;
  bool fails_fast_ = true;
};

}  // namespace leat::detail
