// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>

#include "leat/coro/event.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/loop.hpp"
#include "leat/testing/test_loop.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// Something happens outside at a certain time, and the loop, which has slept until its timer,
/// finds it only when it looks.
class late_news final : public io::reactor {
 public:
  late_news(testing::virtual_clock& time, event& news, time_point at) noexcept
      : time_(time), news_(news), at_(at) {}

  void wait(deadline until, bool) override { time_.move_to(std::max(time_.now(), until.at())); }
  void poll() override {
    if (time_.now() >= at_) news_.set();
  }
  void wake() noexcept override {}

 private:
  testing::virtual_clock& time_;
  event& news_;
  time_point at_;
};

task<bool> is_in_time(event& news) {
  try {
    co_await with_timeout(5s, news.wait());
  } catch (const deadline_exceeded&) {
    co_return false;
  }
  co_return true;
}

bool is_in_time_when_it_happens(duration after) {
  testing::virtual_clock time;
  event news;
  io::loop loop(std::make_unique<late_news>(time, news, time.now() + after), time);
  return leat::run(loop, is_in_time(news));
}

}  // namespace

TEST_CASE("loop: what has happened by the time a timer expires is delivered before the expiry") {
  CHECK(is_in_time_when_it_happens(5s));
}

TEST_CASE("loop: what happens after a timer has expired is late") {
  CHECK_FALSE(is_in_time_when_it_happens(5s + 1ns));
}
