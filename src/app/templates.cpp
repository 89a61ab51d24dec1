// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "app/configuration_parts.hpp"
#include "app/overrides.hpp"
#include "app/problems.hpp"
#include "app/text.hpp"

namespace leat::app {
namespace {

/// The length of a variable's name at the front.
std::size_t name_size(std::string_view text) noexcept {
  const auto end = std::ranges::find_if(
      text, [](char c) { return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'); });
  const bool is_name = !text.empty() && text.front() >= 'a' && text.front() <= 'z';
  return is_name ? static_cast<std::size_t>(end - text.begin()) : 0;
}

configuration expanded(const configuration& before, const template_variables& names,
                       const std::string& key, std::vector<problem>& problems) {
  const auto& what = configuration_parts::of(before);
  using source_kind = origin::source_kind;
  if (what.from.kind == source_kind::environment || what.from.kind == source_kind::command_line) {
    return before;
  }
  switch (what.kind) {
    case configuration_kind::table: {
      auto made = what;
      for (auto& [name, value] : made.entries) {
        value = expanded(value, names, key + (key.empty() ? "" : ".") + toml_key(name), problems);
      }
      return configuration_parts::make(std::move(made));
    }
    case configuration_kind::array: {
      auto made = what;
      for (std::size_t i = 0; i < made.elements.size(); ++i) {
        made.elements[i] =
            expanded(made.elements[i], names, key + "[" + std::to_string(i) + "]", problems);
      }
      return configuration_parts::make(std::move(made));
    }
    case configuration_kind::string: {
      if (what.text.find('{') == what.text.npos) return before;
      auto made = what;
      const std::string unknown = expand_template(made.text, names);
      if (!unknown.empty()) {
        // The name could be a piece of a password.
        problems.push_back(problem_at(before, key,
                                      "has a name in braces that stands for nothing; with two "
                                      "braces around it, it is the text itself"));
      }
      return configuration_parts::make(std::move(made));
    }
    default: return before;
  }
}

}  // namespace

std::string expand_template(std::string& text, const template_variables& names) {
  std::string made;
  std::string_view left = text;
  while (!left.empty()) {
    const std::size_t brace = std::min(left.find('{'), left.size());
    made += left.substr(0, brace);
    left.remove_prefix(brace);
    if (left.empty()) break;
    const std::size_t escaped = name_size(left.substr(std::min<std::size_t>(2, left.size())));
    const std::size_t size = name_size(left.substr(1));
    if (left.starts_with("{{") && escaped != 0 && left.substr(2 + escaped).starts_with("}}")) {
      made += left.substr(1, escaped + 2);
      left.remove_prefix(escaped + 4);
    } else if (size != 0 && left.substr(1 + size).starts_with("}")) {
      const std::string_view name = left.substr(1, size);
      const auto found = names.find(name);
      if (found == names.end()) return std::string(name);
      made += found->second;
      left.remove_prefix(size + 2);
    } else {
      made += '{';
      left.remove_prefix(1);
    }
  }
  text = std::move(made);
  return {};
}

configuration expand_templates(const configuration& before, const template_variables& names,
                               std::vector<problem>& problems) {
  return expanded(before, names, {}, problems);
}

}  // namespace leat::app
