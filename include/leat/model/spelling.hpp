// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace leat::model {

/// How many letters must be inserted, removed, replaced or swapped with a neighbour to turn
/// `a` into `b`, or something above `limit` if it is more than that.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// Keeps the candidate that `written` was most likely meant to be.
class nearest_name {
 public:
  explicit nearest_name(std::string_view written) noexcept
      : written_(written), distance_(1 + written.size() / 3) {}

  void consider(std::string_view candidate);

  /// Empty if no candidate is near.
  [[nodiscard]] std::string_view found() const noexcept { return found_; }

 private:
  std::string_view written_;
  std::string_view found_;
  std::size_t distance_;  // of the best so far; one letter in three may be wrong
};

}  // namespace leat::model
