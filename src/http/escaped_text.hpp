// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

/// Percent-encoded text that is looked at without being decoded into memory.
namespace leat::http::detail {

/// The value of a hexadecimal digit, or -1.
[[nodiscard]] constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Takes one character, plain or escaped, from the front of text that is well escaped.
[[nodiscard]] constexpr char next_unescaped(std::string_view& text) noexcept {
  char c = text.front();
  std::size_t size = 1;
  if (c == '%') {
    c = static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2]));
    size = 3;
  }
  text.remove_prefix(size);
  return c;
}

/// Whether each `%` starts an escape, and none is `%00`: a NUL ends a text for much of what a
/// parameter may be handed to, and for the rest it does not.
[[nodiscard]] constexpr bool is_well_escaped(std::string_view text) noexcept {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
    if (text.size() - at < 3) return false;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    if (high < 0 || low < 0 || high + low == 0) return false;
  }
  return true;
}

/// Whether text that is well escaped means `plain`.
[[nodiscard]] constexpr bool unescapes_to(std::string_view text, std::string_view plain) noexcept {
  for (const char expected : plain) {
    if (text.empty() || next_unescaped(text) != expected) return false;
  }
  return text.empty();
}

}  // namespace leat::http::detail
