// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "leat/base/invoke.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/task.hpp"

namespace leat {

template <class T>
class stream;

namespace detail {

template <class T>
class stream_promise final : public promise_base {
 public:
  /// Hands the item to whoever waits in `next()` and suspends the generator.
  class yield_awaiter {
   public:
    explicit yield_awaiter(std::coroutine_handle<> consumer) noexcept : consumer_(consumer) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept {
      return consumer_;
    }
    void await_resume() const noexcept {}

   private:
    std::coroutine_handle<> consumer_;
  };

  explicit stream_promise(std::source_location function = std::source_location::current()) noexcept
      : promise_base(function) {}

  stream<T> get_return_object() noexcept;

  template <class U = T>
    requires std::is_convertible_v<U&&, T>
  yield_awaiter yield_value(U&& item) {
    item_.emplace(std::forward<U>(item));
    return yield_awaiter(continuation);
  }
  void return_void() noexcept {}
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

  [[nodiscard]] bool has_item() const noexcept { return item_.has_value(); }
  std::optional<T> take_item() { return std::exchange(item_, std::nullopt); }
  [[nodiscard]] std::exception_ptr take_error() noexcept { return std::exchange(error_, nullptr); }

 private:
  std::optional<T> item_;
  std::exception_ptr error_;
};

}  // namespace detail

/// Items that come one after the other, made by a coroutine that uses `co_yield`:
///
///     stream<int> count(int limit) {
///       for (int i = 0; i < limit; ++i) {
///         co_await sleep_for(1s);
///         co_yield i;
///       }
///     }
///
///     auto numbers = count(3);
///     while (auto number = co_await numbers.next()) use(*number);
///
/// The generator runs only while somebody waits in `next()`, as a part of that task: it is
/// never ahead of its consumer, which is all the backpressure there is to need. It runs in the
/// scope of each `next()`, so a timeout around one covers just that step.
///
/// A stream that is destroyed before its end destroys its generator at once, with the locals in
/// it, but awaits nothing. A generator whose resources need an await to be released registers
/// that on an exit stack; see `with_stream`.
///
/// Lifetime: not moved while a `next()` is pending. Thread-safety: one executor.
template <class T>
class [[nodiscard]] stream : private frame_owner {
 public:
  static_assert(!std::is_reference_v<T>, "a stream hands out values; use pointers instead");

  using value_type = T;
  using promise_type = detail::stream_promise<T>;

  class [[nodiscard]] next_awaiter final : public detail::boundary_awaiter {
   public:
    explicit next_awaiter(stream& from) noexcept : stream_(from) {}

    void bind(promise_base& frame) noexcept { frame_ = &frame; }
    [[nodiscard]] bool await_ready() const noexcept { return stream_.is_over(); }
    std::coroutine_handle<> await_suspend(detail::awaiting_frame waiting) noexcept {
      return stream_.resume_for(*frame_, waiting);
    }
    std::optional<T> await_resume() { return stream_.take(); }

   private:
    stream& stream_;
    promise_base* frame_ = nullptr;
  };

  stream(stream&& other) noexcept
      : frame_owner(std::exchange(other.child_, {})),
        promise_(std::exchange(other.promise_, nullptr)) {
    LEAT_ASSERT(!other.is_pending_ || is_over());
  }
  stream& operator=(stream&&) = delete;
  ~stream() { destroy_child(); }

  /// Whether nothing more will come: the generator has returned, failed or been stopped.
  [[nodiscard]] bool is_over() const noexcept { return !child_; }

  /// Waits for the next item; nothing after the last one. One `next()` at a time.
  ///
  /// Cancellation: lossy; a stop in the middle of a `next()` ends the stream.
  /// Errors: what the generator throws, once; the stream is over then.
  [[nodiscard]] next_awaiter next() noexcept { return next_awaiter(*this); }

 private:
  friend promise_type;
  explicit stream(std::coroutine_handle<promise_type> generator) noexcept
      : frame_owner(generator), promise_(&generator.promise()) {}

