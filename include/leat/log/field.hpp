// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
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

  value() noexcept : held_(nullptr) {}
  value(std::nullptr_t) noexcept : held_(nullptr) {}      // NOLINT: a value is what it holds
  value(std::string_view text) noexcept : held_(text) {}  // NOLINT
  value(const char* text) noexcept : held_(text_or_null(text)) {}  // NOLINT
  value(const std::string& text) noexcept                          // NOLINT
      : held_(std::string_view(text)) {}

  template <class Number>
    requires std::is_arithmetic_v<Number>
  value(Number number) noexcept : held_(widened(number)) {}  // NOLINT

  template <class Rep, class Period>
  value(std::chrono::duration<Rep, Period> length) noexcept  // NOLINT
      : held_(std::chrono::duration_cast<duration>(length)) {}

  [[nodiscard]] const alternatives& held() const noexcept { return held_; }

  friend bool operator==(const value&, const value&) = default;

 private:
  static alternatives text_or_null(const char* text) noexcept {
    if (text == nullptr) return nullptr;
    return std::string_view(text);
  }

  template <class Number>
  static alternatives widened(Number number) noexcept {
    if constexpr (std::same_as<Number, bool>) {
      return number;
    } else if constexpr (std::is_floating_point_v<Number>) {
      return static_cast<double>(number);
    } else if constexpr (std::is_signed_v<Number>) {
      return static_cast<std::int64_t>(number);
    } else {
      return static_cast<std::uint64_t>(number);
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
