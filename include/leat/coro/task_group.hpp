// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <tuple>
#include <utility>

#include "leat/coro/join.hpp"

namespace leat {

template <class T>
class spawned;
class task_group;

namespace detail {

/// The part of a group's child that its handle knows: where to put the outcome.
template <class T>
class group_child_base : public boundary, public ready_node {
 public:
  void run() noexcept final { child_.resume(); }

  spawned<T>* watcher = nullptr;

 protected:
  explicit group_child_base(join& joined) noexcept : join_(joined) {}
  ~group_child_base() = default;

  void adopt(typename task<T>::handle child) noexcept {
    child_ = child;
    promise_ = &child.promise();
    promise_->owner = this;
    promise_->scope = &join_.scope;
  }
  /// Tells the group and the handle, and destroys the frame.
  void settle_done() noexcept;
  void settle_stopped() noexcept;

  join& join_;
  typename task<T>::promise_type* promise_ = nullptr;
};

/// Callable, arguments and frame owner in one block. The frame goes first, then the arguments,
/// then the callable, because that is the order in which they refer to each other.
template <class T, class Callable, class... Args>
class group_child final : public group_child_base<T> {
 public:
  template <class F, class... As>
  explicit group_child(join& joined, F&& callable, As&&... args)
      : group_child_base<T>(joined),
        callable_(std::forward<F>(callable)),
        args_(std::forward<As>(args)...) {
    this->adopt(
        std::apply([this](auto&... each) { return std::invoke(callable_, std::move(each)...); },
                   args_)
            .release());
  }
  group_child(const group_child&) = delete;
  group_child& operator=(const group_child&) = delete;
  ~group_child() { this->destroy_child(); }

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { free_frame(memory, size); }

  std::coroutine_handle<> child_done() noexcept override {
    join& joined = this->join_;
    this->settle_done();
    delete this;
    return joined.child_done();
  }
  after_stop child_stopped() noexcept override {
    join& joined = this->join_;
    this->settle_stopped();
    delete this;
    return joined.child_stopped();
  }

 private:
  Callable callable_;
  std::tuple<Args...> args_;
};

template <class Body, class T>
class group_awaiter;

}  // namespace detail

/// What `task_group::spawn` returns: a place to wait for one child. It may be dropped; the
/// child belongs to the group, not to the handle.
///
/// Lifetime: may outlive the group. Not moved while somebody waits on it.
/// Thread-safety: one executor.
template <class T>
class spawned {
 public:
  class [[nodiscard]] awaiter final : public leaf {
   public:
    explicit awaiter(spawned& awaited) noexcept : spawned_(awaited) {}
    awaiter(awaiter&& other) noexcept : leaf(std::move(other)), spawned_(other.spawned_) {}

    [[nodiscard]] bool await_ready() const noexcept {
      return spawned_.is_done() && !is_stop_pending();
    }
    outcome<T> await_resume() { return std::move(*spawned_.result_); }

   private:
    void start() noexcept override {
      LEAT_ASSERT(spawned_.waiter_ == nullptr);  // one waiter: the result is moved out
      spawned_.waiter_ = this;
    }
    detach_result detach() noexcept override {
      spawned_.waiter_ = nullptr;
      return detach_result::detached;
    }

    spawned& spawned_;
  };

  spawned(spawned&& other) noexcept
      : child_(std::exchange(other.child_, nullptr)), result_(std::move(other.result_)) {
    LEAT_ASSERT(other.waiter_ == nullptr);
    if (child_ != nullptr) child_->watcher = this;
  }
  spawned& operator=(spawned&&) = delete;
  ~spawned() {
    if (child_ != nullptr) child_->watcher = nullptr;
  }

  [[nodiscard]] bool is_done() const noexcept { return result_.has_value(); }

  /// Waits until the child has ended and returns what became of it, once.
  /// An error of the child is in the outcome and also ends the group.
  /// Cancellation: safe; the child goes on.
  [[nodiscard]] awaiter join() noexcept { return awaiter(*this); }

 private:
  friend class task_group;
  friend class detail::group_child_base<T>;
  explicit spawned(detail::group_child_base<T>& child) noexcept : child_(&child) {
    child.watcher = this;
  }

  void settle(outcome<T> result) noexcept {
    child_ = nullptr;
    result_.emplace(std::move(result));
    if (waiter_ != nullptr) std::exchange(waiter_, nullptr)->complete();
  }

