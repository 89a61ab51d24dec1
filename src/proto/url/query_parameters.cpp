// SPDX-License-Identifier: MIT
#include "leat/proto/url/query_parameters.hpp"

#include <algorithm>

namespace leat::proto {

query_parameters query_parameters::parse(std::string_view query) {
  query_parameters made;
  made.all_ = parse_query(query);
  return made;
}

std::string query_parameters::text() const {
  query_builder builder;
  for (const query_parameter& each : all_) builder.add(each.name, each.value);
  return std::move(builder).text();
}

std::optional<std::string_view> query_parameters::get(std::string_view name) const noexcept {
  const auto found = std::ranges::find(all_, name, &query_parameter::name);
  if (found == all_.end()) return std::nullopt;
  return found->value;
}

std::vector<std::string_view> query_parameters::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const query_parameter& each : all_) {
    if (each.name == name) values.emplace_back(each.value);
  }
  return values;
}

bool query_parameters::contains(std::string_view name) const noexcept {
  return get(name).has_value();
}

query_parameters query_parameters::with(std::string_view name, std::string_view value) const {
  query_parameters made;
  bool is_placed = false;
  for (const query_parameter& each : all_) {
    if (each.name != name) {
      made.all_.push_back(each);
    } else if (!std::exchange(is_placed, true)) {
      made.all_.push_back({each.name, std::string(value)});
    }
  }
  if (!is_placed) made.all_.push_back({std::string(name), std::string(value)});
  return made;
}

query_parameters query_parameters::with_added(std::string_view name, std::string_view value) const {
  query_parameters made = *this;
  made.all_.push_back({std::string(name), std::string(value)});
  return made;
}

query_parameters query_parameters::without(std::string_view name) const {
  query_parameters made;
  for (const query_parameter& each : all_) {
    if (each.name != name) made.all_.push_back(each);
  }
  return made;
}

query_parameters query_parameters::merged_with(const query_parameters& others) const {
  query_parameters made;
  for (const query_parameter& each : all_) {
    if (!others.contains(each.name)) made.all_.push_back(each);
  }
  made.all_.insert(made.all_.end(), others.begin(), others.end());
  return made;
}

}  // namespace leat::proto
