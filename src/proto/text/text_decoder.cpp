// SPDX-License-Identifier: MIT
#include <utility>

#include "leat/base/utf8.hpp"
#include "leat/proto/text/charset.hpp"

namespace leat::proto {
namespace {

constexpr char32_t replacement = 0xFFFD;
constexpr char32_t byte_order_mark = 0xFEFF;
constexpr char16_t swapped_byte_order_mark = 0xFFFE;

/// What windows-1252 has between 0x80 and 0x9F. Five places are empty; the encoding standard
/// leaves the control characters of ISO-8859-1 there.
constexpr std::array<char16_t, 32> windows_1252_high{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

constexpr unsigned byte_of(char c) noexcept {
  return static_cast<unsigned char>(c);
}

constexpr bool is_high_surrogate(char16_t unit) noexcept {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_low_surrogate(char16_t unit) noexcept {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

void append_utf_8(std::string& out, char32_t code) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// How many bytes a UTF-8 sequence has that begins with `lead`; 0 if none does.
std::uint8_t sequence_size(unsigned lead) noexcept {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/// Whether `byte` may follow `lead` in second place (RFC 3629, section 4).
bool may_be_second(unsigned lead, unsigned byte) noexcept {
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return byte >= low && byte <= high;
}

std::size_t well_formed_utf_8_size(std::string_view bytes) noexcept {
  std::size_t at = 0;
  while (const std::size_t size = utf8_sequence_size(bytes.substr(at))) at += size;
  return at;
}

std::size_t well_formed_utf_16_size(std::string_view bytes, bool is_big_endian) noexcept {
  const auto unit_at = [&](std::size_t at) {
    const unsigned first = byte_of(bytes[at]);
    const unsigned second = byte_of(bytes[at + 1]);
    return static_cast<char16_t>(is_big_endian ? first << 8 | second : second << 8 | first);
  };
  std::size_t at = 0;
  while (at + 2 <= bytes.size()) {
    const char16_t unit = unit_at(at);
    if (is_low_surrogate(unit)) break;
    if (!is_high_surrogate(unit)) {
      at += 2;
      continue;
    }
    if (at + 4 > bytes.size() || !is_low_surrogate(unit_at(at + 2))) break;
    at += 4;
  }
  return at;
}

void decode_windows_1252(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const unsigned byte = byte_of(c);
    append_utf_8(out, byte >= 0x80 && byte < 0xA0 ? windows_1252_high[byte - 0x80] : byte);
  }
}

}  // namespace

void text_decoder::decode(std::string_view bytes, std::string& out) {
  switch (charset_) {
    case charset::utf_8: decode_utf_8(bytes, out); break;
    case charset::windows_1252: decode_windows_1252(bytes, out); break;
    case charset::utf_16:
    case charset::utf_16le:
    case charset::utf_16be: decode_utf_16(bytes, out); break;
  }
}

void text_decoder::finish(std::string& out) {
  if (held_size_ != 0 || high_surrogate_ != 0) append_utf_8(out, replacement);
  held_size_ = 0;
  high_surrogate_ = 0;
}

void text_decoder::decode_utf_8(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (held_size_ == 0) {
      std::size_t plain = 0;
      while (plain < bytes.size() && byte_of(bytes[plain]) < 0x80) ++plain;
      out += bytes.substr(0, plain);
      bytes.remove_prefix(plain);
      if (plain != 0) is_begun_ = true;
      if (bytes.empty()) return;
      if (sequence_size(byte_of(bytes.front())) == 0) {
        append_utf_8(out, replacement);
        is_begun_ = true;
      } else {
        held_[held_size_++] = bytes.front();
      }
      bytes.remove_prefix(1);
      continue;
    }
    const unsigned lead = byte_of(held_[0]);
    const unsigned byte = byte_of(bytes.front());
    const bool fits = held_size_ == 1 ? may_be_second(lead, byte) : (byte & 0xC0U) == 0x80U;
    if (!fits) {
      // The byte is looked at again: it may begin a character.
      append_utf_8(out, replacement);
      held_size_ = 0;
      is_begun_ = true;
      continue;
    }
    held_[held_size_++] = bytes.front();
    bytes.remove_prefix(1);
    if (held_size_ < sequence_size(lead)) continue;
    const std::string_view character(held_.data(), std::exchange(held_size_, std::uint8_t{0}));
    if (is_begun_ || character != "\xEF\xBB\xBF") out += character;
    is_begun_ = true;
  }
}

void text_decoder::decode_utf_16(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    if (held_size_ == 0) {
      held_[held_size_++] = c;
      continue;
    }
    held_size_ = 0;
    const unsigned first = byte_of(held_[0]);
    const unsigned second = byte_of(c);
    const unsigned unit = charset_ == charset::utf_16be ? first << 8 | second : second << 8 | first;
    take_utf_16_unit(static_cast<char16_t>(unit), out);
  }
}

void text_decoder::take_utf_16_unit(char16_t unit, std::string& out) {
  if (!std::exchange(is_begun_, true)) {
    if (unit == byte_order_mark) return;
    if (unit == swapped_byte_order_mark && charset_ == charset::utf_16) {
      charset_ = charset::utf_16be;
      return;
    }
  }
  const bool is_low = is_low_surrogate(unit);
  const char16_t high = std::exchange(high_surrogate_, u'\0');
  if (high != 0 && is_low) {
    append_utf_8(out, 0x10000 + ((static_cast<char32_t>(high) - 0xD800) << 10) + (unit - 0xDC00));
    return;
  }
  if (high != 0) append_utf_8(out, replacement);
  if (is_high_surrogate(unit)) {
    high_surrogate_ = unit;
  } else {
    append_utf_8(out, is_low ? replacement : static_cast<char32_t>(unit));
  }
}

std::string decode_text(std::string_view bytes, charset from) {
  std::string text;
  text.reserve(bytes.size());
  text_decoder decoder(from);
  decoder.decode(bytes, text);
  decoder.finish(text);
  return text;
}

std::size_t well_formed_size(std::string_view bytes, charset from) noexcept {
  switch (from) {
    case charset::utf_8: return well_formed_utf_8_size(bytes);
    case charset::windows_1252: return bytes.size();
    case charset::utf_16: return well_formed_utf_16_size(bytes, bytes.starts_with("\xFE\xFF"));
    case charset::utf_16le: return well_formed_utf_16_size(bytes, false);
    case charset::utf_16be: return well_formed_utf_16_size(bytes, true);
  }
  return 0;
}

}  // namespace leat::proto
