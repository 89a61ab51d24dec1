// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "leat/base/time.hpp"

namespace leat::testing::detail {

enum class network_event : std::uint8_t {
  lookup_failed,
  unreachable,
  refused,
  swallowed,
  timed_out,
  connected,
  accepted,
  delivered,
  read,
  ended,
  closed,
  aborted,
  was_reset,
  vanished,
  partitioned,
  healed,
};

/// Which of the two ends an event belongs to: from the one that connected to the one that
/// listened, or back.
enum class direction : std::uint8_t { forth, back };

/// What has happened on a network, in order. Noting is cheap; text is made when it is asked for.
class simulation_log {
 public:
  /// A pair of ends, to be named in many events. `id` 0: it is no connection (yet).
  std::size_t add_route(std::size_t id, std::string from, std::string to);

  /// A log that has no memory left says so and goes on: it must not fail what it watches.
  void note(time_point at, network_event what, std::size_t route,
            direction towards = direction::forth, std::size_t bytes = 0) noexcept;

  [[nodiscard]] std::string text() const;

 private:
  struct route_names {
    std::size_t id;
    std::string from;
    std::string to;
  };
  struct entry {
    time_point at;
    std::size_t route;
    std::size_t bytes;
    network_event what;
    direction towards;
  };

  std::vector<route_names> routes_;
  std::vector<entry> entries_;
  bool is_cut_ = false;
};

}  // namespace leat::testing::detail
