// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "leat/base/assert.hpp"
#include "leat/coro/frame_memory.hpp"
#include "leat/coro/task.hpp"

/// Coroutines that never suspend: the blocking surface of an algorithm that is written once as
/// a coroutine over an I/O policy (docs/adr/0004). On that surface every operation has finished
/// when it returns, so the coroutine runs to its end on the caller's stack: no loop, no thread.
namespace leat {

template <class T>
class blocking_task;

/// The result of an operation that has finished; what the primitives of a blocking policy
/// return, so that an algorithm can await them.
template <class T = void>
class [[nodiscard]] ready {
 public:
  explicit ready(T value) noexcept(std::is_nothrow_move_constructible_v<T>)
      : value_(std::move(value)) {}

  [[nodiscard]] bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  [[nodiscard]] T await_resume() noexcept(std::is_nothrow_move_constructible_v<T>) {
    return std::move(value_);
  }

 private:
  T value_;
};

template <>
class [[nodiscard]] ready<void> {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

namespace detail {

template <class T>
inline constexpr bool is_ready_value = false;
template <class T>
inline constexpr bool is_ready_value<ready<T>> = true;

template <class T>
inline constexpr bool is_blocking_task = false;
template <class T>
inline constexpr bool is_blocking_task<blocking_task<T>> = true;

template <class T>
class blocking_promise;

/// Awaits a nested call: its frame runs at once and goes on in ours when it has ended.
template <class T>
class [[nodiscard]] blocking_call {
 public:
  explicit blocking_call(blocking_task<T>&& called) noexcept : frame_(called.release()) {}
  blocking_call(const blocking_call&) = delete;
  blocking_call& operator=(const blocking_call&) = delete;
  ~blocking_call() { frame_.destroy(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    frame_.promise().continuation = caller;
    return frame_;
  }
  T await_resume() { return frame_.promise().take(); }

 private:
  std::coroutine_handle<blocking_promise<T>> frame_;
};

class blocking_promise_base : public in_frame_memory {
 public:
  blocking_promise_base() noexcept = default;
  blocking_promise_base(const blocking_promise_base&) = delete;
  blocking_promise_base& operator=(const blocking_promise_base&) = delete;

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }

  struct final_awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      return ended.promise().continuation;
    }
    void await_resume() const noexcept {}
  };
  [[nodiscard]] final_awaiter final_suspend() const noexcept { return {}; }

  template <class Awaitable>
  auto await_transform(Awaitable&& awaited) {
    using plain = std::remove_cvref_t<Awaitable>;
    if constexpr (is_blocking_task<plain>) {
      static_assert(!std::is_lvalue_reference_v<Awaitable>,
                    "a blocking_task is awaited once, as an rvalue");
      return blocking_call<typename plain::value_type>(std::forward<Awaitable>(awaited));
    } else {
      static_assert(is_ready_value<plain>,
                    "this await could suspend, and nobody would resume a blocking_task: "
                    "await another blocking_task, or a primitive of the blocking policy");
      return plain(std::forward<Awaitable>(awaited));
    }
  }

  std::coroutine_handle<> continuation = std::noop_coroutine();

 protected:
  ~blocking_promise_base() = default;
};

template <class T>
class blocking_promise final : public blocking_promise_base, public result_slot<T> {
 public:
  blocking_task<T> get_return_object() noexcept;
};

}  // namespace detail

/// A coroutine that runs to its end when it is awaited or `run_blocking` is called: the
/// blocking sibling of `task`. It can await other blocking tasks and finished operations, and
/// nothing else; what could suspend does not compile.
///
/// Cancellation: none; a `blocking_deadline` bounds what waits inside.
/// Errors: what the body throws is rethrown at the await.
/// Thread-safety: made, run and destroyed on one thread.
template <class T = void>
class [[nodiscard]] blocking_task {
 public:
  using value_type = T;
  using promise_type = detail::blocking_promise<T>;
  using handle = std::coroutine_handle<promise_type>;

  blocking_task(blocking_task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  blocking_task& operator=(blocking_task&&) = delete;
  ~blocking_task() {
    if (frame_) frame_.destroy();
  }

  [[nodiscard]] handle release() noexcept {
    LEAT_ASSERT(frame_);
    return std::exchange(frame_, {});
  }

 private:
  friend promise_type;
  explicit blocking_task(handle frame) noexcept : frame_(frame) {}

  handle frame_;
};

namespace detail {

template <class T>
blocking_task<T> blocking_promise<T>::get_return_object() noexcept {
  return blocking_task<T>(std::coroutine_handle<blocking_promise<T>>::from_promise(*this));
}

}  // namespace detail

/// Runs `work` to its end on this stack and returns its value.
/// Errors: what `work` throws.
template <class T>
T run_blocking(blocking_task<T> work) {
  detail::blocking_call<T> call(std::move(work));
  const auto frame = call.await_suspend(std::noop_coroutine());
  frame.resume();
  LEAT_ASSERT(frame.done());  // nothing inside may suspend
  return call.await_resume();
}

}  // namespace leat
