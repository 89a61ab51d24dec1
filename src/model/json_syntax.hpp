// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "leat/model/options.hpp"

namespace leat::model {

/// Checks that `text` is one JSON value (RFC 8259) within the limits, without a repeated key
/// in any object. Everything else in this folder relies on a text that passed.
/// Errors: `parse_error`, `document_limit_exceeded`.
void check_json(std::string_view text, const json_options& limits);

constexpr bool is_json_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Steps through a text that `check_json()` accepted. Positions are offsets from its start.
class json_scanner {
 public:
  explicit json_scanner(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] char at(std::size_t position) const noexcept { return text_[position]; }

  /// The first position from `position` on that holds no white space.
  [[nodiscard]] std::size_t skip_space(std::size_t position) const noexcept {
    while (position < text_.size() && is_json_space(text_[position])) ++position;
    return position;
  }

  /// The end of the string, or of the value, that begins at `position`.
  [[nodiscard]] std::size_t end_of_string(std::size_t position) const noexcept;
  [[nodiscard]] std::size_t end_of_value(std::size_t position) const noexcept;

  /// Appends what the string that is `[begin, end)`, with its quotation marks, means.
  void decode_string(std::size_t begin, std::size_t end, std::string& to) const;

  /// Appends `[begin, end)` without the white space between tokens.
  void compact(std::size_t begin, std::size_t end, std::string& to) const;

 private:
  std::string_view text_;
};

}  // namespace leat::model
