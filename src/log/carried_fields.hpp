// SPDX-License-Identifier: MIT
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "leat/base/context.hpp"
#include "leat/log/field.hpp"

namespace leat::log::detail {

/// Fields that a task carries. Never changes, and is shared by all who carry it.
struct field_set {
  field_set() = default;
  field_set(const field_set&) = delete;
  field_set& operator=(const field_set&) = delete;

  std::vector<field> fields;     // refer to `texts`
  std::list<std::string> texts;  // they never move
};

inline constexpr context_key<std::shared_ptr<const field_set>> carried_fields("log fields");

}  // namespace leat::log::detail
