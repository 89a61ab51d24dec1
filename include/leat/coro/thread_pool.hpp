// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "leat/base/impl_ptr.hpp"
#include "leat/base/intrusive_list.hpp"
#include "leat/coro/semaphore.hpp"

namespace leat {

namespace detail {
struct job_tag;
}

/// Something a thread of a pool runs.
class thread_job : public list_hook<detail::job_tag> {
 public:
  /// Called on a thread of the pool.
  virtual void run() noexcept = 0;

 protected:
  ~thread_job() = default;
};

/// How many threads a pool may have, and how many jobs may wait for one.
struct thread_pool_limits {
  std::size_t threads = 8;    ///< Enough for name lookups and files; more only helps slow disks.
  std::size_t queued = 1024;  ///< Then `to_thread` waits in line: the policy is to wait.
};

/// The limits of a pool for work that computes: one thread for each core, since more of them
/// would only take turns.
[[nodiscard]] thread_pool_limits cpu_thread_limits() noexcept;

/// What a pool does at one moment.
struct thread_pool_counts {
  std::size_t threads = 0;  ///< Started; they stay until the pool ends.
  std::size_t running = 0;  ///< Jobs that a thread works at.
  std::size_t queued = 0;   ///< Jobs that wait for a thread.
};

/// Threads for work that would hold up a loop, started when they are first needed and joined by the
/// destructor.
///
/// Belongs to one executor. Use it through `to_thread` and `to_cpu_thread`.
/// Thread-safety: `counts()` on any thread, everything else on the executor's.
class thread_pool {
 public:
  explicit thread_pool(thread_pool_limits limits = {});
  ~thread_pool();

  /// The permits to submit: threads and queue together. Tasks wait here when both are full.
  [[nodiscard]] semaphore& capacity() noexcept { return capacity_; }

  /// Queues `job`. The caller holds a permit until the job has run or was withdrawn.
  /// Errors: `std::system_error` or `std::bad_alloc`, if not even one thread could be started.
  void submit(thread_job& job);

  /// Runs what is queued and ends the threads. Nothing can be submitted afterwards, but permits
  /// can still be given back.
  void close() noexcept;

  [[nodiscard]] thread_pool_counts counts() const noexcept;

  /// Takes a job back that no thread has begun yet. Returns whether that was so.
  bool withdraw(thread_job& job) noexcept;

 private:
  class impl;
  semaphore capacity_;
  impl_ptr<impl> impl_;
};

}  // namespace leat
