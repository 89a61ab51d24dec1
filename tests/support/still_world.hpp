// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "leat/base/error.hpp"
#include "leat/io/loop.hpp"
#include "leat/testing/test_loop.hpp"

/// The outside of a loop in which nothing happens but time. Unlike on a `test_loop`, the test has
/// the clock and can move it in the middle of a step, as a step that takes long does.
class still_world final : public leat::io::reactor {
 public:
  explicit still_world(leat::testing::virtual_clock& time) noexcept : time_(time) {}

  void wait(leat::deadline until, bool) override {
    if (until.is_never()) throw leat::deadlock("nothing is ready and no timer is armed");
    time_.move_to(std::max(time_.now(), until.at()));
  }
  void poll() override {}
  void wake() noexcept override {}

 private:
  leat::testing::virtual_clock& time_;
};
