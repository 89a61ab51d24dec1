// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>

#include "leat/coro/task.hpp"

namespace leat::detail {

/// What the end of a child means for the join it stands in.
enum class join_policy : std::uint8_t {
  fail_fast,        ///< The first error stops the others and is the error of the join.
  settle,           ///< An end is the child's own affair.
  collect_errors,   ///< The same, but with an error among the ends a stop does not go on.
  first_completed,  ///< The first end, by value or error, stops the others and decides.
  first_error,      ///< The first error stops the others and decides.
};

/// Several children, one parent that waits for all of them. What `when_all`, `when_any`,
/// `wait` and task groups share.
///
/// When the last child has ended: an error of the join beats a stop, as does an end that has
/// decided it; a stop beats values only if some child was actually stopped.
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

  /// A child has ended with a value or an error, which its slot keeps.
  void child_completed(const boundary& child, join_policy policy, bool has_failed) noexcept;

  /// The child whose end has decided the join, or null.
  [[nodiscard]] const boundary* deciding_child() const noexcept { return deciding_child_; }

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
    return first_ == nullptr && deciding_child_ == nullptr && saw_stop_ &&
           parent_->scope->is_stopped();
  }

  promise_base* parent_ = nullptr;
  std::size_t live_ = 0;
  std::exception_ptr first_;
  const boundary* deciding_child_ = nullptr;
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

  void start(join& joined, join_policy policy) noexcept {
    join_ = &joined;
    policy_ = policy;
    promise_->owner = this;
    promise_->scope = &joined.scope;
    child_.resume();
  }

  std::coroutine_handle<> child_done() noexcept override {
    auto failure = promise_->error();
    if (policy_ != join_policy::fail_fast) {
      join_->child_completed(*this, policy_, failure != nullptr);
    } else if (failure != nullptr) {
      join_->child_failed(std::move(failure));
    }
    return join_->child_done();
  }
  after_stop child_stopped() noexcept override { return join_->child_stopped(); }

  /// The error of the child, or null. After the join has ended.
  [[nodiscard]] std::exception_ptr error() const noexcept {
    return child_ ? promise_->error() : nullptr;
  }

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
  join_policy policy_ = join_policy::fail_fast;
};

}  // namespace leat::detail
