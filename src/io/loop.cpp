// SPDX-License-Identifier: MIT
#include "leat/io/loop.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include <time.h>

#include "leat/base/error.hpp"

#include "io/epoll/reactor.hpp"
#include "io/timing_wheel.hpp"
#include "io/watch/loop_activity.hpp"

namespace leat::io {
namespace {

class steady_clock_source final : public clock {
 public:
  time_point now() noexcept override { return std::chrono::steady_clock::now(); }
  // The kernel's own copy of the same clock, which it moves on at each of its ticks.
  time_point coarse_now() noexcept override {
    timespec read{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &read);
    return time_point(std::chrono::seconds(read.tv_sec) + std::chrono::nanoseconds(read.tv_nsec));
  }
};

/// Calls on their way from other threads, oldest first.
class inbox {
 public:
  /// Returns whether the loop has to be woken for it.
  bool add(posted_call& call) noexcept {
    const std::lock_guard lock(mutex_);
    const bool was_empty = first_ == nullptr;
    call.next = nullptr;
    *last_ = &call;
    last_ = &call.next;
    has_calls_.store(true, std::memory_order_release);
    return was_empty;
  }

  void run_all() noexcept {
    if (!has_calls_.load(std::memory_order_acquire)) return;
    posted_call* call = nullptr;
    {
      const std::lock_guard lock(mutex_);
      call = std::exchange(first_, nullptr);
      last_ = &first_;
      has_calls_.store(false, std::memory_order_relaxed);
    }
    while (call != nullptr) {
      posted_call* const next = call->next;  // the call may be gone once it has run
      call->run();
      call = next;
    }
  }

 private:
  std::mutex mutex_;
  posted_call* first_ = nullptr;
  posted_call** last_ = &first_;
  std::atomic<bool> has_calls_ = false;
};

}  // namespace

class loop::impl {
 public:
  impl(std::unique_ptr<reactor> from_outside, clock& clock_source, loop_options&& given)
      : time(clock_source),
        wheel(clock_source.now()),
        needs_exact_waits(&clock_source != &steady()),
        options(std::move(given)),
        outside(std::move(from_outside)) {}

  static clock& steady() noexcept {
    static steady_clock_source source;
    return source;
  }

  clock& time;
  timing_wheel wheel;
  const bool needs_exact_waits;
  loop_options options;
  inbox calls;
  std::unique_ptr<reactor> outside;
  const std::shared_ptr<loop_activity> activity = std::make_shared<loop_activity>();
  // Last, so that their threads are joined while they can still post.
  std::unique_ptr<thread_pool> threads;
  std::unique_ptr<thread_pool> cpu_threads;
};

loop::loop(loop_options options)
    : loop(std::make_unique<epoll_backend::epoll_reactor>(), impl::steady(), std::move(options)) {}

loop::loop(std::unique_ptr<reactor> outside, clock& time, loop_options options)
    : impl_(make_impl<impl>(std::move(outside), time, std::move(options))) {
  now_ = time.now();
}

loop::~loop() {
  end_guests();
  // What was abandoned while it ran comes home now: it frees its memory, and gives its permit
  // back to the pool, so that must still be there.
  if (impl_->threads != nullptr) impl_->threads->close();
  if (impl_->cpu_threads != nullptr) impl_->cpu_threads->close();
  impl_->calls.run_all();
}

void loop::arm(ready_node& node, time_point at) noexcept {
  impl_->wheel.arm(node, at);
}

void loop::post(posted_call& call) noexcept {
  if (impl_->calls.add(call)) impl_->outside->wake();
}

thread_pool& loop::blocking_threads() {
  if (impl_->threads == nullptr) {
    impl_->threads = std::make_unique<thread_pool>(impl_->options.threads);
  }
  return *impl_->threads;
}

thread_pool& loop::cpu_threads() {
  if (impl_->cpu_threads == nullptr) {
    impl_->cpu_threads = std::make_unique<thread_pool>(impl_->options.cpu_threads);
  }
  return *impl_->cpu_threads;
}

std::uint64_t loop::steps() const noexcept {
  return impl_->activity->step() / 2;
}

const std::shared_ptr<loop_activity>& loop::activity() const noexcept {
  return impl_->activity;
}

time_point loop::limits_begin() noexcept {
  now_ = std::max(now_, impl_->time.coarse_now());
  return now_;
}

time_point loop::read_clock() noexcept {
  return impl_->time.now();
}

reactor& loop::outside() noexcept {
  return *impl_->outside;
}

void loop::report(std::exception_ptr failure, const char* where) noexcept {
  if (impl_->options.on_report) impl_->options.on_report(std::move(failure), where);
}

loop& loop::current() {
  auto* const found = dynamic_cast<loop*>(executor::current_or_null());
  if (found == nullptr) {
    throw invalid_argument("no io::loop runs on this thread: start one with leat::run()");
  }
  return *found;
}

// Bounded, so that tasks which keep each other ready cannot starve I/O and timers, and so that
// the cached time does not grow old.
void loop::run_ready(const bool& finished) noexcept {
  constexpr int most_per_step = 64;
  loop_activity& activity = *impl_->activity;
  for (int count = 0; count < most_per_step && !ready_.is_empty() && !finished; ++count) {
    if (probe != nullptr) [[unlikely]] {
      probe->before_resume();
    }
    activity.next_step();
    ready_.pop_front().run();
  }
}

void loop::run_until(const bool& finished) {
  auto& self = *impl_;
  const loop_activity::running here(*self.activity);
  now_ = self.time.now();
  for (;;) {
    run_ready(finished);
    if (finished) return;
    self.activity->next_step();
    self.calls.run_all();

    if (!ready_.is_empty() || self.wheel.earliest_expiry() <= now_) {
      self.outside->poll();
    } else {
      // Searching costs more than a wake-up in vain now and then, but a virtual clock would jump
      // to where nothing happens.
      const time_point next =
          self.needs_exact_waits ? self.wheel.next_expiry() : self.wheel.earliest_expiry();
      const loop_activity::waiting idle(*self.activity);
      self.outside->wait(deadline(next), external_work_ != 0);
    }
    now_ = self.time.now();
    if (now_ < self.wheel.earliest_expiry()) continue;
    // I/O that has completed stands in the queue before the expiry that would cancel it.
    self.outside->poll();
    self.calls.run_all();
    self.wheel.advance(now_);
  }
}

}  // namespace leat::io
