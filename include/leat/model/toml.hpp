// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "leat/model/codec.hpp"
#include "leat/model/describe.hpp"
#include "leat/model/options.hpp"

/// TOML (version 1.0) into described types: settings.
namespace leat::model {

namespace detail {

void read_toml(std::string_view text, std::string_view source_name, const toml_options& options,
               function_ref<void(reader&)> read);

}  // namespace detail

/// Reads a whole TOML text into a value of a described struct or a map.
///
/// A key that no member has is refused, with the nearest name that would be right. Dates and
/// times are read by a `json_text` only, as strings; infinite numbers by nothing.
/// `source_name` is the file's name in messages.
/// Errors: `parse_error`; `document_limit_exceeded`; `validation_error` with every problem
/// found, its key path, line and column.
template <class Value>
[[nodiscard]] Value from_toml(std::string_view text, std::string_view source_name,
                              const toml_options& options = {}) {
  Value value{};
  detail::read_toml(text, source_name, options,
                    [&](reader& in) { static_cast<void>(codec<Value>::read(in, value)); });
  return value;
}

}  // namespace leat::model
