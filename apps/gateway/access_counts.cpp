// SPDX-License-Identifier: MIT
#include "access_counts.hpp"

#include <algorithm>

namespace gateway {

void access_counts::count(std::string_view route, int status, time_point now) {
  auto found = std::ranges::find(total_.routes, route, &route_activity::route);
  if (found == total_.routes.end()) {
    found = total_.routes.insert(found, route_activity{std::string(route)});
  }
  const bool is_error = status >= 400;
  ++total_.requests_total;
  ++found->requests;
  if (is_error) {
    ++total_.errors_total;
    ++found->errors;
  }
  const auto number = second_of(now);
  auto& slot = last_minute_[static_cast<std::size_t>(number) % last_minute_.size()];
  if (slot.number != number) slot = {number, 0};
  ++slot.requests;
}

user_activity access_counts::snapshot(time_point now) const {
  user_activity activity = total_;
  const auto current = second_of(now);
  for (const auto& slot : last_minute_) {
    if (slot.number > current - 60 && slot.number <= current) {
      activity.requests_last_minute += slot.requests;
    }
  }
  return activity;
}

}  // namespace gateway
