// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// For the few functions that run for every line of every message: a call would cost as much as
// they do.
#define LEAT_ALWAYS_INLINE [[gnu::always_inline]] inline

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

inline constexpr character_table control_characters = [] {
  character_table table{};
  for (unsigned c = 0; c < table.size(); ++c) table[c] = is_control(static_cast<char>(c));
  return table;
}();

inline constexpr character_table target_characters = [] {
  character_table table{};
  // Visible ASCII but the hash (RFC 9112, section 3.2).
  for (unsigned c = 0x21; c < 0x7f; ++c) table[c] = c != '#';
  return table;
}();

#if defined(__SSE2__)

inline constexpr std::ptrdiff_t block_size = 16;

[[nodiscard]] inline __m128i load_block(const char* at) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

/// The bytes from `at` to `end`, of which there are 1 to 15, as a block: each at least once, and
/// no others. Good for asking whether all of them are of a kind.
[[nodiscard]] inline __m128i load_short(const char* at, const char* end) noexcept {
  const auto size = end - at;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (size >= 8) {
    std::memcpy(&first, at, 8);
    std::memcpy(&last, end - 8, 8);
  } else if (size >= 4) {
    std::uint32_t front = 0;
    std::uint32_t back = 0;
    std::memcpy(&front, at, 4);
    std::memcpy(&back, end - 4, 4);
    first = last = std::uint64_t{back} << 32 | front;
  } else {
    const auto byte = [](char c) { return std::uint64_t{static_cast<unsigned char>(c)}; };
    first = byte(at[0]) | byte(at[size / 2]) << 8 | byte(end[-1]) << 16;
    first = last = first * 0x0000'0001'0000'0001 | byte(at[0]) * 0x0100'0000'0100'0000;
  }
  return _mm_set_epi64x(static_cast<long long>(last), static_cast<long long>(first));
}

/// One bit for each byte that is not printable ASCII. Among them are the control characters; the
/// others, tabs and bytes beyond ASCII, are rare in heads.
[[nodiscard]] inline unsigned unprintable_mask(__m128i block) noexcept {
  // One more turns DEL into the least of all signed numbers, so one comparison finds it too.
  const __m128i next = _mm_add_epi8(block, _mm_set1_epi8(1));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmplt_epi8(next, _mm_set1_epi8(' ' + 1))));
}

/// One bit for each byte that is no visible ASCII character, and for the hash.
[[nodiscard]] inline unsigned unusual_target_mask(__m128i block) noexcept {
  const __m128i next = _mm_add_epi8(block, _mm_set1_epi8(1));
  const __m128i blank_or_worse = _mm_cmplt_epi8(next, _mm_set1_epi8(' ' + 2));
  const __m128i hash = _mm_cmpeq_epi8(block, _mm_set1_epi8('#'));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(blank_or_worse, hash)));
}

/// One bit for each byte that is no ASCII letter, no digit and none of `-.:`, which is what nearly
/// all values of Host are made of.
[[nodiscard]] inline unsigned unusual_host_mask(__m128i block) noexcept {
  const auto is_within = [](__m128i bytes, char first, char last) {
    const __m128i from_first = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    const __m128i span = _mm_set1_epi8(static_cast<char>(last - first));
    return _mm_cmpeq_epi8(_mm_min_epu8(from_first, span), from_first);
  };
  const __m128i letter = is_within(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 'z');
  // From the hyphen to the colon there are the others, and the slash.
  const __m128i other = is_within(block, '-', ':');
  const __m128i slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('/'));
  const __m128i usual = _mm_or_si128(letter, _mm_andnot_si128(slash, other));
  return ~static_cast<unsigned>(_mm_movemask_epi8(usual)) & 0xffff;
}

/// Whether `mask_of` finds nothing in any byte from `at` to `end`.
template <class MaskOf>
[[nodiscard]] LEAT_ALWAYS_INLINE bool finds_nothing(MaskOf mask_of, const char* at,
                                                    const char* end) noexcept {
  if (end - at < block_size) return at == end || mask_of(load_short(at, end)) == 0;
  for (; end - at > block_size; at += block_size) {
    if (mask_of(load_block(at)) != 0) return false;
  }
  return mask_of(load_block(end - block_size)) == 0;
}

