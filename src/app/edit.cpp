// SPDX-License-Identifier: MIT
#include "leat/app/edit.hpp"

#include <utility>
#include <vector>

#include "leat/app/application.hpp"
#include "leat/app/error.hpp"

#include "app/configuration_parts.hpp"
#include "app/configuration_reader.hpp"
#include "app/overrides.hpp"
#include "app/problems.hpp"

namespace leat::app {
namespace {

configuration from_edit(const configuration& value) {
  return value.with_origin({.source = "edit"});
}

configuration edited_elements(const configuration& before, const address& where,
                              const std::string& key, const configuration& value,
                              const std::optional<element_filter>& only) {
  const configuration& array = before.at(where);
  if (array.kind() != configuration_kind::array) {
    const std::string part = where.parts().empty() ? std::string() : where.parts().back();
    throw address_locate_failure(to_string(where), part,
                                 "is " + std::string(describe(array.kind())) + " and not an array");
  }
  auto made = configuration_parts::of(array);
  for (std::size_t i = 0; i < made.elements.size(); ++i) {
    configuration& element = made.elements[i];
    if (element.kind() != configuration_kind::table) {
      throw entry_assertion_failure(to_string(where), i, "is no table");
    }
    if (only) {
      const configuration* const found = element.find(address::of_parts({only->key}));
      if (found == nullptr) {
        throw entry_assertion_failure(to_string(where), i, "has no entry " + only->key);
      }
      if (*found != only->value) continue;
    }
    element = element.with(address::of_parts({key}), value);
  }
  return before.with(where, configuration_parts::make(std::move(made)));
}

/// The keys that `name` stands for, of those that are there.
std::vector<std::string> meant_keys(const configuration* at, std::string_view name) {
  std::vector<std::string> keys;
  if (at == nullptr) return keys;
  for (const auto& [key, value] : at->entries()) {
    if (variable_name_of(key) == name) keys.push_back(key);
  }
  return keys;
}

std::string in_small_letters(std::string_view name) {
  std::string key(name);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return key;
}

configuration overridden(const configuration& before, std::string_view path,
                         const std::string& text, const std::string& source) {
  std::vector<std::string> parts;
  const configuration* at = &before;
  while (true) {
    const std::size_t end = path.find("__");
    const std::string_view name = path.substr(0, end);
    if (name.empty()) throw invalid_argument("a part of the variable's name is empty");
    const auto keys = meant_keys(at, name);
    if (keys.size() > 1) {
      throw invalid_argument("could mean the key " + keys[0] + " or " + keys[1]);
    }
    parts.push_back(keys.empty() ? in_small_letters(name) : keys[0]);
    at = at == nullptr ? nullptr : at->find(address::of_parts({parts.back()}));
    if (end == path.npos) break;
    path.remove_prefix(end + 2);
  }
  return before.with(
      address::of_parts(std::move(parts)),
      value_of_text(text, {.kind = origin::source_kind::environment, .source = source}));
}

}  // namespace

edit set_entry(address where, const configuration& value) {
  return [where = std::move(where), value = from_edit(value)](
             const configuration& before, const environment&) { return before.with(where, value); };
}

edit update_entry(address where, const configuration& value) {
  return [where = std::move(where), value = from_edit(value)](const configuration& before,
                                                              const environment&) {
    static_cast<void>(before.at(where));
    return before.with(where, value);
  };
}

edit delete_entry(address where) {
  return [where = std::move(where)](const configuration& before, const environment&) {
    return before.without(where);
  };
}

edit edit_elements(address where, std::string key, const configuration& value,
                   std::optional<element_filter> only) {
  return [where = std::move(where), key = std::move(key), value = from_edit(value),
          only = std::move(only)](const configuration& before, const environment&) {
    return edited_elements(before, where, key, value, only);
  };
}

configuration apply_edits(configuration before, std::span<const edit> edits,
                          const environment& variables) {
  for (const auto& each : edits) before = each(before, variables);
  return before;
}

configuration value_of_text(const std::string& text, origin from) {
  configuration value(text);
  try {
    const configuration read = configuration::parse("v = " + text);
    // A line feed could begin another key.
    if (read.entries().size() == 1) value = read.at("v");
  } catch (const invalid_configuration&) {
    // Then it is a string.
  }
  auto made = configuration_parts::of(value.with_origin(std::move(from)));
  if (made.kind != configuration_kind::string) {
    made.is_also_string = true;
    made.text = text;
  }
  return configuration_parts::make(std::move(made));
}

configuration apply_overrides(const configuration& before, std::string_view prefix,
                              const environment& variables, std::vector<problem>& problems) {
  const std::string begin = std::string(prefix) + "_CONFIG_";
  configuration made = before;
  for (auto each = variables.all().lower_bound(begin);
       each != variables.all().end() && each->first.starts_with(begin); ++each) {
    const std::string source = "environment variable " + each->first;
    try {
      made = overridden(made, std::string_view(each->first).substr(begin.size()), each->second,
                        source);
    } catch (const leat::error& e) {
      append_problems(problems, e, source);
    }
  }
  return made;
}

configuration apply_overrides(const configuration& before, std::string_view prefix,
                              const environment& variables) {
  std::vector<problem> problems;
  configuration made = apply_overrides(before, prefix, variables, problems);
  if (!problems.empty()) throw invalid_configuration("configuration", std::move(problems));
  return made;
}

}  // namespace leat::app
