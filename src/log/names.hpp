// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace leat::log {

/// Each value with the word for it; of several words for one the first is the one it is shown by.
template <class Value, std::size_t Count>
using name_table = std::array<std::pair<std::string_view, Value>, Count>;

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <class Value, std::size_t Count>
std::string_view name_in(const name_table<Value, Count>& names, Value value) noexcept {
  const auto found = std::ranges::find(names, value, &std::pair<std::string_view, Value>::second);
  return found == names.end() ? "unknown" : found->first;
}

template <class Value, std::size_t Count>
std::optional<Value> find_in(const name_table<Value, Count>& names,
                             std::string_view text) noexcept {
  for (const auto& [name, value] : names) {
    if (std::ranges::equal(text, name, {}, lower)) return value;
  }
  return std::nullopt;
}

}  // namespace leat::log
