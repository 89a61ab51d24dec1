// SPDX-License-Identifier: MIT
#include "leat/proto/url/query.hpp"

#include <algorithm>
#include <cstddef>

#include "leat/proto/url/percent.hpp"

#include "proto/url/characters.hpp"

namespace leat::proto {
namespace {

std::string decode_part(std::string_view part) {
  std::string text(part);
  std::ranges::replace(text, '+', ' ');
  return percent_decode_leniently(text);
}

}  // namespace

query_builder& query_builder::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_ += '&';
  append_encoded(name);
  text_ += '=';
  append_encoded(value);
  return *this;
}

void query_builder::append_encoded(std::string_view text) {
  for (const char c : text) {
    if (is_in(unreserved, c)) {
      text_ += c;
    } else if (c == ' ' && style_ == space::plus) {
      text_ += '+';
    } else {
      append_escape(text_, c);
    }
  }
}

std::optional<query_parameter> next_query_parameter(std::string_view& rest) {
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty()) continue;

    const std::size_t sign = std::min(part.find('='), part.size());
    const std::string_view value = part.substr(std::min(sign + 1, part.size()));
    return query_parameter{decode_part(part.substr(0, sign)), decode_part(value)};
  }
  return std::nullopt;
}

std::vector<query_parameter> parse_query(std::string_view query) {
  std::vector<query_parameter> all;
  while (auto parameter = next_query_parameter(query)) all.push_back(std::move(*parameter));
  return all;
}

}  // namespace leat::proto
