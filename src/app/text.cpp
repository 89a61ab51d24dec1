// SPDX-License-Identifier: MIT
#include "app/text.hpp"

#include <algorithm>

namespace leat::app {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < ' ' || byte == 0x7F;
}

void append_hexadecimal(std::string& to, char c) {
  const auto byte = static_cast<unsigned char>(c);
  to += digits[byte >> 4U];
  to += digits[byte & 0xFU];
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    if (is_control(c)) {
      shown += "\\x";
      append_hexadecimal(shown, c);
    } else {
      shown += c;
    }
  }
  return shown;
}

std::string toml_key(std::string_view key) {
  const bool is_bare = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return is_bare ? std::string(key) : toml_string(key);
}

std::string toml_string(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      shown += '\\';
      shown += c;
    } else if (c == '\n') {
      shown += "\\n";
    } else if (c == '\t') {
      shown += "\\t";
    } else if (is_control(c)) {
      shown += "\\u00";
      append_hexadecimal(shown, c);
    } else {
      shown += c;
    }
  }
  return shown + '"';
}

std::string joined_path(std::string_view folder, std::string_view name) {
  if (folder.empty() || is_absolute_path(name)) return std::string(name);
  std::string path(folder);
  if (!path.ends_with('/')) path += '/';
  return path.append(name);
}

std::string_view parent_path(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace leat::app
