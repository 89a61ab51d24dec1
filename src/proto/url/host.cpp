// SPDX-License-Identifier: MIT
#include "proto/url/host.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "leat/proto/url/error.hpp"

#include "proto/url/characters.hpp"
#include "proto/url/idna.hpp"

namespace leat::proto {
namespace {

using ipv6_groups = std::array<std::uint16_t, 8>;

/// Takes a decimal number of at most 255 without leading zeros from the front of `text`.
std::optional<std::uint8_t> take_octet(std::string_view& text) noexcept {
  std::size_t size = 0;
  unsigned value = 0;
  while (size < text.size() && size < 3 && is_url_digit(text[size])) {
    value = value * 10 + static_cast<unsigned>(text[size] - '0');
    ++size;
  }
  if (size == 0 || value > 255 || (size > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(size);
  return static_cast<std::uint8_t>(value);
}

/// The four octets of `text`, which must be nothing else.
std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) noexcept {
  std::array<std::uint8_t, 4> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i != 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto octet = take_octet(text);
    if (!octet) return std::nullopt;
    octets[i] = *octet;
  }
  if (!text.empty()) return std::nullopt;
  return octets;
}

/// Takes one to four hexadecimal digits from the front of `text`.
std::optional<std::uint16_t> take_group(std::string_view& text) noexcept {
  std::size_t size = 0;
  unsigned value = 0;
  while (size < text.size() && size < 4 && hex_value(text[size]) < 16) {
    value = value << 4 | hex_value(text[size]);
    ++size;
  }
  if (size == 0) return std::nullopt;
  text.remove_prefix(size);
  return static_cast<std::uint16_t>(value);
}

/// Reads groups separated by colons, the last of which may be an IPv4 address that counts for
/// two. Returns how many there are; nothing if the text is anything else.
std::optional<std::size_t> parse_groups(std::string_view text, std::span<std::uint16_t> into) {
  std::size_t count = 0;
  while (!text.empty()) {
    if (count != 0) {
      if (!text.starts_with(':')) return std::nullopt;
      text.remove_prefix(1);
    }
    if (text.find(':') == text.npos && text.find('.') != text.npos) {
      const auto octets = parse_ipv4(text);
      if (!octets || count + 2 > into.size()) return std::nullopt;
      const auto& o = *octets;
      into[count++] = static_cast<std::uint16_t>(o[0] << 8 | o[1]);
      into[count++] = static_cast<std::uint16_t>(o[2] << 8 | o[3]);
      return count;
    }
    if (count == into.size()) return std::nullopt;
    const auto group = take_group(text);
    if (!group) return std::nullopt;
    into[count++] = *group;
  }
  return count;
}

/// RFC 4291, section 2.2. Zone identifiers are refused: they mean something on one machine only.
std::optional<ipv6_groups> parse_ipv6(std::string_view text) {
  ipv6_groups groups{};
  const std::size_t gap = text.find("::");
  if (gap == text.npos) {
    const auto count = parse_groups(text, groups);
    if (count != groups.size()) return std::nullopt;
    return groups;
  }

  ipv6_groups tail{};
  const std::string_view before_gap = text.substr(0, gap);
  // An IPv4 address can only be at the very end.
  if (before_gap.find('.') != before_gap.npos) return std::nullopt;
  const auto before = parse_groups(before_gap, groups);
  const auto after = parse_groups(text.substr(gap + 2), tail);
  // The gap stands for at least one group.
  if (!before || !after || *before + *after >= groups.size()) return std::nullopt;
  std::copy_n(tail.begin(), *after, groups.end() - static_cast<std::ptrdiff_t>(*after));
  return groups;
}

/// The shortest form: RFC 5952, section 4.
std::string format_ipv6(const ipv6_groups& groups) {
  std::size_t gap = 0;
  std::size_t gap_size = 1;  // a single zero group is not shortened
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t size = 0;
    while (i + size < groups.size() && groups[i + size] == 0) ++size;
    if (size > gap_size) {
      gap = i;
      gap_size = size;
    }
  }
  const bool has_gap = gap_size > 1;

  std::string text = "[";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (has_gap && i == gap) {
      text += "::";
      i += gap_size - 1;
      continue;
    }
    if (!text.ends_with(':') && i != 0) text += ':';
    std::array<char, 4> digits;
    char* const end = std::to_chars(digits.data(), digits.data() + 4, groups[i], 16).ptr;
    text.append(digits.data(), end);
  }
  return text += ']';
}

/// Whether a resolver would take the name for an IPv4 address in one of the many forms that
/// inet_aton() knows: its last label is a number. Such a host must be a full dotted address, or
/// the program that checked it and the one that connects to it may see different hosts.
bool ends_in_number(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string_view label = host.substr(host.rfind('.') + 1);
  if (label.empty()) return false;
  if (label.starts_with("0x")) {
    label.remove_prefix(2);
    return std::ranges::all_of(label, [](char c) { return hex_value(c) < 16; });
  }
  return std::ranges::all_of(label, is_url_digit);
}

}  // namespace

std::error_code parse_host(std::string_view text, host_form& into) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']') || text.size() < 2) return url_errc::invalid_host;
    const auto groups = parse_ipv6(text.substr(1, text.size() - 2));
    if (!groups) return url_errc::invalid_host;
    into = {.text = format_ipv6(*groups), .is_ipv6 = true};
    return {};
  }

  std::string host;
  bool is_ascii = true;
  host.reserve(text.size());
  while (!text.empty()) {
    const bool is_escape = starts_with_escape(text);
    const char c = is_escape ? escaped_byte(text) : text.front();
    if (static_cast<unsigned char>(c) >= 0x80) {
      is_ascii = false;
    } else if (!is_in(is_escape ? unreserved : host_allowed, c)) {
      // An escape may spell a character that needed none, but not smuggle in a delimiter.
      return url_errc::invalid_host;
    }
    host += lower_case(c);
    text.remove_prefix(is_escape ? 3 : 1);
  }
  if (!is_ascii) {
    auto ascii = to_ascii(host);
    if (!ascii) return url_errc::invalid_idna;
    host = std::move(*ascii);
    // Some letters stand for others, which may be delimiters.
    if (!std::ranges::all_of(host, [](char c) { return is_in(host_allowed, c); })) {
      return url_errc::invalid_idna;
    }
  }
  if (ends_in_number(host) && !parse_ipv4(host)) return url_errc::invalid_host;
  into = {.text = std::move(host), .is_ipv6 = false};
  return {};
}

}  // namespace leat::proto
