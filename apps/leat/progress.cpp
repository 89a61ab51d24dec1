// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace cli {

std::string shown_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  constexpr std::array<const char*, 6> units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // Three digits at most, and what would be rounded to a fourth is one of the next unit.
  while (size >= 999.5 && unit + 1 < units.size()) {
    size /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), size < 99.95 ? "%.1f %s" : "%.0f %s", size, units[unit]);
  return text.data();
}

std::string progress_line(std::uint64_t done, std::optional<std::uint64_t> total,
                          leat::duration elapsed, std::size_t width) {
  std::string line;
  const double seconds = std::chrono::duration<double>(elapsed).count();
  std::string figures = shown_bytes(done);
  if (total) figures += " of " + shown_bytes(*total);
  if (seconds > 0) {
    figures +=
        ", " + shown_bytes(static_cast<std::uint64_t>(static_cast<double>(done) / seconds)) + "/s";
  }
  if (total) {
    const double part =
        *total == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(*total));
    std::array<char, 16> percent{};
    std::snprintf(percent.data(), percent.size(), "%3d %% ", static_cast<int>(part * 100));
    line = percent.data();
    constexpr std::size_t frame = 3;  // of the bar, with the blank behind it
    constexpr std::size_t widest = 40;
    if (width > line.size() + figures.size() + frame) {
      const std::size_t bar = std::min(widest, width - line.size() - figures.size() - frame);
      const auto full = static_cast<std::size_t>(part * static_cast<double>(bar));
      line += '[' + std::string(full, '#') + std::string(bar - full, '.') + "] ";
    }
  }
  line += figures;
  if (line.size() > width) line.resize(width);
  return line;
}

}  // namespace cli
