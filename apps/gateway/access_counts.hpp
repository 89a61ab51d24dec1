// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

namespace gateway {

/// How often one route was asked for.
struct route_activity {
  std::string route;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;  ///< Answers from 400 on.
};
BOOST_DESCRIBE_STRUCT(route_activity, (), (route, requests, errors))

struct user_activity {
  std::uint64_t requests_total = 0;
  std::uint64_t requests_last_minute = 0;
  std::uint64_t errors_total = 0;
  std::vector<route_activity> routes;
};
BOOST_DESCRIBE_STRUCT(user_activity, (),
                      (requests_total, requests_last_minute, errors_total, routes))

/// Counts what the gateway answers. Thread-safety: none; it belongs to one loop.
class access_counts {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `route` is a route's pattern, so the number of them is bounded.
  void count(std::string_view route, int status, time_point now);

  [[nodiscard]] user_activity snapshot(time_point now) const;

 private:
  // One slot a second; a slot is valid for the second it was last used in.
  struct second {
    std::int64_t number = -1;
    std::uint64_t requests = 0;
  };

  [[nodiscard]] static std::int64_t second_of(time_point at) noexcept {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  }

  user_activity total_;
  std::array<second, 60> last_minute_{};
};

}  // namespace gateway
