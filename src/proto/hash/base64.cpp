// SPDX-License-Identifier: MIT
#include <cstdint>

#include "leat/proto/hash/hash.hpp"

namespace leat::proto {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  while (!bytes.empty()) {
    const auto group = bytes.substr(0, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= group.size() ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
    }
    bytes.remove_prefix(group.size());
  }
  return text;
}

std::string basic_credentials(std::string_view user, std::string_view password) {
  std::string both(user);
  both.append(":").append(password);
  return "Basic " + base64_encode(both);
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  while (!text.empty()) {
    auto group = text.substr(0, 4);
    text.remove_prefix(4);
    std::size_t padding = 0;
    if (text.empty()) {
      while (padding < 2 && group.ends_with('=')) {
        group.remove_suffix(1);
        ++padding;
      }
    }
    std::uint32_t bits = 0;
    for (const char c : group) {
      const auto digit = alphabet.find(c);
      if (digit == std::string_view::npos) return std::nullopt;
      bits = bits << 6 | static_cast<std::uint32_t>(digit);
    }
    bits <<= 6 * padding;
    // The bits behind the last byte have to be zero, or two texts would mean the same.
    if ((bits & ((1U << (8 * padding)) - 1)) != 0) return std::nullopt;
    for (std::size_t i = 0; i < 3 - padding; ++i) {
      bytes += static_cast<char>(bits >> (16 - 8 * i) & 255);
    }
  }
  return bytes;
}

}  // namespace leat::proto
