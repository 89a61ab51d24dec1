// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/proto/url/query.hpp"

namespace leat::proto {

/// The parameters of a query, decoded: a multimap in order that does not change. What would
/// change it returns another.
///
///     const auto page = query_parameters::parse(at.query()).with("page", "2");
///     replace_query(at, page.text(), at);
///
/// Names are compared byte by byte. Thread-safety: as any value that does not change.
class query_parameters {
 public:
  using iterator = std::vector<query_parameter>::const_iterator;

  query_parameters() = default;
  query_parameters(std::initializer_list<query_parameter> all) : all_(all) {}

  /// Those of an encoded query; see `next_query_parameter()`. Never fails.
  [[nodiscard]] static query_parameters parse(std::string_view query);

  /// The query, encoded; empty if there are none.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return all_.empty(); }
  [[nodiscard]] iterator begin() const noexcept { return all_.begin(); }
  [[nodiscard]] iterator end() const noexcept { return all_.end(); }

  /// The first value of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  /// All values of that name, in order.
  [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const noexcept;

  /// With `value` as the only one of that name: at the place of the first, or at the end.
  [[nodiscard]] query_parameters with(std::string_view name, std::string_view value) const;
  /// With one more at the end, whether or not there are others of that name.
  [[nodiscard]] query_parameters with_added(std::string_view name, std::string_view value) const;
  /// Without those of that name.
  [[nodiscard]] query_parameters without(std::string_view name) const;
  /// With all of `others` at the end, in place of those of the same names.
  [[nodiscard]] query_parameters merged_with(const query_parameters& others) const;

  /// Whether both have the same parameters in the same order.
  friend bool operator==(const query_parameters&, const query_parameters&) = default;

 private:
  std::vector<query_parameter> all_;
};

}  // namespace leat::proto
