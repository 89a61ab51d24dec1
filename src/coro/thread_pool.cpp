// SPDX-License-Identifier: MIT
#include "leat/coro/thread_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace leat {

class thread_pool::impl {
 public:
  explicit impl(std::size_t threads) : max_threads_(threads) {}
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  ~impl() { close(); }

  void close() noexcept {
    {
      const std::lock_guard lock(mutex_);
      is_closing_ = true;
    }
    wake_.notify_all();
    for (auto& each : threads_) each.join();
    const std::lock_guard lock(mutex_);
    threads_.clear();
  }

  void submit(thread_job& job) {
    {
      const std::lock_guard lock(mutex_);
      LEAT_ASSERT(!is_closing_);
      if (idle_ <= waiting_jobs_ && threads_.size() < max_threads_) start_thread();
      jobs_.push_back(job);
      ++waiting_jobs_;
    }
    wake_.notify_one();
  }

  [[nodiscard]] thread_pool_counts counts() const noexcept {
    const std::lock_guard lock(mutex_);
    return {threads_.size(), running_, waiting_jobs_};
  }

  bool withdraw(thread_job& job) noexcept {
    const std::lock_guard lock(mutex_);
    if (!job.is_linked()) return false;
    job.unlink();
    --waiting_jobs_;
    return true;
  }

 private:
  void start_thread() {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::exception&) {  // no thread, or no memory for one
      // With at least one thread the job only has to wait longer.
      if (threads_.empty()) throw;
    }
  }

  void work() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      wake_.wait(lock, [this] { return is_closing_ || !jobs_.is_empty(); });
      --idle_;
      if (jobs_.is_empty()) return;
      thread_job& job = jobs_.pop_front();
      --waiting_jobs_;
      ++running_;
      lock.unlock();
      job.run();  // the job may be gone afterwards
      lock.lock();
      --running_;
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  intrusive_list<thread_job, detail::job_tag> jobs_;
  std::size_t waiting_jobs_ = 0;
  std::size_t running_ = 0;
  std::size_t idle_ = 0;
  bool is_closing_ = false;
  const std::size_t max_threads_;
  std::vector<std::thread> threads_;
};

thread_pool_limits cpu_thread_limits() noexcept {
  return {.threads = std::max(1U, std::thread::hardware_concurrency())};
}

thread_pool::thread_pool(thread_pool_limits limits)
    : capacity_(limits.threads + limits.queued, "to_thread: place in the queue"),
      impl_(make_impl<impl>(limits.threads)) {}

thread_pool::~thread_pool() = default;

void thread_pool::submit(thread_job& job) {
  impl_->submit(job);
}

void thread_pool::close() noexcept {
  impl_->close();
}

thread_pool_counts thread_pool::counts() const noexcept {
  return impl_->counts();
}

bool thread_pool::withdraw(thread_job& job) noexcept {
  return impl_->withdraw(job);
}

}  // namespace leat
