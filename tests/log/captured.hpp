// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "leat/log/backend.hpp"

namespace leat::testing {

/// A synchronous backend whose lines are kept, at a time that stands still: the first moment
/// of 2026.
class captured_log {
 public:
  explicit captured_log(log::backend_options options = {})
      : backend_(log::delivery::synchronous, with_capture(std::move(options))) {}

  [[nodiscard]] log::backend& backend() noexcept { return backend_; }
  [[nodiscard]] log::logger logger(std::string_view name = {}) { return backend_.logger(name); }

  [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }
  [[nodiscard]] std::string last() const { return lines_.empty() ? "" : lines_.back(); }

 private:
  log::backend_options with_capture(log::backend_options options) {
    options.sinks.push_back(log::sink::custom(
        [this](log::level, std::string_view line) { lines_.emplace_back(line); }));
    options.now = [] { return std::chrono::sys_days(std::chrono::January / 1 / 2026); };
    return options;
  }

  std::vector<std::string> lines_;
  log::backend backend_;
};

}  // namespace leat::testing
