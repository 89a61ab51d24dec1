// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "leat/coro/concepts.hpp"
#include "leat/coro/single_child.hpp"

namespace leat {
namespace detail {

template <class Body, class T>
class [[nodiscard]] scope_awaiter final : public boundary, public boundary_awaiter {
 public:
  explicit scope_awaiter(Body body) : body_(std::move(body)) {}
  scope_awaiter(scope_awaiter&& other) noexcept : body_(std::move(other.body_)) {}
  ~scope_awaiter() { destroy_child(); }

  void bind(promise_base& frame) noexcept { parent = &frame; }
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(awaiting_frame waiting) {
    // First, so that a body which is no coroutine sees a stop that is pending.
    scope_.attach(*parent->scope);
    const auto child = body_(scope_).release();
    child_ = child;
    promise_ = &child.promise();
    promise_->continuation = waiting;
    promise_->owner = this;
    promise_->scope = &scope_;
    promise_->node = parent->node;
    return child;
  }
  after_stop child_stopped() noexcept override {
    if (parent->scope->is_stopped()) return {{}, parent};
    return {parent->handle(), nullptr};
  }
  outcome<T> await_resume() {
    if (!child_) return cancelled{scope_.own_reason()};
    if constexpr (std::is_void_v<T>) {
      promise_->take();
      return {};
    } else {
      return promise_->take();
    }
  }

 private:
  cancel_scope scope_;
  Body body_;
  typename task<T>::promise_type* promise_ = nullptr;
};

}  // namespace detail

/// Runs `body(scope)`, a callable that returns a task, inside a scope of its own that can be
/// cancelled through the reference it is given.
///
/// Returns an outcome that is a value, or cancelled with the scope's reason if the scope's own
/// `cancel()` stopped the body.
///
/// Cancellation: safe; stops the body. An outer stop passes through.
/// Errors: what the body throws is rethrown.
/// Lifetime: the scope ends with the await.
template <class Body>
auto with_cancel_scope(Body body) {
  static_assert(async_callable<Body&, cancel_scope&>,
                "the body of with_cancel_scope() returns a leat::task: [](cancel_scope& scope) -> "
                "task<void> { ... }");
  using work = std::invoke_result_t<Body&, cancel_scope&>;
  return detail::scope_awaiter<Body, typename work::value_type>(std::move(body));
}

}  // namespace leat
