// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leat::proto {

/// One link of a Link field (RFC 8288, section 3): `<https://h/?page=2>; rel="next"`.
struct link {
  std::string target;  ///< Between the angle brackets; may be relative.
  /// Names in lower case, values without their quotes, in order.
  std::vector<std::pair<std::string, std::string>> parameters;

  /// The first parameter of that name, in lower case.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const noexcept;
  /// Whether `rel` lists that relation, in any case.
  [[nodiscard]] bool has_relation(std::string_view relation) const noexcept;
};

/// The links in the value of a Link field, or in several joined by commas. What is malformed is
/// left out.
[[nodiscard]] std::vector<link> parse_links(std::string_view value);

}  // namespace leat::proto
