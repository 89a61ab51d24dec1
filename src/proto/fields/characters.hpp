// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// The classes of characters that message heads are made of. Every byte that a server reads
/// passes through here, hence tables and blocks of sixteen.
namespace leat::proto {

using character_table = std::array<bool, 256>;

constexpr character_table make_character_table(std::string_view others, bool letters_and_digits) {
  character_table table{};
  for (const char c : others) table[static_cast<unsigned char>(c)] = true;
  if (letters_and_digits) {
    for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
    for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
    for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  }
  return table;
}

inline constexpr character_table token_characters =
    make_character_table("!#$%&'*+-.^_`|~", true);  // tchar: RFC 9110, section 5.6.2

inline constexpr character_table host_characters =
    make_character_table("-._~!$&'()*+,;=%:[]", true);  // uri-host [ ":" port ]: RFC 3986

[[nodiscard]] constexpr bool is_in(const character_table& table, char c) noexcept {
  return table[static_cast<unsigned char>(c)];
}

/// Whether `c` may stand in no line of a head: a control character other than the tab.
[[nodiscard]] constexpr bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

#if defined(__SSE2__)
/// One bit for each of the sixteen bytes at `at` that is a control character.
[[nodiscard]] inline unsigned control_mask(const char* at) noexcept {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i below_space = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
  const __m128i tab = _mm_cmpeq_epi8(block, _mm_set1_epi8('\t'));
  const __m128i del = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tab, below_space), del)));
}
#endif

/// The first control character between `at` and `end`, or `end`.
[[nodiscard]] inline const char* find_control(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  constexpr std::ptrdiff_t block = 16;
  if (end - at >= block) {
    do {
      if (const unsigned mask = control_mask(at); mask != 0) return at + std::countr_zero(mask);
      at += block;
    } while (end - at >= block);
    // The rest as the end of a block that overlaps the one before, of which nothing was found.
    if (at == end) return end;
    const unsigned mask = control_mask(end - block);
    return mask != 0 ? end - block + std::countr_zero(mask) : end;
  }
#endif
  while (at != end && !is_control(*at)) ++at;
  return at;
}

}  // namespace leat::proto
