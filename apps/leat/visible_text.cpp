// SPDX-License-Identifier: MIT
#include "visible_text.hpp"

#include <algorithm>
#include <array>

#include <leat/proto/fields/ascii.hpp>
#include <leat/proto/fields/fields.hpp>

namespace cli {
namespace {

constexpr std::string_view hidden = "[secure]";
constexpr char lead_of_controls = '\xC2';

void append_escaped(std::string& to, unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  to += "\\x";
  to += digits[byte >> 4U];
  to += digits[byte & 15U];
}

bool is_control(unsigned char byte) noexcept {
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

std::string visible_text::show(std::string_view piece) {
  std::string shown;
  shown.reserve(piece.size() + 1);
  for (const char c : piece) {
    const auto byte = static_cast<unsigned char>(c);
    if (has_lead_) {
      has_lead_ = false;
      if (byte >= 0x80 && byte < 0xA0) {
        append_escaped(shown, byte);
        continue;
      }
      shown += lead_of_controls;
    }
    if (c == lead_of_controls) {
      has_lead_ = true;
    } else if (is_control(byte) && c != '\n' && c != '\t') {
      append_escaped(shown, byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

std::string visible_text::finish() {
  if (!has_lead_) return {};
  has_lead_ = false;
  return {lead_of_controls};
}

std::string visible_text::on_one_line(std::string_view text) {
  std::string line;
  visible_text rest;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    line += rest.show(text.substr(0, end));
    if (end == text.size()) break;
    line += "\\x0a";
    text.remove_prefix(end + 1);
  }
  return line + rest.finish();
}

bool sounds_secret(std::string_view name) {
  constexpr std::array<std::string_view, 11> words{
      "authoriz", "auth-",   "token",      "secret",    "passw",   "api-key",
      "apikey",   "session", "credential", "signature", "private",
  };
  std::string plain;
  for (const char c : name) plain += c == '_' || c == '.' ? '-' : leat::proto::ascii_lower(c);
  return plain == "sig" || plain == "pwd" || plain == "key" || plain == "auth" ||
         std::ranges::any_of(words, [&plain](std::string_view each) {
           return plain.find(each) != std::string::npos;
         });
}

std::string hide_secret_parameters(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto begin = text.find_first_of("?&");
    if (begin == std::string_view::npos) break;
    shown += text.substr(0, begin + 1);
    text.remove_prefix(begin + 1);
    const auto name_end = std::min(text.find_first_of("=?&# \"'"), text.size());
    if (name_end == text.size() || text[name_end] != '=') continue;
    const std::string_view name = text.substr(0, name_end);
    shown += name;
    shown += '=';
    text.remove_prefix(name_end + 1);
    const auto value_end = std::min(text.find_first_of("&# \"'"), text.size());
    shown += sounds_secret(name) ? hidden : text.substr(0, value_end);
    text.remove_prefix(value_end);
  }
  return shown += text;
}

std::string shown_field(std::string_view name, std::string_view value) {
  std::string shown = visible_text::on_one_line(name) + ": ";
  const bool is_authorization = leat::proto::equals_ignoring_case(name, "authorization") ||
                                leat::proto::equals_ignoring_case(name, "proxy-authorization");
  if (is_authorization) {
    // Which scheme it is helps, and tells nothing.
    const auto scheme_end = value.find(' ');
    if (scheme_end != std::string_view::npos) {
      shown += visible_text::on_one_line(value.substr(0, scheme_end + 1));
    }
    return shown += hidden;
  }
  if (leat::proto::equals_ignoring_case(name, "www-authenticate") ||
      leat::proto::equals_ignoring_case(name, "proxy-authenticate")) {
    return shown += visible_text::on_one_line(value);  // a challenge, which anybody may see
  }
  if (leat::proto::is_secret_field(name) || sounds_secret(name)) return shown += hidden;
  return shown += visible_text::on_one_line(hide_secret_parameters(value));
}

}  // namespace cli
