// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

namespace leat::model {

struct member;
struct enumerator;

enum class form_kind : std::uint8_t {
  any,  ///< A type with a codec of its own that says no more.
  boolean,
  integer,
  number,
  text,
  time,    ///< A length of time.
  name,    ///< One of `names`.
  array,   ///< Of `element`.
  map,     ///< From texts to `element`.
  object,  ///< With `members`.
};

/// What values of a type look like in documents, for those who describe documents instead of
/// reading them: the help text of a command line, a schema. `form_of()` gives it.
struct value_form {
  form_kind kind = form_kind::any;
  bool is_optional = false;  ///< There may be no value.
  std::span<const member> members{};
  std::span<const enumerator> names{};
  /// Asked only when it is needed, because a type may hold values of itself.
  value_form (*element)() = nullptr;
};

}  // namespace leat::model
