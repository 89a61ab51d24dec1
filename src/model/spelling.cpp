// SPDX-License-Identifier: MIT
#include "leat/model/spelling.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace leat::model {
namespace {

// Names of members are short; what is longer is no misspelling of one.
constexpr std::size_t max_letters = 64;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > max_letters || b.size() > max_letters) return limit + 1;

  // Optimal string alignment: row i holds the distances from the first i letters of `a`.
  using row = std::array<std::size_t, max_letters + 1>;
  row before{};
  row previous{};
  row current{};
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;

  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    before = previous;
    previous = current;
  }
  return previous[b.size()];
}

void nearest_name::consider(std::string_view candidate) {
  const std::size_t distance = edit_distance(written_, candidate, distance_);
  if (distance > distance_ || (distance == distance_ && !found_.empty())) return;
  found_ = candidate;
  distance_ = distance;
}

}  // namespace leat::model
