// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>

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

/// Threads for calls that block, started when they are first needed and joined by the
/// destructor.
///
/// Belongs to one executor. Use it through `to_thread`.
/// Thread-safety: `submit()` and `withdraw()` on the executor's thread.
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

  /// Takes a job back that no thread has begun yet. Returns whether that was so.
  bool withdraw(thread_job& job) noexcept;

 private:
  class impl;
  semaphore capacity_;
  std::unique_ptr<impl> impl_;
};

}  // namespace leat
