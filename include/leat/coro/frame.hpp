// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <source_location>
#include <type_traits>
#include <utility>

#include "leat/coro/cancel_scope.hpp"
#include "leat/coro/frame_memory.hpp"
#include "leat/coro/task_node.hpp"

/// Frames, their owners, and how a stop travels through them (docs/adr/0003).
///
/// A suspended chain of tasks is a list: each frame is held by an owner that lives in the
/// frame above. To stop the chain means to destroy the frames from the innermost outwards,
/// one at a time, until a boundary takes the stop: a group, a timeout, an exit stack.
///
/// Rules that everything here keeps:
///  - A stop is delivered from the ready queue only; never inside `await_suspend`, in
///    `final_suspend`, in a destructor or in `cancel()`.
///  - Only frames of our own coroutine types stand in a chain.
///  - A stop passes only through stopped scopes.
namespace leat {

class promise_base;

namespace detail {
/// Destroys frames like `unwind` and returns the one to go on with, if any.
[[nodiscard]] std::coroutine_handle<> destroy_frames(promise_base& from) noexcept;
}  // namespace detail

/// Whoever holds the frame of a started child. It lives in the parent's frame.
class frame_owner {
 public:
  frame_owner() noexcept = default;
  explicit frame_owner(std::coroutine_handle<> child) noexcept : child_(child) {}
  frame_owner(const frame_owner&) = delete;
  frame_owner& operator=(const frame_owner&) = delete;
  ~frame_owner() { destroy_child(); }

  [[nodiscard]] std::coroutine_handle<> child() const noexcept { return child_; }

  /// Takes the frame away from its owner and destroys it, if it is still there.
  void destroy_child() noexcept {
    if (child_) std::exchange(child_, {}).destroy();
  }

  promise_base* parent = nullptr;  ///< The frame that waits for the child; null at the root.

 protected:
  struct boundary_tag {};
  frame_owner(std::coroutine_handle<> child, boundary_tag) noexcept
      : child_(child), is_boundary_(true) {}

  std::coroutine_handle<> child_{};

 private:
  friend std::coroutine_handle<> detail::destroy_frames(promise_base& from) noexcept;

  bool is_boundary_ = false;
};

/// What has to happen after a child was stopped: resume a frame, go on unwinding at one, or
/// nothing yet.
struct after_stop {
  std::coroutine_handle<> resume{};
  promise_base* unwind = nullptr;
};

/// An owner at which a stop can end, and which learns how its child ended.
class boundary : public frame_owner {
 public:
  explicit boundary(std::coroutine_handle<> child = {}) noexcept
      : frame_owner(child, boundary_tag{}) {}

  /// The child has finished with a value or an error and has no continuation of its own.
  /// Returns the frame to go on with. Runs inside the child's `final_suspend`: it may
  /// destroy the child, but must neither unwind nor resume anything itself.
  virtual std::coroutine_handle<> child_done() noexcept { return std::noop_coroutine(); }

  /// The child was stopped; its frame is gone.
  virtual after_stop child_stopped() noexcept = 0;

 protected:
  ~boundary() = default;
};

namespace detail {

/// Marks awaiters that are boundaries; `bind()` tells them the frame they are awaited in.
struct boundary_awaiter {};

template <class Awaiter>
inline constexpr bool is_leaf = std::is_base_of_v<leaf, Awaiter>;
template <class Awaiter>
inline constexpr bool is_boundary_awaiter = std::is_base_of_v<boundary_awaiter, Awaiter>;
template <class>
inline constexpr bool always_false = false;

}  // namespace detail

/// What every coroutine of Leat has in its frame.
class promise_base : public detail::in_frame_memory {
 public:
  explicit promise_base(std::source_location function) noexcept : site(function) {}
  promise_base(const promise_base&) = delete;
  promise_base& operator=(const promise_base&) = delete;

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }

