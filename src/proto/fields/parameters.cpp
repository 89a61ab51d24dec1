// SPDX-License-Identifier: MIT
#include "leat/proto/fields/parameters.hpp"

#include <algorithm>
#include <cstddef>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/validation.hpp"

#include "proto/fields/quoted_parts.hpp"

namespace leat::proto {

std::optional<raw_parameter> next_parameter(std::string_view& rest) noexcept {
  while (!rest.empty()) {
    const std::size_t end = end_of_part(rest, ';');
    const std::string_view part = trim_blanks(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    if (equals == part.npos) return raw_parameter{part, {}};
    return raw_parameter{trim_blanks(part.substr(0, equals)), trim_blanks(part.substr(equals + 1))};
  }
  return std::nullopt;
}

std::optional<std::string> unquote(std::string_view value) {
  if (!value.starts_with('"')) {
    if (!is_token(value)) return std::nullopt;
    return std::string(value);
  }
  std::string text;
  for (std::size_t i = 1; i < value.size(); ++i) {
    if (value[i] == '"') {
      if (i + 1 != value.size()) return std::nullopt;
      return text;
    }
    if (value[i] == '\\' && ++i == value.size()) break;
    text += value[i];
  }
  return std::nullopt;
}

std::optional<std::string> find_parameter(std::string_view value, std::string_view name) {
  value.remove_prefix(std::min(value.find(';'), value.size()));
  while (const auto each = next_parameter(value)) {
    if (!equals_ignoring_case(each->name, name)) continue;
    if (auto text = unquote(each->value)) return text;
  }
  return std::nullopt;
}

std::string_view without_parameters(std::string_view value) noexcept {
  return trim_blanks(value.substr(0, value.find(';')));
}

}  // namespace leat::proto
