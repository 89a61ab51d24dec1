// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdio>
#include <string_view>

/// What every benchmark's program shares: how it says what it measured.
namespace leat_bench {

inline double now_ns() {
  return static_cast<double>(std::chrono::steady_clock::now().time_since_epoch().count());
}

/// One sample on a line of its own, for benchmarks/runner/samples.py. Nothing is escaped: names
/// are ours, without quotes.
inline void print_sample(std::string_view name, std::string_view unit, std::string_view who,
                         double value) {
  std::printf(R"({"name": "%.*s", "unit": "%.*s", "who": "%.*s", "value": %.6g})"
              "\n",
              static_cast<int>(name.size()), name.data(), static_cast<int>(unit.size()),
              unit.data(), static_cast<int>(who.size()), who.data(), value);
  std::fflush(stdout);
}

}  // namespace leat_bench
