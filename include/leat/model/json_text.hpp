// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "leat/model/options.hpp"
#include "leat/model/value_kind.hpp"

namespace leat::model {

/// A piece of JSON of any shape, kept as compact text: for data that a program passes on
/// without knowing it. It was checked when it was made, so it can be written anywhere that
/// JSON may stand. Numbers keep their digits, strings their escapes, members their order.
///
/// As a member of a described struct it takes any value, also null. `from_json<T>(
/// piece.view())` looks inside.
class json_text {
 public:
  /// The JSON `null`.
  json_text();

  /// Checks `text` and keeps it without its white space.
  /// Errors: `parse_error`, `document_limit_exceeded`.
  [[nodiscard]] static json_text parse(std::string_view text, const json_options& options = {});

  [[nodiscard]] value_kind kind() const noexcept;
  [[nodiscard]] bool is_null() const noexcept { return kind() == value_kind::null; }
  [[nodiscard]] bool is_object() const noexcept { return kind() == value_kind::object; }
  [[nodiscard]] bool is_array() const noexcept { return kind() == value_kind::array; }

  /// The text, valid UTF-8, without white space between its tokens.
  /// Lifetime: until the piece is changed or destroyed.
  [[nodiscard]] std::string_view view() const noexcept { return text_; }

  /// Gives the text away and leaves `null`.
  [[nodiscard]] std::string take() &&;

  /// Compares the texts: `1` and `1.0`, or two orders of the same members, are different.
  friend bool operator==(const json_text& a, const json_text& b) noexcept;

  /// For readers and writers, which produce only what `parse()` would accept.
  [[nodiscard]] static json_text from_checked(std::string text);

 private:
  std::string text_;
};

}  // namespace leat::model
