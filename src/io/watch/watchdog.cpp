// SPDX-License-Identifier: MIT
#include "leat/io/watchdog.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <pthread.h>

#include "leat/io/loop.hpp"

#include "io/watch/loop_activity.hpp"
#include "io/watch/stack_capture.hpp"
#include "io/watch/step_watch.hpp"

namespace leat::io {
namespace {

// A thread that does not answer by then is stuck in the kernel.
constexpr duration longest_answer = std::chrono::seconds(1);
constexpr duration answer_poll = std::chrono::microseconds(200);

watchdog_options checked(watchdog_options given) {
  checked_limit(given.threshold, "the threshold of a watchdog");
  checked_limit(given.report_gap, "the report gap of a watchdog");
  if (checked_limit(given.interval, "the interval of a watchdog") == duration{}) {
    given.interval = std::max<duration>(given.threshold / 4, std::chrono::milliseconds(1));
  }
  if (!given.on_blocked) {
    given.on_blocked = [](const blocked_step& report) {
      std::fputs((to_text(report) + "\n").c_str(), stderr);
    };
  }
  return given;
}

std::vector<symbol> symbols_of(const captured_stack& stack) {
  std::vector<symbol> found;
  for (const void* each : stack.addresses) {
    auto here = symbols_at(each);
    found.insert(found.end(), std::make_move_iterator(here.begin()),
                 std::make_move_iterator(here.end()));
  }
  return found;
}

/// While one lives, this thread and those it starts get no signals: they are for the threads of
/// the program.
class signals_blocked {
 public:
  signals_blocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

std::string in_milliseconds(duration time) {
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return std::to_string(whole) + " ms";
}

}  // namespace

std::string to_text(const blocked_step& report) {
  std::string text = "a step of the loop ";
  if (!report.task.empty()) text += "in task \"" + report.task + "\" ";
  text +=
      (report.has_ended ? "ended after " : "has blocked it for ") + in_milliseconds(report.lasted);
  if (report.withheld != 0) {
    text += "; " + std::to_string(report.withheld) + " more since the last report";
  }
  for (const auto& each : report.stack) text += "\n    " + to_text(each);
  return text;
}

class watchdog::impl {
 public:
  impl(const std::shared_ptr<loop_activity>& watched, watchdog_options given)
      : options_(checked(std::move(given))),
        activity_(watched),
        capture_(*activity_, options_.signal),
        watch_(options_.threshold, options_.report_gap) {
    const signals_blocked for_the_thread;
    thread_ = std::thread([this] { work(); });
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  ~impl() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    stop_.notify_one();
    thread_.join();
  }

  std::atomic<std::uint64_t> blocked_steps = 0;
  std::atomic<std::uint64_t> looks = 0;

 private:
  void work() noexcept {
    while (!stops_within(options_.interval)) {
      try {
        look();
      } catch (...) {
        // No memory for a report, or its handler has failed: the next one may succeed.
      }
    }
  }

  /// Waits. Returns true as soon as the watchdog is to end.
  bool stops_within(duration time) {
    std::unique_lock lock(mutex_);
    return stop_.wait_for(lock, time, [this] { return is_stopping_; });
  }

  void look() {
    const std::uint64_t step = activity_->step();
    const auto found = watch_.look(step, std::chrono::steady_clock::now());
    looks.fetch_add(1, std::memory_order_release);
    switch (found.what) {
      case step_watch::verdict::fine: return;
      case step_watch::verdict::withheld: return count(step);
      case step_watch::verdict::blocked: return report_blocked(step, found);
      case step_watch::verdict::ended: return report_ended(found.lasted);
    }
  }

  void count(std::uint64_t step) noexcept {
    if (std::exchange(counted_, step) == step) return;
    options_.blocked_steps.increment();
    blocked_steps.fetch_add(1, std::memory_order_release);
  }

  void report_blocked(std::uint64_t step, const step_watch::finding& found) {
    blocked_step report;
    report.lasted = found.lasted;
    report.withheld = found.withheld;
    captured_stack stack = ask_thread();
    // What it did later is not to blame.
    if (stack.step == step) {
      report.task = std::move(stack.task);
      report.stack = symbols_of(stack);
    }
    count(step);
    options_.on_blocked(report);
    if (options_.aborts) std::abort();
  }

  void report_ended(duration lasted) {
    blocked_step report;
    report.lasted = lasted;
    report.has_ended = true;
    options_.on_blocked(report);
  }

  captured_stack ask_thread() {
    if (!capture_.request()) return {};
    const auto asked = std::chrono::steady_clock::now();
    while (!capture_.has_answer() && std::chrono::steady_clock::now() - asked < longest_answer) {
      if (stops_within(answer_poll)) break;
    }
    return capture_.take();
  }

  watchdog_options options_;
  const std::shared_ptr<loop_activity> activity_;
  stack_capture capture_;
  step_watch watch_;
  std::optional<std::uint64_t> counted_;

  std::mutex mutex_;
  std::condition_variable stop_;
  bool is_stopping_ = false;
  std::thread thread_;
};

watchdog::watchdog(const loop& watched, watchdog_options options)
    : impl_(make_impl<impl>(watched.activity(), std::move(options))) {}

watchdog::~watchdog() = default;

std::uint64_t watchdog::blocked_steps() const noexcept {
  return impl_->blocked_steps.load(std::memory_order_acquire);
}

std::uint64_t watchdog::looks() const noexcept {
  return impl_->looks.load(std::memory_order_acquire);
}

}  // namespace leat::io
