// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// The characters of RFC 3986 and what may stand where.
namespace leat::proto {

using url_table = std::array<bool, 256>;

constexpr url_table make_url_table(std::string_view others) {
  url_table table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (const char c : others) table[static_cast<unsigned char>(c)] = true;
  return table;
}

// Section 2.3; then section 2.2's sub-delims with what each component has besides: sections
// 3.2.2, 3.2.1, 3.3, 3.4 and 3.5.
inline constexpr url_table unreserved = make_url_table("-._~");
inline constexpr url_table host_allowed = make_url_table("-._~!$&'()*+,;=");
inline constexpr url_table userinfo_allowed = make_url_table("-._~!$&'()*+,;=:");
inline constexpr url_table path_allowed = make_url_table("-._~!$&'()*+,;=:@/");
inline constexpr url_table query_allowed = make_url_table("-._~!$&'()*+,;=:@/?");
inline constexpr url_table scheme_allowed = make_url_table("+-.");

[[nodiscard]] constexpr bool is_in(const url_table& table, char c) noexcept {
  return table[static_cast<unsigned char>(c)];
}

[[nodiscard]] constexpr bool is_url_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr char lower_case(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// The value of a hexadecimal digit, or 16.
[[nodiscard]] constexpr unsigned hex_value(char c) noexcept {
  if (is_url_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = lower_case(c);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

/// Whether `text` starts with a `%` and two hexadecimal digits.
[[nodiscard]] constexpr bool starts_with_escape(std::string_view text) noexcept {
  return text.size() >= 3 && text[0] == '%' && hex_value(text[1]) < 16 && hex_value(text[2]) < 16;
}

/// The byte that the escape at the front of `text` stands for.
[[nodiscard]] constexpr char escaped_byte(std::string_view text) noexcept {
  return static_cast<char>(hex_value(text[1]) << 4 | hex_value(text[2]));
}

/// Appends `c` as an escape with upper-case digits.
void append_escape(std::string& out, char c);

/// Appends `text` in normal form for a component: escapes of unreserved characters are
/// resolved, other escapes are kept with upper-case digits, and what is neither an escape nor
/// `allowed` becomes one.
void append_normalized(std::string& out, std::string_view text, const url_table& allowed);

}  // namespace leat::proto
