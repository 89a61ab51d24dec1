// SPDX-License-Identifier: MIT
#include "leat/io/loop_meter.hpp"

#include <cstdint>
#include <utility>

#include "leat/base/error.hpp"
#include "leat/coro/frame_memory.hpp"
#include "leat/coro/task_node.hpp"
#include "leat/io/loop.hpp"
#include "leat/metrics/registry.hpp"

namespace leat::io {
namespace {

duration checked_period(duration every) {
  if (every <= duration{}) throw invalid_argument("a loop meter needs a positive period");
  return every;
}

}  // namespace

class loop_meter::impl final : public ready_node, public executor_guest {
 public:
  impl(metrics::registry& into, duration every)
      : every_(checked_period(every)),
        home_(&loop::current()),
        lag_(into.add_histogram(
            "loop_lag_seconds", "How long after it was due a timer got its turn.",
            {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5})),
        steps_(into.add_counter("loop_steps_total",
                                "How often the loop resumed something or woke up.")),
        frames_(into.add_gauge("coroutine_frames", "Coroutine frames alive on the loop's thread.")),
        tasks_(into.add_gauge("tasks_alive", "Tasks alive on the loop's thread.")),
        counted_(home_->steps()) {
    home_->add_guest(*this);
    arm_after(home_->read_clock());
  }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() {
    set(frames_, noted_frames_, 0);
    set(tasks_, noted_tasks_, 0);
  }

  void run() noexcept override {
    const time_point now = home_->read_clock();
    lag_.observe(now - armed_for_);
    const std::uint64_t steps = home_->steps();
    steps_.increment(static_cast<double>(steps - std::exchange(counted_, steps)));
    set(tasks_, noted_tasks_, static_cast<double>(detail::tasks_on_thread));
    set(frames_, noted_frames_, static_cast<double>(detail::local_frames.live_frames()));
    arm_after(now);
  }

  void executor_ends() noexcept override { static_cast<ready_node&>(*this).unlink(); }

 private:
  // The loops of several threads may add up in one gauge.
  static void set(metrics::gauge& level, double& noted, double now) noexcept {
    level.increment(now - std::exchange(noted, now));
  }

  void arm_after(time_point now) noexcept {
    armed_for_ = now + every_;
    home_->arm(*this, armed_for_);
  }

  duration every_;
  loop* home_;
  metrics::histogram lag_;
  metrics::counter steps_;
  metrics::gauge frames_;
  metrics::gauge tasks_;
  std::uint64_t counted_;
  double noted_tasks_ = 0;
  double noted_frames_ = 0;
  time_point armed_for_{};
};

loop_meter::loop_meter(metrics::registry& into, duration every)
    : impl_(make_impl<impl>(into, every)) {}

loop_meter::~loop_meter() = default;

}  // namespace leat::io
