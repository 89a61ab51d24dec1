// SPDX-License-Identifier: MIT
#include "leat/log/task_fields.hpp"

#include <algorithm>

#include "log/carried_fields.hpp"

namespace leat::log {

context with_fields(std::initializer_list<field> fields) {
  auto set = std::make_shared<detail::field_set>();
  const auto keep = [&set](std::string_view text) {
    return std::string_view(set->texts.emplace_back(text));
  };
  const auto add = [&](const field& each) {
    const auto* const text = each.value.get_if<std::string_view>();
    const value kept = text != nullptr ? value(keep(*text)) : each.value;
    const auto present = std::ranges::find(set->fields, each.key, &field::key);
    if (present != set->fields.end()) {
      present->value = kept;
    } else {
      set->fields.push_back({keep(each.key), kept});
    }
  };
  if (const auto* const carried = context_value(detail::carried_fields)) {
    std::ranges::for_each((*carried)->fields, add);
  }
  std::ranges::for_each(fields, add);
  return current_context().with(detail::carried_fields,
                                std::shared_ptr<const detail::field_set>(std::move(set)));
}

}  // namespace leat::log
