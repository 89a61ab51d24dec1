// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leat::proto {

/// One `name=value` of a query, decoded.
struct query_parameter {
  std::string name;
  std::string value;

  friend bool operator==(const query_parameter&, const query_parameter&) = default;
};

/// Builds the query of a URL or the body of a form: `name=value&name=value`, in the order of
/// the calls, names and values percent-encoded.
class query_builder {
 public:
  /// How a space is written. Every reader of queries understands both.
  enum class space { percent_20, plus };

  explicit query_builder(space style = space::percent_20) noexcept : style_(style) {}

  /// Adds one parameter; one of the same name does not replace another.
  query_builder& add(std::string_view name, std::string_view value);

  [[nodiscard]] const std::string& text() const& noexcept { return text_; }
  [[nodiscard]] std::string text() && noexcept { return std::move(text_); }

 private:
  void append_encoded(std::string_view text);

  std::string text_;
  space style_;
};

/// Takes the next `name=value` from the front of an encoded query and decodes it: `+` is a
/// space, a name without `=` has an empty value, a `%` that starts no escape stands for itself,
/// empty parts (`a=1&&b=2`) are skipped. Nothing once the query is used up. It never fails,
/// because queries on the wire are not held to any grammar.
[[nodiscard]] std::optional<query_parameter> next_query_parameter(std::string_view& rest);

/// All parameters of an encoded query, in order.
[[nodiscard]] std::vector<query_parameter> parse_query(std::string_view query);

}  // namespace leat::proto
