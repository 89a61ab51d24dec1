// SPDX-License-Identifier: MIT
#include "leat/proto/fields/list.hpp"

#include <algorithm>
#include <cstddef>

#include "leat/proto/fields/ascii.hpp"

namespace leat::proto {
namespace {

/// The place of the first comma in `text` that is not inside a quoted string.
std::size_t end_of_element(std::string_view text) noexcept {
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == '\\' && is_quoted) {
      ++i;  // a quoted pair: the next character stands for itself
    } else if (c == ',' && !is_quoted) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

std::optional<std::string_view> next_list_element(std::string_view& rest) noexcept {
  while (!rest.empty()) {
    const std::size_t end = end_of_element(rest);
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
