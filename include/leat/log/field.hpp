// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "leat/base/chrono.hpp"
#include "leat/base/time.hpp"

namespace leat::log {

/// A value in a record: nothing, a truth value, a number, text, or a length of time.
///
/// JSON shows a length of time as a number of seconds, plain text with a unit.
/// Lifetime: refers to its text and does not own it.
class value {
 public:
  value() noexcept = default;
  // NOLINTBEGIN(google-explicit-constructor): a value is what it holds
  value(std::nullptr_t) noexcept : value() {}
  value(std::string_view text) noexcept : kind_(kind::text), bits_{.text = text} {}
  value(const char* text) noexcept
      : value(text == nullptr ? value() : value(std::string_view(text))) {}
  value(const std::string& text) noexcept : value(std::string_view(text)) {}

  template <class Number>
    requires std::is_arithmetic_v<Number>
  value(Number number) noexcept {
    if constexpr (std::is_same_v<Number, bool>) {
      kind_ = kind::boolean;
      bits_.boolean = number;
    } else if constexpr (std::is_floating_point_v<Number>) {
      kind_ = kind::real;
      bits_.real = static_cast<double>(number);
    } else if constexpr (std::is_signed_v<Number>) {
      kind_ = kind::integer;
      bits_.integer = number;
    } else {
      kind_ = kind::natural;
      bits_.natural = number;
    }
  }

  template <class Rep, class Period>
  value(std::chrono::duration<Rep, Period> length) noexcept
      : kind_(kind::length), bits_{.length = std::chrono::duration_cast<duration>(length)} {}
  // NOLINTEND(google-explicit-constructor)

  /// Calls `visitor` with what is held: a `std::nullptr_t`, `bool`, `std::int64_t`,
  /// `std::uint64_t`, `double`, `std::string_view` or `duration`. Returns what it returns.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    switch (kind_) {
      case kind::boolean: return visitor(bits_.boolean);
      case kind::integer: return visitor(bits_.integer);
      case kind::natural: return visitor(bits_.natural);
      case kind::real: return visitor(bits_.real);
      case kind::text: return visitor(bits_.text);
      case kind::length: return visitor(bits_.length);
      case kind::null: break;
    }
    return visitor(nullptr);
  }

  /// What is held, if it is one of those and of just this type; null otherwise.
  template <class Held>
  [[nodiscard]] const Held* get_if() const noexcept {
    if constexpr (std::is_same_v<Held, bool>) {
      return kind_ == kind::boolean ? &bits_.boolean : nullptr;
    } else if constexpr (std::is_same_v<Held, std::int64_t>) {
      return kind_ == kind::integer ? &bits_.integer : nullptr;
    } else if constexpr (std::is_same_v<Held, std::uint64_t>) {
      return kind_ == kind::natural ? &bits_.natural : nullptr;
    } else if constexpr (std::is_same_v<Held, double>) {
      return kind_ == kind::real ? &bits_.real : nullptr;
    } else if constexpr (std::is_same_v<Held, std::string_view>) {
      return kind_ == kind::text ? &bits_.text : nullptr;
    } else {
      static_assert(std::is_same_v<Held, duration>, "no value in a record is of this type");
      return kind_ == kind::length ? &bits_.length : nullptr;
    }
  }

  friend bool operator==(const value& a, const value& b) noexcept;

 private:
  // By hand, because every user of a logger would pay for the templates of a variant.
  enum class kind : std::uint8_t { null, boolean, integer, natural, real, text, length };

  union bits {
    bool boolean;
    std::int64_t integer;
    std::uint64_t natural;
    double real;
    std::string_view text;
    duration length;
  };

  kind kind_ = kind::null;
  bits bits_{.natural = 0};
};

/// A named value. Lifetime: owns neither its key nor the text of its value.
struct field {
  std::string_view key;
  log::value value;
};

}  // namespace leat::log
