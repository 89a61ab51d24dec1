// SPDX-License-Identifier: MIT
#include "leat/base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace leat {
namespace {

constexpr unsigned byte_at(std::string_view text, std::size_t index) noexcept {
  return static_cast<unsigned char>(text[index]);
}

constexpr bool is_continuation(unsigned byte) noexcept {
  return (byte & 0xC0U) == 0x80U;
}

constexpr bool is_between(unsigned byte, unsigned low, unsigned high) noexcept {
  return byte >= low && byte <= high;
}

}  // namespace

std::size_t utf8_sequence_size(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const unsigned first = byte_at(text, 0);
  if (first < 0x80) return 1;
  if (text.size() < 2) return 0;
  const unsigned second = byte_at(text, 1);

  if (is_between(first, 0xC2, 0xDF)) return is_continuation(second) ? 2 : 0;

  if (is_between(first, 0xE0, 0xEF)) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
    const unsigned high = first == 0xED ? 0x9F : 0xBF;  // no surrogates
    const bool is_good =
        is_between(second, low, high) && text.size() >= 3 && is_continuation(byte_at(text, 2));
    return is_good ? 3 : 0;
  }

  if (is_between(first, 0xF0, 0xF4)) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;   // no overlong forms
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;  // nothing beyond U+10FFFF
    const bool is_good = is_between(second, low, high) && text.size() >= 4 &&
                         is_continuation(byte_at(text, 2)) && is_continuation(byte_at(text, 3));
    return is_good ? 4 : 0;
  }
  return 0;
}

std::size_t ascii_prefix_size(std::string_view text) noexcept {
  // Most text is ASCII: eight bytes at a time, as long as none has its top bit set.
  constexpr std::uint64_t top_bits = 0x8080808080808080U;
  std::size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & top_bits) != 0) break;
  }
  while (at < text.size() && byte_at(text, at) < 0x80) ++at;
  return at;
}

bool is_utf8(std::string_view text) noexcept {
  for (;;) {
    text.remove_prefix(ascii_prefix_size(text));
    if (text.empty()) return true;
    const std::size_t size = utf8_sequence_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
}

std::size_t count_code_points(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += is_continuation(static_cast<unsigned char>(c)) ? 0 : 1;
  return count;
}

}  // namespace leat
