// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

namespace leat::io {

/// What a loop shows of itself to other threads: the number of its step, odd while something
/// runs and even while it waits for the outside or does not run at all. One word, so that
/// whoever looks never sees half a change.
///
/// Shared by the loop and its watchers, so each may end first.
/// Thread-safety: `step()` and `send_signal()` from any thread, the rest on the loop's.
class loop_activity {
 public:
  [[nodiscard]] static bool runs(std::uint64_t step) noexcept { return (step & 1) != 0; }

  [[nodiscard]] std::uint64_t step() const noexcept {
    return step_.load(std::memory_order_relaxed);
  }

  /// One more step begins. A plain increment: only one thread writes.
  void next_step() noexcept { advance(2); }

  /// Calls `prepare(thread)` and sends `signal` to the thread that runs the loop. Returns
  /// whether there is one. It cannot leave the loop meanwhile, so the signal reaches no stranger.
  template <class Prepare>
  bool send_signal(int signal, Prepare prepare) noexcept {
    const std::lock_guard lock(mutex_);
    if (thread_ == 0) return false;
    prepare(thread_);
    return ::tgkill(::getpid(), thread_, signal) == 0;
  }

  /// While one lives, the loop runs on this thread.
  class running {
   public:
    explicit running(loop_activity& of) noexcept : of_(of) {
      of_.set_thread(::gettid());
      of_.advance(1);
    }
    running(const running&) = delete;
    running& operator=(const running&) = delete;
    ~running() {
      of_.advance(1);
      of_.set_thread(0);
    }

   private:
    loop_activity& of_;
  };

  /// While one lives, the running loop waits for the outside.
  class waiting {
   public:
    explicit waiting(loop_activity& of) noexcept : of_(of) { of_.advance(1); }
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting() { of_.advance(1); }

   private:
    loop_activity& of_;
  };

 private:
  void advance(std::uint64_t by) noexcept {
    step_.store(step_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  void set_thread(pid_t thread) noexcept {
    const std::lock_guard lock(mutex_);
    thread_ = thread;
  }

  std::atomic<std::uint64_t> step_ = 0;
  std::mutex mutex_;
  pid_t thread_ = 0;
};

}  // namespace leat::io
