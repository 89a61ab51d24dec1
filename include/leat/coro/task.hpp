// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <new>
#include <source_location>
#include <type_traits>
#include <utility>

#include "leat/base/memory.hpp"
#include "leat/base/outcome.hpp"
#include "leat/coro/frame.hpp"
#include "leat/coro/leaf.hpp"

namespace leat {

template <class T>
class task;

namespace detail {

enum class result_state : std::uint8_t { none, value, error };

/// Room for what a coroutine returns or throws.
template <class T>
class result_slot {
 public:
  result_slot() noexcept {}  // NOLINT(modernize-use-equals-default): a union member decides later
  ~result_slot() {
    if (state_ == result_state::value) std::destroy_at(&value_);
    if (state_ == result_state::error) std::destroy_at(&error_);
  }
  result_slot(const result_slot&) = delete;
  result_slot& operator=(const result_slot&) = delete;

  template <class U = T>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& value) {
    ::new (static_cast<void*>(std::addressof(value_))) T(static_cast<T>(std::forward<U>(value)));
    state_ = result_state::value;
  }
  void unhandled_exception() noexcept {
    ::new (static_cast<void*>(std::addressof(error_))) std::exception_ptr(std::current_exception());
    state_ = result_state::error;
  }

  [[nodiscard]] std::exception_ptr error() const noexcept {
    return state_ == result_state::error ? error_ : nullptr;
  }
  T take() {
    if (state_ == result_state::error) std::rethrow_exception(error_);
    return std::move(value_);
  }
  outcome<T> take_outcome() {
    if (state_ == result_state::error) return outcome<T>(error_);
    return outcome<T>(std::move(value_));
  }

 private:
  union {
    T value_;
    std::exception_ptr error_;
  };
  result_state state_ = result_state::none;
};

template <>
class result_slot<void> {
 public:
  void return_void() noexcept {}
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

  [[nodiscard]] std::exception_ptr error() const noexcept { return error_; }
  void take() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }
  [[nodiscard]] outcome<void> take_outcome() const {
    if (error_ != nullptr) return outcome<void>(error_);
    return {};
  }

 private:
  std::exception_ptr error_;
};

template <class T>
class task_promise final : public promise_base, public result_slot<T> {
 public:
  explicit task_promise(std::source_location function = std::source_location::current()) noexcept
      : promise_base(function) {}

  task<T> get_return_object() noexcept;
};

/// Awaits a task. It takes the frame over, so that what was declared after a named task in the
/// parent's body is destroyed after the task's frame, as if the task had been called there.
template <class T>
class [[nodiscard]] task_awaiter : public frame_owner {
 public:
  using promise = task_promise<T>;

  task_awaiter(task<T>&& awaited, promise_base& frame) noexcept;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
    promise_base& frame = *parent;
    promise& awaited = child_promise();
    awaited.continuation = waiting;
    awaited.owner = this;
    awaited.scope = frame.scope;
    awaited.node = frame.node;
    return child_;
  }
  T await_resume() { return child_promise().take(); }

 private:
  [[nodiscard]] promise& child_promise() const noexcept {
    return std::coroutine_handle<promise>::from_address(child_.address()).promise();
  }
};

}  // namespace detail

/// A coroutine that runs when it is awaited, and then as a part of the awaiting one.
///
/// A task is lazy (nothing happens before it is awaited), move-only, and awaited at most once,
/// as an rvalue: `co_await fetch()` or `co_await std::move(named)`. A task that is never
/// awaited is destroyed without having run; debug builds tell `executor::report()` of it, with
/// the coroutine's name and place, unless an exception or a stop was the reason. To run tasks side
/// by side, see `when_all` and `task_group`.
///
/// `T` is an object type or `void`; to hand out a reference, return a pointer.
///
/// Cancellation: a stop ends the task at its next await. Its locals are destroyed, innermost
/// frame first; no `catch` sees it and no code after the await runs. What needs an await to be
/// undone belongs on an `exit_stack`.
/// Errors: what the body throws is rethrown at the await.
/// Lifetime: arguments taken by value live in the task; references must outlive it.
/// Thread-safety: one executor.
template <class T = void>
class [[nodiscard("a task does nothing before it is awaited: co_await it, or spawn() it")]] task {
 public:
  static_assert(!std::is_reference_v<T>, "a task returns a value; return a pointer instead");

  using value_type = T;
  using promise_type = detail::task_promise<T>;
  using handle = std::coroutine_handle<promise_type>;
  using leat_task = void;
  using awaiter = detail::task_awaiter<T>;

  task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      if (handle_) detail::drop_task(handle_, handle_.promise());
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~task() {
    if (handle_) detail::drop_task(handle_, handle_.promise());
  }

  /// Not for coroutines of Leat, which never ask for it: refuses the others.
  template <class Awaiting = void>
  std::suspend_never operator co_await() && {
    static_assert(detail::always_false<Awaiting>,
                  "a coroutine that is foreign to Leat cannot await a leat::task: it has no "
                  "executor and cannot be stopped; write a coroutine that returns leat::task");
    return {};
  }

  /// Hands the frame to an owner. For awaiters and boundaries.
  [[nodiscard]] handle release() noexcept {
    LEAT_ASSERT(handle_);
    return std::exchange(handle_, {});
  }

 private:
  friend promise_type;
  explicit task(handle frame) noexcept : handle_(frame) {}

  handle handle_;
};

namespace detail {

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<task_promise<T>>::from_promise(*this));
}

template <class T>
task_awaiter<T>::task_awaiter(task<T>&& awaited, promise_base& frame) noexcept {
  child_ = awaited.release();
  parent = &frame;
}

template <class>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

template <class Awaitable>
struct awaited {
  using type = decltype(std::declval<Awaitable&>().await_resume());
};
template <class T>
struct awaited<task<T>> {
  using type = T;
};

}  // namespace detail

/// What Leat can await and stop: tasks, its own leaves and its own combinators.
template <class Awaitable>
concept stoppable_awaitable = detail::is_task<std::remove_cvref_t<Awaitable>> ||
                              detail::is_leaf<std::remove_cvref_t<Awaitable>> ||
                              detail::is_boundary_awaiter<std::remove_cvref_t<Awaitable>>;

/// The type of `co_await std::declval<Awaitable>()`.
template <stoppable_awaitable Awaitable>
using await_result = typename detail::awaited<std::remove_cvref_t<Awaitable>>::type;

namespace detail {

template <class Awaitable>
task<await_result<Awaitable>> lift(Awaitable awaitable) {
  co_return co_await std::move(awaitable);
}

}  // namespace detail

/// The awaitable as a task. A task stays itself; anything else is awaited inside a new one, so
/// that combinators take whatever can be awaited and nest freely.
template <stoppable_awaitable Awaitable>
  requires(!std::is_lvalue_reference_v<Awaitable>)
task<await_result<Awaitable>> as_task(Awaitable&& awaitable) {
  if constexpr (detail::is_task<Awaitable>) {
    return std::forward<Awaitable>(awaitable);
  } else {
    return detail::lift(std::forward<Awaitable>(awaitable));
  }
}

}  // namespace leat
