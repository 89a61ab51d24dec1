// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>

#include "leat/coro/task.hpp"

namespace leat {
namespace detail {

/// The awaiter of a foreign awaitable, by the language's own rules.
template <class Awaitable>
decltype(auto) foreign_awaiter(Awaitable&& awaitable) {
  if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); }) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (requires { operator co_await(std::forward<Awaitable>(awaitable)); }) {
    return operator co_await(std::forward<Awaitable>(awaitable));
  } else {
    return std::forward<Awaitable>(awaitable);
  }
}

template <class Awaitable>
using foreign_result = decltype(foreign_awaiter(std::declval<Awaitable>()).await_resume());

/// Awaits something foreign in a coroutine of its own, which no stop passes through, and comes
/// back through the ready queue.
template <class Awaitable>
class [[nodiscard]] foreign_call final : public leaf {
  using value = foreign_result<Awaitable>;

 public:
  explicit foreign_call(Awaitable awaitable) : awaitable_(std::move(awaitable)) {}
  foreign_call(foreign_call&& other) noexcept(std::is_nothrow_move_constructible_v<Awaitable>)
      : leaf(std::move(other)), awaitable_(std::move(other.awaitable_)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  value await_resume() { return result_.take(); }

 private:
  /// Runs at once and destroys itself at its end.
  struct driver {
    struct promise_type {
      [[nodiscard]] driver get_return_object() const noexcept { return {}; }
      [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
      [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
      void return_void() const noexcept {}
      void unhandled_exception() const noexcept { std::terminate(); }  // drive() catches all
    };
  };

  static driver drive(foreign_call& self) {
    try {
      if constexpr (std::is_void_v<value>) {
        co_await std::move(self.awaitable_);
      } else {
        self.result_.return_value(co_await std::move(self.awaitable_));
      }
    } catch (...) {
      self.result_.unhandled_exception();
    }
    self.complete();
  }

  void start() noexcept override {
    try {
      drive(*this);
    } catch (...) {  // no memory for the driver
      result_.unhandled_exception();
      complete();
    }
  }
  detach_result detach() noexcept override { return detach_result::refused; }
  void describe(wait_description& to) const noexcept override { to.add("uncancellable"); }

  Awaitable awaitable_;
  result_slot<value> result_;
};

}  // namespace detail

/// Awaits an awaitable of another library inside a Leat task.
///
/// The awaitable must resume on this executor's thread, and it must resume: nothing can stop
/// it, so a stop of the task waits for it. Give it a timeout of its own.
///
/// Cancellation: deferred.
/// Errors: what the awaitable throws.
template <class Awaitable>
  requires(!std::is_lvalue_reference_v<Awaitable> && !stoppable_awaitable<Awaitable>)
detail::foreign_call<Awaitable> uncancellable(Awaitable&& awaitable) {
  return detail::foreign_call<Awaitable>(std::forward<Awaitable>(awaitable));
}

}  // namespace leat
