// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <string_view>

#include "leat/base/time.hpp"

namespace leat::http::detail {

using wall_time = std::chrono::system_clock::time_point;

/// The line of the Date field (RFC 9110, section 5.6.7), written once a second: the monotonic
/// clock, which the loop has read anyway, says when the next second of the wall clock begins.
class date_cache {
 public:
  explicit date_cache(std::function<wall_time()> wall_clock) : wall_clock_(std::move(wall_clock)) {}

  /// Such as `Date: Sun, 06 Nov 1994 08:49:37 GMT`, and CR LF. Lifetime: until the next call.
  [[nodiscard]] std::string_view line(time_point now) {
    if (now >= valid_until_) refresh(now);
    return {line_.data(), line_.size()};
  }

 private:
  void refresh(time_point now);

  std::function<wall_time()> wall_clock_;
  time_point valid_until_ = time_point::min();
  std::array<char, 37> line_{};
};

}  // namespace leat::http::detail
