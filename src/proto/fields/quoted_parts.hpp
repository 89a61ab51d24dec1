// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace leat::proto {

/// The place of the first `separator` in `text` that is not inside a quoted string; else the end.
[[nodiscard]] constexpr std::size_t end_of_part(std::string_view text, char separator) noexcept {
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == '\\' && is_quoted) {
      ++i;  // a quoted pair: the next character stands for itself
    } else if (c == separator && !is_quoted) {
      return i;
    }
  }
  return text.size();
}

}  // namespace leat::proto
