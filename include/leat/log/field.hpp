// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "leat/base/time.hpp"

namespace leat::log {

/// A value in a record: nothing, a truth value, a number, text, or a length of time.
///
/// JSON shows a length of time as a number of seconds, plain text with a unit.
/// Lifetime: refers to its text and does not own it.
class value {
 public:
  using alternatives = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                                    std::string_view, duration>;

  // A variant is told its alternative: to find it costs every user compile time.
  value() noexcept : held_(std::in_place_index<0>, nullptr) {}
  // NOLINTBEGIN(google-explicit-constructor): a value is what it holds
  value(std::nullptr_t) noexcept : held_(std::in_place_index<0>, nullptr) {}
  value(std::string_view text) noexcept : held_(std::in_place_index<5>, text) {}
  value(const char* text) noexcept
      : held_(text == nullptr ? alternatives(std::in_place_index<0>, nullptr)
                              : alternatives(std::in_place_index<5>, text)) {}
  value(const std::string& text) noexcept : held_(std::in_place_index<5>, text) {}

  template <class Number>
    requires std::is_arithmetic_v<Number>
  value(Number number) noexcept : held_(widened(number)) {}

  template <class Rep, class Period>
  value(std::chrono::duration<Rep, Period> length) noexcept
      : held_(std::in_place_index<6>, std::chrono::duration_cast<duration>(length)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] const alternatives& held() const noexcept { return held_; }

  friend bool operator==(const value& a, const value& b) noexcept;

 private:
  template <class Number>
  static alternatives widened(Number number) noexcept {
    if constexpr (std::same_as<Number, bool>) {
      return alternatives(std::in_place_type<bool>, number);
    } else if constexpr (std::is_floating_point_v<Number>) {
      return alternatives(std::in_place_type<double>, static_cast<double>(number));
    } else if constexpr (std::is_signed_v<Number>) {
      return alternatives(std::in_place_type<std::int64_t>, number);
    } else {
      return alternatives(std::in_place_type<std::uint64_t>, number);
    }
  }

  alternatives held_;
};

/// A named value. Lifetime: owns neither its key nor the text of its value.
struct field {
  std::string_view key;
  log::value value;
};

}  // namespace leat::log
