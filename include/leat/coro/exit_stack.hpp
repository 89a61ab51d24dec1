// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "leat/base/impl_ptr.hpp"
#include "leat/base/invoke.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/coro/concepts.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task.hpp"

namespace leat {

/// How the work above a cleanup ended. Only exit stacks see every ending.
class exit_status {
 public:
  exit_status() noexcept = default;
  explicit exit_status(std::exception_ptr failure) noexcept : error_(std::move(failure)) {}
  explicit exit_status(stop_reason reason) noexcept : reason_(reason) {}

  [[nodiscard]] bool is_completed() const noexcept { return !has_error() && !is_cancelled(); }
  [[nodiscard]] bool has_error() const noexcept { return error_ != nullptr; }
  [[nodiscard]] bool is_cancelled() const noexcept { return reason_ != stop_reason::none; }
  [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }
  [[nodiscard]] stop_reason reason() const noexcept { return reason_; }

 private:
  std::exception_ptr error_;
  stop_reason reason_ = stop_reason::none;
};

/// How long cleanups may go on once an outer stop has come. Each has its own share, so that a
/// slow one does not starve those behind it, and all together have a total.
struct exit_limits {
  exit_limits() noexcept = default;
  exit_limits(duration each, duration all) noexcept : per_exit(each), total(all) {}

  duration per_exit = std::chrono::seconds(5);
  duration total = std::chrono::seconds(10);
};

/// A resource with an asynchronous beginning and end: `enter()` returns a task with what the
/// user gets, `exit(status)` a task of nothing, or of a bool that says whether an error is
/// suppressed.
template <class Context>
concept async_context =
    std::move_constructible<Context> && requires(Context context, const exit_status& status) {
      requires detail::is_task<decltype(context.enter())>;
      requires detail::is_task<decltype(context.exit(status))>;
    };

namespace detail {

/// One registration of an exit stack. Returns whether an error in flight is suppressed.
class exit_entry {
 public:
  exit_entry() = default;
  exit_entry(const exit_entry&) = delete;
  exit_entry& operator=(const exit_entry&) = delete;
  virtual ~exit_entry() = default;

  virtual task<bool> exit(const exit_status& status) = 0;

  impl_ptr<exit_entry> below;
};

/// Calls `exit` and awaits it if that returns a task. A result that is no bool suppresses
/// nothing.
template <class Exit>
task<bool> run_exit(Exit exit) {
  using result = std::invoke_result_t<Exit&>;
  if constexpr (is_task<result>) {
    if constexpr (std::is_same_v<result, task<bool>>) {
      co_return co_await exit();
    } else {
      co_await exit();
      co_return false;
    }
  } else if constexpr (std::is_same_v<result, bool>) {
    co_return exit();
  } else {
    exit();
    co_return false;
  }
}

template <class Callable>
class status_exit final : public exit_entry {
 public:
  explicit status_exit(Callable callable) : callable_(std::move(callable)) {}
  task<bool> exit(const exit_status& status) override {
    return run_exit([this, &status] { return leat::detail::invoke(callable_, status); });
  }

 private:
  Callable callable_;
};

template <class Callable, class... Args>
class callback_exit final : public exit_entry {
 public:
  template <class F, class... As>
  explicit callback_exit(F&& callable, As&&... args)
      : callable_(std::forward<F>(callable)), args_(std::forward<As>(args)...) {}
  task<bool> exit(const exit_status&) override { return run(); }

 private:
  task<bool> run() {
    co_await run_exit([this] { return std::apply(callable_, args_); });
    co_return false;  // a callback does not know of the error and cannot suppress it
  }

  Callable callable_;
  std::tuple<Args...> args_;
};

template <class Value>
class kept_value final : public exit_entry {
 public:
  template <class... Args>
  explicit kept_value(Args&&... args) : value(std::forward<Args>(args)...) {}
  task<bool> exit(const exit_status&) override { co_return false; }

  Value value;
};

template <class Context>
class context_exit final : public exit_entry {
 public:
  explicit context_exit(Context entered) : context(std::move(entered)) {}
  task<bool> exit(const exit_status& status) override {
    return run_exit([this, &status] { return context.exit(status); });
  }

  Context context;
};

}  // namespace detail

/// Cleanups that run, last registered first, however the work above them ends: with a value,
/// with an error, or by being stopped. Registered as resources are acquired, so that a failure
/// half-way releases exactly what was acquired.
///
/// Use it through `with_exit_stack`, which closes it. A stack that holds registrations must
/// not be destroyed: their awaits could no longer run. Debug builds end the program with that
/// message; otherwise the registrations are destroyed without being called.
///
/// Cleanups run one after the other; the next starts when the previous has ended.
/// Thread-safety: one executor.
class exit_stack {
 public:
  exit_stack() noexcept = default;
  /// The other stack becomes empty and stays usable.
  exit_stack(exit_stack&& other) noexcept;
  exit_stack& operator=(exit_stack&&) = delete;
  ~exit_stack();

  [[nodiscard]] bool is_empty() const noexcept { return top_ == nullptr; }
  /// Whether `close()` has begun; nothing can be registered any more.
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

