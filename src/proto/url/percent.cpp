// SPDX-License-Identifier: MIT
#include "leat/proto/url/percent.hpp"

#include <utility>

#include "proto/url/characters.hpp"

namespace leat::proto {

void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 0xf];
}

void append_normalized(std::string& out, std::string_view text, const url_table& allowed) {
  while (!text.empty()) {
    // Mostly all of it stays as it is. A percent sign is in no table.
    std::size_t plain = 0;
    while (plain < text.size() && is_in(allowed, text[plain])) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    if (starts_with_escape(text)) {
      const char byte = escaped_byte(text);
      if (is_in(unreserved, byte)) {
        out += byte;
      } else {
        append_escape(out, byte);
      }
      text.remove_prefix(3);
      continue;
    }
    append_escape(out, text.front());
    text.remove_prefix(1);
  }
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_in(unreserved, c)) {
      encoded += c;
    } else {
      append_escape(encoded, c);
    }
  }
  return encoded;
}

namespace {

/// Decodes `text`. Returns whether every `%` started an escape; the others are kept.
bool decode(std::string_view text, std::string& decoded) {
  bool is_well_formed = true;
  decoded.reserve(text.size());
  while (!text.empty()) {
    if (starts_with_escape(text)) {
      decoded += escaped_byte(text);
      text.remove_prefix(3);
      continue;
    }
    if (text.front() == '%') is_well_formed = false;
    decoded += text.front();
    text.remove_prefix(1);
  }
  return is_well_formed;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  if (!decode(text, decoded)) return std::nullopt;
  return decoded;
}

std::string percent_decode_leniently(std::string_view text) {
  std::string decoded;
  decode(text, decoded);
  return decoded;
}

}  // namespace leat::proto
