// SPDX-License-Identifier: MIT
#include "testing/simulation_log.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace leat::testing::detail {
namespace {

struct event_text {
  const char* words;
  bool has_bytes;
};

event_text text_of(network_event what) noexcept {
  switch (what) {
    case network_event::lookup_failed: return {"lookup failed", false};
    case network_event::unreachable: return {"unreachable", false};
    case network_event::refused: return {"refused", false};
    case network_event::swallowed: return {"swallowed", false};
    case network_event::timed_out: return {"timed out", false};
    case network_event::connected: return {"connected", false};
    case network_event::accepted: return {"accepted", false};
    case network_event::delivered: return {"delivered", true};
    case network_event::read: return {"read", true};
    case network_event::ended: return {"ended", false};
    case network_event::closed: return {"closed", false};
    case network_event::aborted: return {"aborted", false};
    case network_event::was_reset: return {"reset", false};
    case network_event::vanished: return {"vanished", false};
    case network_event::partitioned: return {"partitioned", false};
    case network_event::healed: return {"healed", false};
  }
  return {"?", false};
}

}  // namespace

std::size_t simulation_log::add_route(std::size_t id, std::string from, std::string to) {
  routes_.push_back({id, std::move(from), std::move(to)});
  return routes_.size() - 1;
}

void simulation_log::note(time_point at, network_event what, std::size_t route, direction towards,
                          std::size_t bytes) noexcept {
  try {
    entries_.push_back({at, route, bytes, what, towards});
  } catch (...) {
    is_cut_ = true;
  }
}

std::string simulation_log::text() const {
  std::string lines;
  // Time counts from the first event: where a clock begins means nothing.
  for (const auto& each : entries_) {
    const auto since = std::chrono::duration_cast<duration>(each.at - entries_.front().at).count();
    constexpr duration::rep second = 1'000'000'000;
    std::array<char, 48> stamp{};
    std::snprintf(stamp.data(), stamp.size(), "%lld.%09lld ",
                  static_cast<long long>(since / second), static_cast<long long>(since % second));
    lines += stamp.data();
    const auto& names = routes_[each.route];
    if (names.id != 0) lines += "#" + std::to_string(names.id) + " ";
    lines += names.from + (each.towards == direction::forth ? " -> " : " <- ") + names.to + " ";
    const auto [words, has_bytes] = text_of(each.what);
    lines += words;
    if (has_bytes) lines += " " + std::to_string(each.bytes);
    lines += '\n';
  }
  if (is_cut_) lines += "(some events were lost for want of memory)\n";
  return lines;
}

}  // namespace leat::testing::detail
