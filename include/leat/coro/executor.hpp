// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>

#include "leat/base/assert.hpp"
#include "leat/base/intrusive_list.hpp"
#include "leat/base/time.hpp"

namespace leat {

class executor;
class task_node;
class thread_pool;
class wait_description;

namespace detail {
struct queue_tag;
struct guest_tag;
inline constinit thread_local executor* current_executor = nullptr;
}  // namespace detail

/// Something an executor runs. It carries the links for whichever single place it stands in:
/// the ready queue, the timers, or the wait list of a resource.
class ready_node : public list_hook<detail::queue_tag> {
 public:
  ready_node() noexcept = default;
  ready_node(const ready_node&) = delete;
  ready_node& operator=(const ready_node&) = delete;

  /// Called from the ready queue, on an empty native stack.
  virtual void run() noexcept = 0;

  /// Called when the timer it was armed for has come. By default it joins the ready queue, so
  /// that whatever completed before the expiry is also delivered before it.
  virtual void expired() noexcept;

  /// Says, for people, what a task waits for that waits in this node. By default nothing.
  virtual void describe_wait(wait_description&) const noexcept {}

  /// When it expires, while it stands in the timers.
  time_point due{};

 protected:
  ~ready_node() = default;
};

using ready_list = intrusive_list<ready_node, detail::queue_tag>;

/// A call handed to an executor from another thread. It must stay alive until it has run.
class posted_call {
 public:
  posted_call() noexcept = default;
  posted_call(const posted_call&) = delete;
  posted_call& operator=(const posted_call&) = delete;

  /// Called on the executor's thread, on an empty native stack.
  virtual void run() noexcept = 0;

  posted_call* next = nullptr;  ///< For the executor, while the call is on its way.

 protected:
  ~posted_call() = default;
};

/// Something that keeps what belongs to an executor when no task uses it, such as idle
/// connections. It is told when the executor ends, so it may outlive it.
class executor_guest : public list_hook<detail::guest_tag> {
 public:
  executor_guest() noexcept = default;
  executor_guest(const executor_guest&) = delete;
  executor_guest& operator=(const executor_guest&) = delete;

  /// Gives up everything that belongs to the executor. Called once, in its destructor, when
  /// all tasks have ended and everything else is still there.
  virtual void executor_ends() noexcept = 0;

 protected:
  ~executor_guest() = default;
};

/// Sees every suspension and every resume of an executor. The cancel-everywhere harness of
/// `testing` is one.
class execution_probe {
 public:
  virtual void on_suspend() noexcept = 0;
  virtual void before_resume() noexcept = 0;

 protected:
  ~execution_probe() = default;
};

/// What the coroutines need of an event loop: one FIFO of what is ready, timers, the time,
/// and a door for other threads. `io::loop` implements it.
///
/// Thread-safety: one thread, the one that runs it; only `post()` may be called from others.
class executor {
 public:
  executor() noexcept = default;
  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;
  virtual ~executor() = default;

  /// The executor that runs on this thread.
  [[nodiscard]] static executor& current() noexcept {
    LEAT_ASSERT(detail::current_executor != nullptr);
    return *detail::current_executor;
  }
  [[nodiscard]] static executor* current_or_null() noexcept { return detail::current_executor; }

  /// Puts `node` at the end of the ready queue.
  void push(ready_node& node) noexcept { ready_.push_back(node); }

  /// Tells `guest` when the executor ends. Unlinking it, or its end, takes it off.
  void add_guest(executor_guest& guest) noexcept { guests_.push_back(guest); }

  /// The time at which the current step began. Read once a step, because reading the clock
  /// costs more than arming a timer.
  [[nodiscard]] time_point now() const noexcept { return now_; }

  /// Where a time limit that is set now begins: at `now()`, unless the current step has taken
  /// long, so that the limit would end early by as much. Close to the clock then, never ahead.
  [[nodiscard]] virtual time_point limits_begin() noexcept { return now_; }

  /// Reads the clock. For measuring; for deadlines `limits_begin()` is cheaper and close enough.
  [[nodiscard]] virtual time_point read_clock() noexcept = 0;

  /// Calls `node.expired()` once `at` has passed. Unlinking the node disarms it.
  virtual void arm(ready_node& node, time_point at) noexcept = 0;

  /// Runs `call` on this executor's thread. Thread-safety: any thread.
  virtual void post(posted_call& call) noexcept = 0;

  /// The threads for calls that block.
  [[nodiscard]] virtual thread_pool& blocking_threads() = 0;
  /// The threads for work that computes: others, so that neither kind waits for the other.
  [[nodiscard]] virtual thread_pool& cpu_threads() = 0;

  /// Takes note of an error that nobody can receive: the second failure of a group, or a
  /// cleanup that failed while a stop was passing through. `where` is a constant text.
  virtual void report(std::exception_ptr failure, const char* where) noexcept = 0;

  /// Runs until `finished` is true. Throws `deadlock` if it can know that this will never be.
  virtual void run_until(const bool& finished) = 0;

  /// Work outside the loop that will come back through `post()`; without it, an executor on
  /// virtual time would take waiting for a thread for a deadlock.
  void external_work_started() noexcept { ++external_work_; }
  void external_work_finished() noexcept { --external_work_; }

  /// Null, or the probe that is told of every suspension.
  execution_probe* probe = nullptr;

  /// The task that `run()` was called with, under which all others stand; null if none runs.
  const task_node* main_task = nullptr;

 protected:
  /// To be called first by the destructor of whoever implements this.
  void end_guests() noexcept {
    while (!guests_.is_empty()) guests_.pop_front().executor_ends();
  }

  ready_list ready_;
  time_point now_{};
  std::size_t external_work_ = 0;

 private:
  intrusive_list<executor_guest, detail::guest_tag> guests_;
};

inline void ready_node::expired() noexcept {
  executor::current().push(*this);
}

/// The deadline that lies `limit` ahead.
/// Errors: `invalid_argument` when `limit` is negative.
[[nodiscard]] inline deadline deadline_after(duration limit) {
  return deadline::after(executor::current().limits_begin(), checked_limit(limit, "a time limit"));
}

}  // namespace leat