/// One bit for each byte that is neither an ASCII letter nor a hyphen, which is what nearly all
/// names of fields are made of.
[[nodiscard]] inline unsigned unusual_name_mask(__m128i block) noexcept {
  const __m128i lower = _mm_or_si128(block, _mm_set1_epi8(0x20));
  const __m128i from_a = _mm_sub_epi8(lower, _mm_set1_epi8('a'));
  const __m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8('z' - 'a')), from_a);
  const __m128i hyphen = _mm_cmpeq_epi8(block, _mm_set1_epi8('-'));
  return ~static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(letter, hyphen))) & 0xffff;
}

#endif

/// Whether the bytes at `text`, as many as `known` has, spell it in whatever case. `known` is made
/// of lower-case letters and hyphens, and `text` holds no control character: then a bit tells the
/// cases apart, and four or eight bytes are compared at a time.
template <std::size_t Size>
[[nodiscard]] LEAT_ALWAYS_INLINE bool spells(const char* text, const char (&known)[Size]) noexcept {
  constexpr std::size_t size = Size - 1;
  using word = std::conditional_t<size >= 8, std::uint64_t, std::uint32_t>;
  constexpr word lower = static_cast<word>(0x2020'2020'2020'2020);
  static_assert(size >= 4);
  const auto same_at = [&](std::size_t place) {
    word a = 0;
    word b = 0;
    std::memcpy(&a, text + place, sizeof a);
    std::memcpy(&b, known + place, sizeof b);
    return (a | lower) == b;
  };
  for (std::size_t place = 0; place + sizeof(word) < size; place += sizeof(word)) {
    if (!same_at(place)) return false;
  }
  return same_at(size - sizeof(word));
}

/// The first control character between `at` and `end`, or `end`. The bytes from `begin` to `at`
/// may be looked at too, which saves the last few from being looked at one by one.
[[nodiscard]] LEAT_ALWAYS_INLINE const char* find_control([[maybe_unused]] const char* begin,
                                                          const char* at,
                                                          const char* end) noexcept {
#if defined(__SSE2__)
  const auto first_in = [](unsigned mask, const char* of) -> const char* {
    for (; mask != 0; mask &= mask - 1) {
      const char* const found = of + std::countr_zero(mask);
      if (is_in(control_characters, *found)) return found;
    }
    return nullptr;
  };
  for (; end - at >= block_size; at += block_size) {
    const unsigned mask = unprintable_mask(load_block(at));
    if (const char* const found = first_in(mask, at)) return found;
  }
  if (at == end) return end;
  if (end - begin >= block_size) {
    const unsigned mask = unprintable_mask(load_block(end - block_size));
    const char* const found = first_in(mask >> (block_size - (end - at)), at);
    return found != nullptr ? found : end;
  }
  if (unprintable_mask(load_short(at, end)) == 0) return end;
#endif
  while (at != end && !is_in(control_characters, *at)) ++at;
  return at;
}

/// The first character between `at` and `end` that no token may have, or `end`. `begin` as in
/// `find_control()`.
[[nodiscard]] LEAT_ALWAYS_INLINE const char* find_token_end([[maybe_unused]] const char* begin,
                                                            const char* at,
                                                            const char* end) noexcept {
#if defined(__SSE2__)
  while (at != end) {
    unsigned mask = 0;
    std::ptrdiff_t seen = end - at;
    if (seen >= block_size) {
      mask = unusual_name_mask(load_block(at));
      seen = block_size;
    } else if (end - begin >= block_size) {
      mask = unusual_name_mask(load_block(end - block_size)) >> (block_size - seen);
    } else {
      if (unusual_name_mask(load_short(at, end)) == 0) return end;
      break;
    }
    if (mask == 0) {
      at += seen;
      continue;
    }
    at += std::countr_zero(mask);
    if (!is_in(token_characters, *at)) return at;
    ++at;
  }
#endif
  while (at != end && is_in(token_characters, *at)) ++at;
  return at;
}

/// The first character between `at` and `end` that is not in `table`, or `end`.
[[nodiscard]] inline const char* find_other(const character_table& table, const char* at,
                                            const char* end) noexcept {
  for (; end - at >= 4; at += 4) {
    if (!is_in(table, at[0])) return at;
    if (!is_in(table, at[1])) return at + 1;
    if (!is_in(table, at[2])) return at + 2;
    if (!is_in(table, at[3])) return at + 3;
  }
  while (at != end && is_in(table, *at)) ++at;
  return at;
}

}  // namespace leat::proto
