// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "leat/model/codec.hpp"
#include "leat/model/describe.hpp"
#include "leat/model/options.hpp"

/// JSON (RFC 8259) to and from described types.
namespace leat::model {

namespace detail {

void read_json(std::string_view text, const json_options& options,
               function_ref<void(reader&)> read);
void write_json(std::string& out, function_ref<void(writer&)> write);

}  // namespace detail

/// Reads a whole JSON text into a value of a described type, or of any type that has a
/// `codec`; it must be default-constructible.
///
/// Integers are exact or refused, also beyond 64 bits; a `double` takes the nearest value.
/// Nothing is converted silently: a fraction is no integer, a number no string.
/// Errors: `parse_error`; `document_limit_exceeded`; `validation_error` with every problem
/// found and its JSON Pointer.
template <class Value>
[[nodiscard]] Value from_json(std::string_view text, const json_options& options = {}) {
  Value value{};
  detail::read_json(text, options,
                    [&](reader& in) { static_cast<void>(codec<Value>::read(in, value)); });
  return value;
}

/// Appends the JSON text of `value` to `out`: compact, members in the order of their
/// description, numbers in their shortest form that reads back the same, strings as UTF-8.
/// Errors: `write_error` for a number that is not finite or text that is not UTF-8; `out` is
/// then as it was.
template <class Value>
void write_json(const Value& value, std::string& out) {
  detail::write_json(out, [&](writer& to) { codec<Value>::write(to, value); });
}

/// The JSON text of `value`, as `write_json()` makes it.
template <class Value>
[[nodiscard]] std::string to_json(const Value& value) {
  std::string out;
  write_json(value, out);
  return out;
}

/// `value` as a piece of JSON, to stand beside pieces that came from elsewhere.
template <class Value>
[[nodiscard]] json_text to_json_text(const Value& value) {
  return json_text::from_checked(to_json(value));
}

}  // namespace leat::model
