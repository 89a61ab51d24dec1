// SPDX-License-Identifier: MIT
#include "leat/proto/fields/links.hpp"

#include <algorithm>
#include <cstddef>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/parameters.hpp"

#include "proto/fields/quoted_parts.hpp"

namespace leat::proto {
namespace {

constexpr std::string_view separators = " \t,";

void take_parameters(std::string_view text, link& into) {
  while (const auto each = next_parameter(text)) {
    auto value = each->value.data() == nullptr ? std::string() : unquote(each->value);
    if (!value) continue;
    into.parameters.emplace_back(lower_case(each->name), std::move(*value));
  }
}

}  // namespace

std::optional<std::string_view> link::parameter(std::string_view name) const noexcept {
  const auto found = std::ranges::find(
      parameters, name, [](const auto& each) -> std::string_view { return each.first; });
  if (found == parameters.end()) return std::nullopt;
  return found->second;
}

bool link::has_relation(std::string_view relation) const noexcept {
  auto rest = parameter("rel").value_or(std::string_view());
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (equals_ignoring_case(rest.substr(0, end), relation)) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

std::vector<link> parse_links(std::string_view value) {
  std::vector<link> links;
  for (;;) {
    value.remove_prefix(std::min(value.find_first_not_of(separators), value.size()));
    if (value.empty()) return links;
    const std::size_t close = value.starts_with('<') ? value.find('>') : value.npos;
    link each;
    if (close != value.npos) {
      each.target = value.substr(1, close - 1);
      value.remove_prefix(close + 1);
    }
    const std::size_t end = end_of_part(value, ',');
    const std::string_view parameters = trim_blanks(value.substr(0, end));
    value.remove_prefix(end);
    if (close == value.npos || (!parameters.empty() && !parameters.starts_with(';'))) continue;
    take_parameters(parameters, each);
    links.push_back(std::move(each));
  }
}

}  // namespace leat::proto
