// SPDX-License-Identifier: MIT
#include "io/timing_wheel.hpp"

#include <algorithm>
#include <bit>

namespace leat::io {

void timing_wheel::arm(ready_node& node, time_point at) noexcept {
  node.due = at;
  const std::uint64_t tick = ticks(at);
  earliest_ = std::min(earliest_, at);
  (tick <= current_ ? due_ : slot_for(tick)).push_back(node);
}

// The present itself belongs to the lowest level, whose digit it shares.
ready_list& timing_wheel::slot_for(std::uint64_t tick) noexcept {
  const auto level =
      (static_cast<unsigned>(std::bit_width((tick ^ current_) | 1)) - 1) / digit_bits;
  const auto slot = static_cast<unsigned>(tick >> (level * digit_bits)) % slots_per_level;
  occupied_[level] |= std::uint64_t{1} << slot;
  return slots_[level][slot];
}

bool timing_wheel::find_earliest(place& found) noexcept {
  for (unsigned level = 0; level < levels; ++level) {
    while (occupied_[level] != 0) {
      const auto slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
      if (!slots_[level][slot].is_empty()) {
        found = {level, slot};
        return true;
      }
      occupied_[level] &= occupied_[level] - 1;
    }
  }
  return false;
}

std::uint64_t timing_wheel::start_of(place where) const noexcept {
  const unsigned shift = where.level * digit_bits;
  const unsigned above = shift + digit_bits;
  const std::uint64_t prefix = above < 64 ? current_ >> above << above : 0;
  return prefix | std::uint64_t{where.slot} << shift;
}

time_point timing_wheel::next_expiry() noexcept {
  earliest_ = find_next_expiry();
  return earliest_;
}

time_point timing_wheel::find_next_expiry() noexcept {
  if (!due_.is_empty()) return at_tick(current_);
  place earliest{};
  if (!find_earliest(earliest)) return time_point::max();
  if (earliest.level == 0) return at_tick(start_of(earliest));

  // Thousands of equal timeouts share a slot; looking at all of them whenever the loop goes
  // to sleep would cost more than waking up once at the slot's start.
  constexpr int longest_search = 16;
  auto& list = slots_[earliest.level][earliest.slot];
  auto earliest_due = time_point::max();
  int seen = 0;
  for (auto* node = list.first(); node != nullptr; node = list.next(*node)) {
    if (++seen > longest_search) return at_tick(start_of(earliest));
    earliest_due = std::min(earliest_due, node->due);
  }
  return earliest_due;
}

void timing_wheel::advance(time_point now) noexcept {
  const std::uint64_t target = ticks(now);
  // Once: what an expiry arms for a time that has passed waits for the next call, or one timer
  // that always does so would keep this one from returning.
  expire_all(due_);
  place earliest{};
  while (find_earliest(earliest)) {
    const std::uint64_t start = start_of(earliest);
    if (start > target) break;
    current_ = start;
    auto& list = slots_[earliest.level][earliest.slot];
    if (earliest.level == 0) {
      expire_all(list);
    } else {
      move_down(list);
    }
  }
  current_ = std::max(current_, target);
  earliest_ = find_next_expiry();
}

// Timers from above were armed before those that stand below already, so they go to the front,
// and from the back so that they keep their order among themselves.
void timing_wheel::move_down(ready_list& slot) noexcept {
  while (!slot.is_empty()) {
    ready_node& node = slot.pop_back();
    slot_for(ticks(node.due)).push_front(node);
  }
}

// Only what is there now: an expiry may arm a timer for the same list.
void timing_wheel::expire_all(ready_list& slot) noexcept {
  ready_list expiring;
  expiring.splice_back(slot);
  while (!expiring.is_empty()) expiring.pop_front().expired();
}

}  // namespace leat::io
