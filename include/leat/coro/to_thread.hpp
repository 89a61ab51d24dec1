// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

#include "leat/base/invoke.hpp"
#include "leat/coro/task.hpp"
#include "leat/coro/thread_pool.hpp"

namespace leat {
namespace detail {

/// Waits for a call on a thread of a pool, which comes home through `executor::post()`.
class thread_awaiter : public leaf {
 protected:
  explicit thread_awaiter(thread_pool& pool) noexcept : pool_(pool) {}
  thread_awaiter(thread_awaiter&& other) noexcept : leaf(std::move(other)), pool_(other.pool_) {}
  ~thread_awaiter() = default;

  /// Makes the call and keeps what it returns or throws. Runs on the thread.
  virtual void call() noexcept = 0;
  /// Keeps the current exception as the result.
  virtual void fail() noexcept = 0;

 private:
  struct job final : thread_job {
    explicit job(thread_awaiter& awaiting) noexcept : self(awaiting) {}
    void run() noexcept override {
      {
        // The task waits, so what it carries stays as it is.
        const carry_on_thread of_the_task(self.task());
        self.call();
      }
      self.home_->post(self.way_home_);
    }
    thread_awaiter& self;
  };
  struct way_home final : posted_call {
    explicit way_home(thread_awaiter& awaiting) noexcept : self(awaiting) {}
    void run() noexcept override {
      self.home_->external_work_finished();
      self.complete();
    }
    thread_awaiter& self;
  };

  void start() noexcept final;
  detach_result detach() noexcept final;
  void describe(wait_description& to) const noexcept final { to.add("to_thread"); }

  thread_pool& pool_;
  executor* home_ = nullptr;
  job job_{*this};
  way_home way_home_{*this};
};

template <class Callable, class T>
class [[nodiscard]] thread_call final : public thread_awaiter {
  static_assert(!is_task<T>,
                "to_thread() takes a function that blocks; this one returns a leat::task, which "
                "would not even have begun when the thread is done: co_await it on the loop");

 public:
  thread_call(thread_pool& pool, Callable& callable) noexcept
      : thread_awaiter(pool), callable_(callable) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  T await_resume() { return result_.take(); }

 private:
  void call() noexcept override {
    try {
      if constexpr (std::is_void_v<T>) {
        leat::detail::invoke(callable_);
      } else {
        result_.return_value(leat::detail::invoke(callable_));
      }
    } catch (...) {
      fail();
    }
  }
  void fail() noexcept override { result_.unhandled_exception(); }

  Callable& callable_;
  result_slot<T> result_;
};

}  // namespace detail

/// Calls `callable()` on a thread for calls that block, such as those of files and of libraries
/// without an async interface, and waits for its result while the loop goes on. When all
/// threads are busy and the queue is full, it waits in line. For work that computes there is
/// `to_cpu_thread`.
///
/// Cancellation: safe while the call waits for a thread; deferred once it runs, because a
/// running call cannot be stopped and may refer to the frames that wait for it.
/// Errors: what the call throws; `std::system_error`, if not even one thread can be started.
/// Thread-safety: the callable runs on another thread; nothing else touches what it uses until
/// it has returned.
template <class Callable>
task<std::invoke_result_t<Callable&>> to_thread(Callable callable) {
  thread_pool& pool = executor::current().blocking_threads();
  const auto permit = co_await pool.capacity().acquire();
  co_return co_await detail::thread_call<Callable, std::invoke_result_t<Callable&>>(pool, callable);
}

/// The same for work that computes, such as parsing a large document, on threads of its own:
/// there is one for each core, and calls that block do not hold them up.
///
/// Cancellation, Errors, Thread-safety: those of `to_thread`.
template <class Callable>
task<std::invoke_result_t<Callable&>> to_cpu_thread(Callable callable) {
  thread_pool& pool = executor::current().cpu_threads();
  const auto permit = co_await pool.capacity().acquire();
  co_return co_await detail::thread_call<Callable, std::invoke_result_t<Callable&>>(pool, callable);
}

}  // namespace leat
