// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "leat/coro/task.hpp"

namespace leat {
namespace detail {

/// Makes an executor that of this thread.
class current_executor_guard {
 public:
  /// Errors: `nested_run`, if the thread has one already.
  explicit current_executor_guard(executor& on);
  current_executor_guard(const current_executor_guard&) = delete;
  current_executor_guard& operator=(const current_executor_guard&) = delete;
  ~current_executor_guard() { current_executor = nullptr; }
};

/// The outermost boundary: what a loop runs until its end.
class run_root : public boundary, public ready_node {
 public:
  void run() noexcept final {
    const task_step step(task_);
    child_.resume();
  }
  std::coroutine_handle<> child_done() noexcept final {
    finished_ = true;
    return std::noop_coroutine();
  }
  after_stop child_stopped() noexcept final {
    finished_ = true;
    return {};
  }

 protected:
  run_root(std::coroutine_handle<> child, executor& on) : boundary(child), home_(on) {
    on.main_task = &task_;
  }
  ~run_root() = default;

  void begin(promise_base& main, cancel_scope& scope) noexcept {
    task_.begin_root(main.site);
    main.owner = this;
    main.scope = &scope;
    main.node = &task_;
  }
  /// Destroys the frame; also one that still waits, after the executor has failed.
  void end() noexcept {
    const dropping_tasks abandoned;
    executor::current().main_task = nullptr;
    destroy_child();
  }

  /// Runs the executor until the child has ended.
  /// Errors: `deadlock`, or what a foreign callback on the executor throws; in both cases after
  /// the child was stopped.
  void drive(executor& on, cancel_scope& scope);

 private:
  void stop_all(executor& on);

  bool finished_ = false;
  // A member, so that the executor is still the current one when the child's frame, with the
  // arguments in it, is destroyed.
  current_executor_guard home_;
  task_node task_;
};

template <class T>
class typed_root final : public run_root {
 public:
  typed_root(executor& on, task<T>&& main, cancel_scope& scope)
      : typed_root(on, main.release(), scope) {}
  ~typed_root() { end(); }

  outcome<T> run_on(executor& on, cancel_scope& scope) {
    drive(on, scope);
    if (!child_) return cancelled{scope.reason()};
    return promise_->take_outcome();
  }

 private:
  typed_root(executor& on, typename task<T>::handle main, cancel_scope& scope)
      : run_root(main, on), promise_(&main.promise()) {
    begin(*promise_, scope);
  }

  typename task<T>::promise_type* promise_;
};

}  // namespace detail

/// Runs `main` on `on` until it has ended, inside `scope`, and returns what became of it.
/// Errors: `nested_run` if a loop runs on this thread already; `deadlock` if `main` can never
/// go on.
template <class T>
outcome<T> run(executor& on, task<T> main, cancel_scope& scope) {
  return detail::typed_root<T>(on, std::move(main), scope).run_on(on, scope);
}

/// Runs `main` on `on` until it has ended and returns its value.
/// Errors: what `main` throws; `nested_run`; `deadlock`.
template <class T>
T run(executor& on, task<T> main) {
  cancel_scope scope;
  auto ended = run(on, std::move(main), scope);
  return std::move(ended).value();
}

}  // namespace leat