  std::coroutine_handle<> resume_for(promise_base& frame,
                                     std::coroutine_handle<> waiting) noexcept {
    LEAT_ASSERT(!is_pending_);
    is_pending_ = true;
    parent = &frame;
    promise_->continuation = waiting;
    promise_->owner = this;
    promise_->scope = frame.scope;
    promise_->node = frame.node;
    return child_;
  }

  std::optional<T> take() {
    is_pending_ = false;
    if (is_over()) return std::nullopt;
    if (promise_->has_item()) return promise_->take_item();
    auto failure = promise_->take_error();
    destroy_child();
    if (failure != nullptr) std::rethrow_exception(std::move(failure));
    return std::nullopt;
  }

  promise_type* promise_ = nullptr;
  bool is_pending_ = false;
};

namespace detail {

template <class T>
stream<T> stream_promise<T>::get_return_object() noexcept {
  return stream<T>(std::coroutine_handle<stream_promise<T>>::from_promise(*this));
}

template <class>
inline constexpr bool is_stream = false;
template <class T>
inline constexpr bool is_stream<stream<T>> = true;

template <class Result>
struct without_task {
  using type = Result;
};
template <class T>
struct without_task<task<T>> {
  using type = T;
};
template <class T, class Function>
using transformed = typename without_task<std::invoke_result_t<Function&, T>>::type;

}  // namespace detail

/// Calls `function(item)` for each item until the stream is over. The function may return a
/// task, which is awaited before the next item is asked for; and it may return `false`, or a
/// task of it, to leave early. The stream is destroyed in any case.
///
/// Cancellation: lossy; the stream is over.
/// Errors: what the generator or the function throws.
template <class T, class Function>
task<void> for_each(stream<T> items, Function function) {
  // Its own local: an argument would live on in the frame after an early exit.
  auto source = std::move(items);
  while (auto item = co_await source.next()) {
    using result = std::invoke_result_t<Function&, T>;
    if constexpr (std::is_same_v<result, task<bool>>) {
      if (!co_await leat::detail::invoke(function, std::move(*item))) co_return;
    } else if constexpr (detail::is_task<result>) {
      co_await leat::detail::invoke(function, std::move(*item));
    } else if constexpr (std::is_same_v<result, bool>) {
      if (!leat::detail::invoke(function, std::move(*item))) co_return;
    } else {
      leat::detail::invoke(function, std::move(*item));
    }
  }
}

/// A stream of `function(item)`, or of what the task that it returns gives. The next item is
/// made only when the next result is asked for.
///
/// Cancellation and Errors: those of the stream and of the function.
template <class T, class Function>
stream<detail::transformed<T, Function>> transform(stream<T> items, Function function) {
  while (auto item = co_await items.next()) {
    if constexpr (detail::is_task<std::invoke_result_t<Function&, T>>) {
      co_yield co_await leat::detail::invoke(function, std::move(*item));
    } else {
      co_yield leat::detail::invoke(function, std::move(*item));
    }
  }
}

/// Makes a stream with `make(exits)`, runs `body(items)`, a callable that returns a task, and
/// returns what that does; for generators whose resources need an await to be released.
///
/// The generator registers such releases on the exit stack it is given. However the body ends,
/// early, with an error or by a stop, the generator is destroyed first, and then the releases
/// run, shielded within `limits`. They must not refer to locals of the generator; resources go
/// onto the stack with `exit_stack::enter` or `keep`.
///
/// Cancellation: the body is stopped; releases run to their end.
/// Errors: those of `with_exit_stack`.
template <class Make, class Body>
  requires detail::is_stream<std::invoke_result_t<Make&, exit_stack&>>
auto with_stream(Make make, Body body, exit_limits limits = {})
    -> std::invoke_result_t<Body&, std::invoke_result_t<Make&, exit_stack&>&> {
  co_return co_await with_exit_stack(
      [&make, &body](exit_stack& exits)
          -> std::invoke_result_t<Body&, std::invoke_result_t<Make&, exit_stack&>&> {
        auto items = make(exits);
        co_return co_await body(items);
      },
      limits);
}

}  // namespace leat