  struct final_awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      const promise_base& self = finished.promise();
      return self.continuation ? self.continuation
                               : static_cast<boundary*>(self.owner)->child_done();
    }
    void await_resume() const noexcept {}
  };
  [[nodiscard]] final_awaiter final_suspend() const noexcept { return {}; }

  /// The handle of this frame, while somebody owns it.
  [[nodiscard]] std::coroutine_handle<> handle() const noexcept { return owner->child(); }

  template <class Awaitable>
  decltype(auto) await_transform(Awaitable&& awaitable,
                                 std::source_location at = std::source_location::current()) {
    using awaiter = std::remove_cvref_t<Awaitable>;
    if constexpr (detail::is_leaf<awaiter>) {
      awaitable.bind(*this, at);
      return static_cast<Awaitable&&>(awaitable);
    } else if constexpr (detail::is_boundary_awaiter<awaiter>) {
      static_assert(!std::is_lvalue_reference_v<Awaitable>,
                    "a combinator is awaited once, as an rvalue: co_await std::move(it)");
      if constexpr (requires { awaitable.bind(*this, at); }) {
        awaitable.bind(*this, at);
      } else {
        awaitable.bind(*this);
      }
      return static_cast<Awaitable&&>(awaitable);
    } else if constexpr (requires { typename awaiter::leat_task; }) {
      static_assert(!std::is_lvalue_reference_v<Awaitable>,
                    "a task is awaited once, as an rvalue: co_await std::move(the_task)");
      return typename awaiter::awaiter(static_cast<Awaitable&&>(awaitable), *this);
    } else {
      static_assert(detail::always_false<Awaitable>,
                    "this awaitable is foreign to Leat and cannot be stopped; "
                    "wrap it with leat::uncancellable(...)");
    }
  }

  std::coroutine_handle<> continuation{};  ///< Goes on after the end; null: ask the boundary.
  frame_owner* owner = nullptr;            ///< Holds this frame.
  cancel_scope* scope = nullptr;           ///< The innermost scope.
  task_node* node = nullptr;               ///< The concurrent task that this frame is a part of.
  std::source_location site;               ///< The coroutine itself.

 protected:
  ~promise_base() = default;
};

/// The promises a Leat awaiter may be awaited by. Without this an awaiter inside a foreign
/// coroutine would compile and run without a frame.
template <class Promise>
concept leat_promise = std::derived_from<Promise, promise_base>;

namespace detail {

/// The coroutine that awaits something of Leat, which must be one of ours. Awaiters take it in
/// place of a bare handle.
class awaiting_frame {
 public:
  template <class Promise>
  // Implicit: the language converts what it passes.
  awaiting_frame(std::coroutine_handle<Promise> waiting) noexcept : handle_(waiting) {
    static_assert(leat_promise<Promise>,
                  "a coroutine that is foreign to Leat cannot await what is Leat's: it has no "
                  "executor and cannot be stopped; write a coroutine that returns leat::task");
  }
  operator std::coroutine_handle<>() const noexcept { return handle_; }

 private:
  std::coroutine_handle<> handle_;
};

}  // namespace detail

/// Destroys the suspended frames from `from` outwards, one at a time, up to the boundary that
/// takes the stop. Iterative, so that a chain of any depth can be stopped. Called from the
/// ready queue only.
void unwind(promise_base& from) noexcept;

namespace detail {

/// While one lives, tasks that were never awaited are dropped because what was to await them
/// has been stopped, which is nobody's mistake.
class dropping_tasks {
 public:
  dropping_tasks() noexcept { ++depth; }
  dropping_tasks(const dropping_tasks&) = delete;
  dropping_tasks& operator=(const dropping_tasks&) = delete;
  ~dropping_tasks() { --depth; }

  static inline constinit thread_local int depth = 0;
};

/// Destroys the frame of a task that was never awaited, and reports it in debug builds, unless
/// an exception or a stop is why.
void drop_task(std::coroutine_handle<> frame, const promise_base& promise) noexcept;

}  // namespace detail
}  // namespace leat
