// SPDX-License-Identifier: MIT
#include "log/escape.hpp"

#include <array>
#include <cstddef>

#include "leat/base/utf8.hpp"

namespace leat::log {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// For each byte, whether it stands for itself.
constexpr std::array<bool, 256> is_plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

void append_unit(std::string& to, unsigned unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  to += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) to += digits[unit >> shift & 0xF];
}

void append_ascii(std::string& to, char c, bool escapes_quotes) {
  switch (c) {
    case '"': to += escapes_quotes ? "\\\"" : "\""; return;
    case '\\': to += "\\\\"; return;
    case '\b': to += "\\b"; return;
    case '\f': to += "\\f"; return;
    case '\n': to += "\\n"; return;
    case '\r': to += "\\r"; return;
    case '\t': to += "\\t"; return;
    default: append_unit(to, static_cast<unsigned char>(c));
  }
}

/// The code point of a well-formed sequence of two or three bytes.
unsigned short_code_point(std::string_view sequence) noexcept {
  unsigned point = static_cast<unsigned char>(sequence[0]) & (sequence.size() == 2 ? 0x1FU : 0xFU);
  for (const char c : sequence.substr(1)) {
    point = point << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return point;
}

/// Controls that need two or three bytes: C1 holds terminal commands, and U+2028 and U+2029
/// end a line for some readers.
bool is_control_sequence(std::string_view sequence) noexcept {
  if (sequence.size() > 3) return false;
  const unsigned point = short_code_point(sequence);
  return point < 0xA0 || point == 0x2028 || point == 0x2029;
}

void append(std::string& to, std::string_view text, bool escapes_quotes) {
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain[static_cast<unsigned char>(text[plain])]) ++plain;
    to.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;

    const std::size_t size = utf8_sequence_size(text);
    if (size == 0) {
      to += replacement;
      text.remove_prefix(1);
      continue;
    }
    const std::string_view sequence = text.substr(0, size);
    if (size == 1) {
      append_ascii(to, text.front(), escapes_quotes);
    } else if (is_control_sequence(sequence)) {
      append_unit(to, short_code_point(sequence));
    } else {
      to += sequence;
    }
    text.remove_prefix(size);
  }
}

}  // namespace

void append_escaped(std::string& to, std::string_view text) {
  append(to, text, true);
}

void append_escaped_bare(std::string& to, std::string_view text) {
  append(to, text, false);
}

}  // namespace leat::log
