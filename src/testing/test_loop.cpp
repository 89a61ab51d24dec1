// SPDX-License-Identifier: MIT
#include "leat/testing/test_loop.hpp"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <stdexcept>

#include "leat/base/error.hpp"
#include "leat/coro/frame_memory.hpp"

namespace leat::testing {
namespace {

/// Moves the clock instead of waiting. Only for other threads does it really wait, and then
/// virtual time stands still.
class virtual_reactor final : public io::reactor {
 public:
  explicit virtual_reactor(virtual_clock& time) noexcept : time_(time) {}

  void wait(deadline until, bool expects_wake) override {
    if (expects_wake) {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return is_woken_; });
      is_woken_ = false;
      return;
    }
    if (until.is_never()) {
      throw deadlock(
          "the test can never go on: nothing is ready, no timer is armed and no thread works "
          "for it");
    }
    time_.move_to(std::max(time_.now(), until.at()));
  }

  void poll() override {}

  void wake() noexcept override {
    {
      const std::lock_guard lock(mutex_);
      is_woken_ = true;
    }
    woken_.notify_one();
  }

 private:
  virtual_clock& time_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_woken_ = false;
};

std::string counted(const char* what, std::size_t before, std::size_t after) {
  return std::string(what) + ": " + std::to_string(before) + " before, " + std::to_string(after) +
         " after; ";
}

}  // namespace

class test_loop::impl {
 public:
  explicit impl(time_source from)
      : source(from),
        loop(from == time_source::virtual_time
                 ? std::make_unique<io::loop>(std::make_unique<virtual_reactor>(time), time,
                                              options())
                 : std::make_unique<io::loop>(options())),
        began(loop->read_clock()) {}

  io::loop_options options() {
    io::loop_options chosen;
    chosen.on_report = [this](std::exception_ptr failure, const char* where) {
      reports.push_back({std::move(failure), where});
    };
    return chosen;
  }

  time_source source;
  virtual_clock time;
  std::vector<reported_error> reports;
  std::unique_ptr<io::loop> loop;
  time_point began;
};

test_loop::test_loop(time_source source) : impl_(make_impl<impl>(source)) {}
test_loop::~test_loop() = default;

io::loop& test_loop::loop() noexcept {
  return *impl_->loop;
}

duration test_loop::elapsed() const noexcept {
  return impl_->loop->read_clock() - impl_->began;
}

std::vector<reported_error> test_loop::take_reports() noexcept {
  return std::exchange(impl_->reports, {});
}

resource_count resource_count::now() {
  resource_count count;
  count.frames = leat::detail::local_frames.live_frames();
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count.descriptors;
  }
  return count;
}

void run_test(task<void> (*body)(test_loop&), time_source source) {
  const auto before = resource_count::now();
  std::string left_behind;
  {
    test_loop loop(source);
    loop.run(body(loop));
    for (const auto& each : loop.take_reports()) {
      left_behind += "unexpected report from " + each.where + ": " + describe(each.failure) + "; ";
    }
  }
  const auto after = resource_count::now();
  if (after.frames != before.frames) {
    left_behind += counted("coroutine frames", before.frames, after.frames);
  }
  if (after.descriptors != before.descriptors) {
    left_behind += counted("descriptors", before.descriptors, after.descriptors);
  }
  if (!left_behind.empty())
    throw std::logic_error("the test left something behind: " + left_behind);
}

}  // namespace leat::testing