  /// Enters `context` and returns what that gives. Its exit is registered only if the entering
  /// succeeded.
  /// Cancellation: safe, if the context's `enter()` is.
  /// Errors: what `enter()` throws; `exit_stack_closed`.
  template <async_context Context>
  auto enter(Context context) -> decltype(context.enter()) {
    check_open();
    auto* const entering = new detail::context_exit<Context>(std::move(context));
    impl_ptr<detail::exit_entry> entry(entering);
    if constexpr (std::is_void_v<typename decltype(context.enter())::value_type>) {
      co_await entering->context.enter();
      if (is_closed_) co_await leave_at_once(*entry);
      add(std::move(entry));
    } else {
      auto value = co_await entering->context.enter();
      if (is_closed_) co_await leave_at_once(*entry);
      add(std::move(entry));
      co_return value;
    }
  }

  /// Registers `exit(status)`, which returns a task or not, and suppresses an error in flight
  /// by returning true. Errors: `exit_stack_closed`.
  template <class Exit>
    requires std::invocable<std::decay_t<Exit>&, const exit_status&>
  void push(Exit&& exit) {
    add(impl_ptr<detail::exit_entry>(
        new detail::status_exit<std::decay_t<Exit>>(std::forward<Exit>(exit))));
  }

  /// Registers `callable(args...)`, which returns a task or not. It cannot suppress errors.
  /// Errors: `exit_stack_closed`.
  template <class Callable, class... Args>
    requires std::invocable<std::decay_t<Callable>&, std::decay_t<Args>&...>
  void callback(Callable&& callable, Args&&... args) {
    add(impl_ptr<detail::exit_entry>(
        new detail::callback_exit<std::decay_t<Callable>, std::decay_t<Args>...>(
            std::forward<Callable>(callable), std::forward<Args>(args)...)));
  }

  /// Keeps `value` until its turn comes, and then destroys it. Returns where it lives.
  /// Errors: `exit_stack_closed`.
  template <class Value>
  std::decay_t<Value>& keep(Value&& value) {
    auto* const kept = new detail::kept_value<std::decay_t<Value>>(std::forward<Value>(value));
    add(impl_ptr<detail::exit_entry>(kept));
    return kept->value;
  }

  /// Moves all registrations to a new stack, for whoever takes the resources over.
  /// Errors: `exit_stack_closed`.
  [[nodiscard]] exit_stack pop_all();

  /// Takes over all registrations of `other`, on top of these, in their order.
  /// Errors: `exit_stack_closed`.
  void adopt(exit_stack&& other);

  /// Runs all cleanups now, as after a normal ending. Closing again does nothing.
  /// Cancellation: deferred; each cleanup is shielded within `limits`, then the stop goes on.
  /// Errors: the error of the one cleanup that failed, or `exit_stack_failed` with all.
  task<void> close(exit_limits limits = {});

  /// Runs all cleanups after an ending with `status`, which it then keeps up to date. Returns
  /// what is left of it: errors in the order in which they were raised. For `with_exit_stack`.
  task<std::vector<std::exception_ptr>> unwind(exit_status& status, exit_limits limits);

 private:
  void check_open() const;
  void add(impl_ptr<detail::exit_entry> entry);
  task<void> leave_at_once(detail::exit_entry& entered);
  impl_ptr<detail::exit_entry> pop() noexcept;

  impl_ptr<detail::exit_entry> top_;
  bool is_closed_ = false;
};

namespace detail {

/// Rethrows nothing, the one error, or all of them as `exit_stack_failed`.
void rethrow_exit_errors(const std::vector<std::exception_ptr>& errors);
[[noreturn]] void throw_suppressed_without_value();

}  // namespace detail

/// Runs `body(stack)`, a callable that returns a task, and then all cleanups that were
/// registered on the stack, last first, however the body ended. Returns what the body returned.
///
/// A cleanup that throws replaces the error that later cleanups see; if several were raised,
/// `exit_stack_failed` carries them all, oldest first. A body that returns a value and whose
/// error was suppressed has nothing to return: `value_absent`.
///
/// Cancellation: the body is stopped; cleanups run to their end, shielded within `limits`, and
/// then the stop goes on. Errors of cleanups during a stop go to `executor::report()`.
/// Errors: the body's; a cleanup's; `exit_stack_failed`; `value_absent`.
template <async_callable<exit_stack&> Body>
auto with_exit_stack(Body body, exit_limits limits = {})
    -> std::invoke_result_t<Body&, exit_stack&> {
  using value = typename std::invoke_result_t<Body&, exit_stack&>::value_type;
  exit_stack stack;
  exit_status status;
  // Made now, because there may be no memory left when the cleanups have to run.
  auto cleanups = stack.unwind(status, limits);
  // The body may throw before it has returned its task, with registrations made already.
  std::optional<task<value>> work;
  try {
    work.emplace(body(stack));
  } catch (...) {
    status = exit_status(std::current_exception());
  }
  outcome<value> ended = work ? co_await detail::settled(std::move(*work)) : status.error();
  if (ended.has_error()) status = exit_status(ended.error());
  if (ended.is_cancelled()) status = exit_status(ended.reason());
  const auto errors = co_await std::move(cleanups);
  co_await stop_if_requested();
  detail::rethrow_exit_errors(errors);
  if constexpr (!std::is_void_v<value>) {
    if (!ended.has_value()) detail::throw_suppressed_without_value();
    co_return std::move(ended).value();
  }
}

}  // namespace leat
