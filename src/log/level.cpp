// SPDX-License-Identifier: MIT
#include "leat/log/level.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace leat::log {
namespace {

constexpr std::array<std::pair<std::string_view, level>, 8> names{{
    {"trace", level::trace},
    {"debug", level::debug},
    {"info", level::info},
    {"warn", level::warn},
    {"error", level::error},
    {"critical", level::critical},
    {"off", level::off},
    {"warning", level::warn},
}};

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view to_string(level value) noexcept {
  const auto found = std::ranges::find(names, value, &std::pair<std::string_view, level>::second);
  return found == names.end() ? "unknown" : found->first;
}

std::optional<level> parse_level(std::string_view text) noexcept {
  for (const auto& [name, value] : names) {
    if (std::ranges::equal(text, name, {}, lower)) return value;
  }
  return std::nullopt;
}

}  // namespace leat::log
