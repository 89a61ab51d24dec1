// SPDX-License-Identifier: MIT
#include "leat/proto/fields/list.hpp"

#include <algorithm>
#include <cstddef>

#include "leat/proto/fields/ascii.hpp"

#include "proto/fields/quoted_parts.hpp"

namespace leat::proto {

std::optional<std::string_view> next_list_element(std::string_view& rest) noexcept {
  while (!rest.empty()) {
    const std::size_t end = end_of_part(rest, ',');
    const std::string_view element = trim_blanks(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

bool list_contains(std::string_view list, std::string_view token) noexcept {
  while (const auto element = next_list_element(list)) {
    if (equals_ignoring_case(*element, token)) return true;
  }
  return false;
}

}  // namespace leat::proto
