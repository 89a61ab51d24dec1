// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leat::model {

/// An object whose keys are known only at run time and keep the order in which they were
/// added: a dashboard with sections named by configuration.
///
/// Keys are found by a linear search, which suits the dozens of keys it is meant for.
template <class Value>
class ordered_map {
 public:
  using value_type = std::pair<std::string, Value>;
  using const_iterator = typename std::vector<value_type>::const_iterator;

  ordered_map() = default;
  ordered_map(std::initializer_list<value_type> entries) {
    for (const auto& [key, value] : entries) (*this)[key] = value;
  }

  /// The value of `key`, added at the end if it is new.
  Value& operator[](std::string_view key) {
    if (Value* const found = find(key)) return *found;
    return append_new(std::string(key));
  }

  /// The value of `key`, or null.
  [[nodiscard]] Value* find(std::string_view key) noexcept {
    return const_cast<Value*>(std::as_const(*this).find(key));
  }
  [[nodiscard]] const Value* find(std::string_view key) const noexcept {
    for (const value_type& each : entries_) {
      if (each.first == key) return &each.second;
    }
    return nullptr;
  }

  /// Adds a key that is known not to be there, without looking for it.
  Value& append_new(std::string key) {
    return entries_.emplace_back(std::move(key), Value{}).second;
  }

  void clear() noexcept { entries_.clear(); }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] const_iterator begin() const noexcept { return entries_.begin(); }
  [[nodiscard]] const_iterator end() const noexcept { return entries_.end(); }

  friend bool operator==(const ordered_map&, const ordered_map&) = default;

 private:
  std::vector<value_type> entries_;
};

}  // namespace leat::model
