// SPDX-License-Identifier: MIT
#include "leat/app/environment.hpp"

#include <utility>

#include <unistd.h>

namespace leat::app {

environment::environment() : environment(variables{}) {}

environment::environment(variables values)
    : values_(std::make_shared<const variables>(std::move(values))) {}

environment environment::of_process() {
  variables values;
  for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view text(*each);
    // Behind the first character, as getenv() has it: some systems keep names that begin with "=".
    const std::size_t equals = text.find('=', 1);
    if (equals == text.npos) continue;
    // Of two with one name getenv() finds the first.
    values.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment(std::move(values));
}

std::optional<std::string> environment::find(std::string_view name) const {
  const auto found = values_->find(name);
  if (found == values_->end()) return std::nullopt;
  return found->second;
}

environment environment::with_defaults(const variables& more) const {
  variables values = *values_;
  values.insert(more.begin(), more.end());
  return environment(std::move(values));
}

environment environment::with_overrides(const variables& more) const {
  variables values = more;
  values.insert(values_->begin(), values_->end());
  return environment(std::move(values));
}

}  // namespace leat::app
