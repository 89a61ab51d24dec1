// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "leat/coro/executor.hpp"

namespace leat::io {

/// Timers in a hierarchical wheel: eleven levels of 64 slots cover every nanosecond that 64
/// bits can count, so expiries are exact and arming is a few shifts whatever the number of
/// timers. Disarming is unlinking the node.
///
/// A timer stands at the level of the highest digit (in base 64) in which its time differs
/// from the current time. Hence all timers of a level expire before those of the next one,
/// and within a level slots are in order. When the current time reaches a slot of a higher
/// level, its timers move to lower ones.
///
/// Timers for the same instant expire in the order in which they were armed.
class timing_wheel {
 public:
  explicit timing_wheel(time_point now) noexcept : current_(ticks(now)) {}

  void arm(ready_node& node, time_point at) noexcept;

  /// A time at which `advance()` has to be called: that of the earliest timer, or an earlier
  /// one if finding it would cost a long search. The maximum if there is no timer.
  [[nodiscard]] time_point next_expiry() noexcept;

  /// The same without a search: no timer is due before, but the one that was may have been
  /// disarmed. Exact again after `next_expiry()` and `advance()`.
  [[nodiscard]] time_point earliest_expiry() const noexcept { return earliest_; }

  /// Calls `expired()` of all timers up to `now`, earliest first. A timer that is armed meanwhile
  /// for a time that has passed waits for the next call.
  void advance(time_point now) noexcept;

 private:
  static constexpr unsigned digit_bits = 6;
  static constexpr unsigned slots_per_level = 64;
  static constexpr unsigned levels = 11;

  struct place {
    unsigned level;
    unsigned slot;
  };

  // Times before the clock's epoch have passed, and count as its beginning.
  [[nodiscard]] static std::uint64_t ticks(time_point at) noexcept {
    return at.time_since_epoch().count() < 0
               ? 0
               : static_cast<std::uint64_t>(at.time_since_epoch().count());
  }
  [[nodiscard]] static time_point at_tick(std::uint64_t tick) noexcept {
    return time_point(duration(static_cast<duration::rep>(tick)));
  }

  [[nodiscard]] time_point find_next_expiry() noexcept;
  [[nodiscard]] ready_list& slot_for(std::uint64_t tick) noexcept;
  [[nodiscard]] bool find_earliest(place& found) noexcept;
  [[nodiscard]] std::uint64_t start_of(place where) const noexcept;
  void move_down(ready_list& slot) noexcept;
  static void expire_all(ready_list& slot) noexcept;

  std::array<std::array<ready_list, slots_per_level>, levels> slots_;
  // A set bit says that the slot may hold timers; it is cleared when it is found empty.
  std::array<std::uint64_t, levels> occupied_{};
  ready_list due_;
  std::uint64_t current_;
  time_point earliest_ = time_point::max();  // not later than any timer
};

}  // namespace leat::io
