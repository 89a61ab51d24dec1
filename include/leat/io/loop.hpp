// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "leat/base/function.hpp"
#include "leat/base/impl_ptr.hpp"
#include "leat/base/memory.hpp"
#include "leat/coro/executor.hpp"
#include "leat/coro/run.hpp"
#include "leat/coro/thread_pool.hpp"

namespace leat::io {

class loop_activity;

/// Waits for what comes from outside: I/O, signals, other threads. The loop's own reactor
/// stands on Boost.Asio; `testing` has one that moves a virtual clock instead of waiting.
class reactor {
 public:
  reactor() = default;
  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;
  virtual ~reactor() = default;

  /// Waits until something happened, was woken, or `until` has come, and handles what
  /// happened. `expects_wake` says that another thread has work of ours.
  /// Errors: `deadlock`, if it can know that nothing will ever happen.
  virtual void wait(deadline until, bool expects_wake) = 0;

  /// Handles everything that has happened, without waiting.
  virtual void poll() = 0;

  /// Ends a `wait()`, the present or the next one. Thread-safety: any thread.
  virtual void wake() noexcept = 0;
};

/// Told of errors that nobody can receive; see `executor::report`. Must not throw.
using report_handler = std::function<void(std::exception_ptr failure, const char* where)>;

struct loop_options {
  thread_pool_limits threads;                            ///< For `to_thread` and name lookups.
  thread_pool_limits cpu_threads = cpu_thread_limits();  ///< For `to_cpu_thread`.
  report_handler on_report;                              ///< By default such errors are dropped.
};

/// The event loop of one thread: one FIFO of what is ready, a timing wheel, and a reactor.
///
/// Nothing is shared between loops: tasks, streams, locks and pools belong to the loop they
/// were made on.
///
/// Thread-safety: one thread; only `post()` may be called from others.
class loop final : public executor {
 public:
  /// A loop on the steady clock with sockets, signals and a resolver.
  explicit loop(loop_options options = {});
  /// A loop with another idea of time and of what happens outside.
  /// Lifetime: `time` outlives the loop.
  loop(std::unique_ptr<reactor> outside, clock& time, loop_options options = {});
  ~loop() override;

  void arm(ready_node& node, time_point at) noexcept override;
  void post(posted_call& call) noexcept override;
  [[nodiscard]] thread_pool& blocking_threads() override;
  [[nodiscard]] thread_pool& cpu_threads() override;
  [[nodiscard]] time_point limits_begin() noexcept override;
  [[nodiscard]] time_point read_clock() noexcept override;
  void report(std::exception_ptr failure, const char* where) noexcept override;
  void run_until(const bool& finished) override;

  [[nodiscard]] reactor& outside() noexcept;

  /// How often it has resumed something or woken up. It only grows, and costs an increment.
  [[nodiscard]] std::uint64_t steps() const noexcept;
  /// For those who watch it, `watchdog` above all.
  [[nodiscard]] const std::shared_ptr<loop_activity>& activity() const noexcept;

  /// The loop that runs on this thread.
  /// Errors: `invalid_argument`, if none does.
  [[nodiscard]] static loop& current();

 private:
  class impl;

  void run_ready(const bool& finished) noexcept;

  impl_ptr<impl> impl_;
};

/// Runs `main` on a new loop until it has ended and returns its value.
/// Errors: what `main` throws; `nested_run` if a loop runs on this thread already.
template <class T>
T run(task<T> main) {
  loop home;
  return leat::run(home, std::move(main));
}

}  // namespace leat::io

namespace leat {

using io::run;

}  // namespace leat
