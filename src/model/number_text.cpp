// SPDX-License-Identifier: MIT
#include "model/number_text.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace leat::model {
namespace {

/// Whether a number that no double holds is too small rather than too large.
///
/// `std::from_chars` says only that it is out of range. The position of the first digit that
/// is not zero, shifted by the exponent, tells the two apart: they are 600 powers of ten away
/// from each other.
bool is_underflow(std::string_view token) noexcept {
  const std::size_t mark = token.find_first_of("eE");
  const std::string_view digits = token.substr(0, mark);
  if (mark != token.npos) {
    // An exponent that is beyond 64 bits itself has only its sign to tell.
    if (token[mark + 1] == '-') return true;
    std::string_view exponent = token.substr(mark + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    std::int64_t power = 0;
    const auto end = exponent.data() + exponent.size();
    const auto read = std::from_chars(exponent.data(), end, power);
    if (read.ec != std::errc()) return false;
    if (power > 0) return false;
  }
  const std::size_t point = digits.find('.');
  return digits.find_first_of("123456789") > point;
}

}  // namespace

number_value parse_number(std::string_view token) noexcept {
  using form = number_value::form;
  number_value number;
  const char* const begin = token.data();
  const char* const end = begin + token.size();

  const bool is_integer = token.find_first_of(".eE") == token.npos;
  if (token == "-0") {
    number.real = -0.0;
    return number;
  }
  if (is_integer && token.starts_with('-')) {
    if (std::from_chars(begin, end, number.integer).ec == std::errc()) {
      number.how = form::negative;
      number.real = static_cast<double>(number.integer);
      return number;
    }
  } else if (is_integer) {
    if (std::from_chars(begin, end, number.unsigned_integer).ec == std::errc()) {
      number.how = form::non_negative;
      number.real = static_cast<double>(number.unsigned_integer);
      return number;
    }
  }

  number.how = is_integer ? form::huge : form::real;
  const auto real = std::from_chars(begin, end, number.real);
  if (real.ec == std::errc() && std::isfinite(number.real)) return number;
  if (is_underflow(token)) {
    number.real = token.starts_with('-') ? -0.0 : 0.0;
  } else {
    number.how = form::infinite;
  }
  return number;
}

}  // namespace leat::model