  detail::group_child_base<T>* child_;
  std::optional<outcome<T>> result_;
  awaiter* waiter_ = nullptr;
};

/// Children that run side by side and all end before the group does. See `with_task_group`.
/// Thread-safety: one executor.
class task_group {
 public:
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  /// Starts `callable(args...)`, which must return a task, as a child of this group. The
  /// callable and copies of the arguments live with the child, so a lambda's captures cannot
  /// dangle; `std::ref` makes a reference visible. References must outlive the call of
  /// `with_task_group`: the locals of its body do not.
  ///
  /// The child starts from the ready queue, not inside this call. A child that fails stops
  /// the group.
  template <class Callable, class... Args>
  auto spawn(Callable&& callable, Args&&... args) {
    using work = std::invoke_result_t<std::decay_t<Callable>&, std::decay_t<Args>&&...>;
    static_assert(detail::is_task<work>, "spawn() takes a callable that returns a leat::task");
    using value = typename work::value_type;
    auto* const child =
        new detail::group_child<value, std::decay_t<Callable>, std::decay_t<Args>...>(
            join_, std::forward<Callable>(callable), std::forward<Args>(args)...);
    join_.add_child();
    executor::current().push(*child);
    return spawned<value>(*child);
  }

  /// Stops the body and all children. The group then ends without an error.
  void cancel(stop_reason reason = stop_reason::requested) noexcept { join_.scope.cancel(reason); }

  [[nodiscard]] bool is_stopped() const noexcept { return join_.scope.is_stopped(); }

 private:
  template <class Body, class T>
  friend class detail::group_awaiter;
  explicit task_group(detail::join& joined) noexcept : join_(joined) {}

  detail::join& join_;
};

namespace detail {

template <class T>
void group_child_base<T>::settle_done() noexcept {
  if (auto failure = promise_->error()) join_.child_failed(std::move(failure));
  if (watcher != nullptr) watcher->settle(promise_->take_outcome());
  destroy_child();
}

template <class T>
void group_child_base<T>::settle_stopped() noexcept {
  if (watcher != nullptr) watcher->settle(cancelled{join_.scope.reason()});
}

template <class Body, class T>
class [[nodiscard]] group_awaiter final : public boundary, public boundary_awaiter {
 public:
  explicit group_awaiter(Body body) : body_(std::move(body)) {}
  group_awaiter(group_awaiter&& other) noexcept : body_(std::move(other.body_)) {}
  ~group_awaiter() { destroy_child(); }

  void bind(promise_base& frame) noexcept { parent = &frame; }
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>) noexcept {
    // Open before the body is called: it need not be a coroutine, and may spawn or throw right
    // there. What it throws ends the group like any failure, once its children have ended.
    join_.open(*parent, 1);
    try {
      start_body();
    } catch (...) {
      join_.child_failed(std::current_exception());
      return join_.child_done();
    }
    return child_;
  }
  std::coroutine_handle<> child_done() noexcept override {
    if (auto failure = promise_->error()) join_.child_failed(std::move(failure));
    return join_.child_done();
  }
  after_stop child_stopped() noexcept override { return join_.child_stopped(); }

  auto await_resume() {
    join_.rethrow();
    if constexpr (!std::is_void_v<T>) {
      if (!child_) return outcome<T>(cancelled{join_.scope.reason()});
      return outcome<T>(promise_->take());
    }
  }

 private:
  void start_body() {
    const auto child = body_(group_).release();
    child_ = child;
    promise_ = &child.promise();
    promise_->owner = this;
    promise_->scope = &join_.scope;
  }

  join join_{"task group: a further child failed"};
  task_group group_{join_};
  Body body_;
  typename task<T>::promise_type* promise_ = nullptr;
};

}  // namespace detail

/// Runs `body(group)`, a callable that returns a task, and waits for it and for every child it
/// spawned. Nothing of the group is alive afterwards.
///
/// The first failure, of the body or a child, stops all the others and is rethrown when they
/// have ended; further failures go to `executor::report()`. For a body that returns `task<T>`
/// the result is an `outcome<T>` that is a value, or cancelled if `group.cancel()` stopped the
/// body; for `task<void>` it is `void`.
///
/// Children may refer only to what outlives this call: the body's own locals die when the body
/// ends, which is before its children do.
///
/// Cancellation: safe; stops the body and all children and waits for their end.
/// Errors: the first error of the body or a child.
template <class Body>
auto with_task_group(Body body) {
  using work = std::invoke_result_t<Body&, task_group&>;
  return detail::group_awaiter<Body, typename work::value_type>(std::move(body));
}

}  // namespace leat
