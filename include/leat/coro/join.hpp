// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <source_location>

#include "leat/base/chrono.hpp"
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
///
/// In the ready queue it is one of two things: the stop that goes on behind the last child, or,
/// while children are alive, the end of the grace period that a stop has given them.
class join final : public ready_node {
 public:
  /// `kind` names it for people, `on_further_failure` is where further failures come from.
  join(const char* kind, const char* on_further_failure) noexcept
      : scope(*this), kind_(kind), on_further_failure_(on_further_failure) {}
  ~join() {
    if (live_ != 0) leave_task();
  }

  /// What a child that does not stop has before it is reported, unless the group says otherwise.
  static constexpr duration default_grace = std::chrono::seconds(5);

  /// Before `open()`.
  void describe_as(const char* name, duration grace) noexcept {
    name_ = name;
    grace_ = grace;
  }

  /// Starts counting. `parent` waits for `children`; they live in a scope inside the parent's.
  void open(promise_base& waiting, std::size_t children, std::source_location at) noexcept;
  void add_child() noexcept {
    LEAT_ASSERT(live_ != 0);  // a group that has ended takes no children
    ++live_;
  }

  /// Makes `child` a task under the parent's, which begins with `frame`.
  void adopt(task_node& child, promise_base& frame, const context& inherited) noexcept {
    child.function_ = frame.site;
    child.until = until_;
    if (!inherited.is_empty()) child.values = inherited;
    children_.push_back(child);
    frame.scope = &scope;
    frame.node = &child;
  }

  /// What the parent itself did beside the children has ended: it now only waits.
  void parent_waits() noexcept {
    if (live_ != 0) parent_->node->wait_in(*this, executor::current().now());
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

  void run() noexcept override;
  void describe_wait(wait_description& to) const noexcept override;

  void rethrow() const {
    if (first_ != nullptr) std::rethrow_exception(first_);
  }

  /// Whether a stop goes on behind the last child, so that nobody asks for the results.
  [[nodiscard]] bool is_overtaken() const noexcept { return is_overtaken_; }

  [[nodiscard]] std::size_t live() const noexcept { return live_; }
  [[nodiscard]] const char* kind() const noexcept { return kind_; }
  /// Null if it has none.
  [[nodiscard]] const char* name() const noexcept { return name_; }
  [[nodiscard]] std::source_location site() const noexcept { return site_; }
  /// The join that is open around this one in the same task.
  [[nodiscard]] join* outer() const noexcept { return outer_; }
  [[nodiscard]] intrusive_list<task_node, task_tag>& children() noexcept { return children_; }
  [[nodiscard]] promise_base& parent() const noexcept { return *parent_; }

  class child_scope final : public cancel_scope {
   public:
    explicit child_scope(join& of) noexcept : join_(of) { watch_stop(); }

   private:
    void has_stopped() noexcept override { join_.arm_grace(); }

    join& join_;
  };
  child_scope scope;

 private:
  /// The last child has ended. Returns whether a stop goes on.
  [[nodiscard]] bool must_stop() noexcept {
    is_overtaken_ = first_ == nullptr && deciding_child_ == nullptr && saw_stop_ &&
                    parent_->scope->is_stopped();
    return is_overtaken_;
  }

  void arm_grace() noexcept;
  void report_not_stopping() noexcept;
  /// No child is left: the parent goes on, or a stop in it.
  void end() noexcept {
    ready_node::unlink();  // the grace
    leave_task();
    task_node& task = *parent_->node;
    task.wait_no_more();
    current_carried = &task;
  }
  void leave_task() noexcept { parent_->node->innermost_join_ = outer_; }

  promise_base* parent_ = nullptr;
  std::size_t live_ = 0;
  intrusive_list<task_node, task_tag> children_;
  std::exception_ptr first_;
  const boundary* deciding_child_ = nullptr;
  join* outer_ = nullptr;
  deadline until_ = deadline::never();  // of the work around the join
  duration grace_ = default_grace;
  std::source_location site_;
  const char* kind_;
  const char* name_ = nullptr;
  const char* on_further_failure_;
  bool saw_stop_ = false;
  bool is_overtaken_ = false;
};

/// A place in a join: one task and, in the end, its result.
template <class T>
class join_slot final : public boundary {
 public:
  explicit join_slot(task<T>&& child) noexcept : join_slot(child.release()) {}
  join_slot(join_slot&& other) noexcept
      : boundary(std::exchange(other.child_, {})), promise_(other.promise_) {}
  ~join_slot() { destroy_child(); }  // before the node, which the frame refers to

  void start(join& joined, join_policy policy) noexcept {
    join_ = &joined;
    policy_ = policy;
    promise_->owner = this;
    const carried_context& parent = *joined.parent().node;
    joined.adopt(task_, *promise_, parent.values);
    const task_on_thread its_own(task_);
    child_.resume();
  }

  std::coroutine_handle<> child_done() noexcept override {
    task_.unlink();
    auto failure = promise_->error();
    if (policy_ != join_policy::fail_fast) {
      join_->child_completed(*this, policy_, failure != nullptr);
    } else if (failure != nullptr) {
      join_->child_failed(std::move(failure));
    }
    return join_->child_done();
  }
  after_stop child_stopped() noexcept override {
    task_.unlink();
    return join_->child_stopped();
  }

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
  task_node task_;
  join* join_ = nullptr;
  join_policy policy_ = join_policy::fail_fast;
};

}  // namespace leat::detail
