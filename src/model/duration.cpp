// SPDX-License-Identifier: MIT
#include "leat/model/duration.hpp"

#include <array>
#include <cstdint>

namespace leat::model {
namespace {

struct unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// The larger first. `m` comes behind `ms` nowhere: names are compared whole.
constexpr std::array units{
    unit{"d", 86'400'000'000'000},
    unit{"h", 3'600'000'000'000},
    unit{"m", 60'000'000'000},
    unit{"s", 1'000'000'000},
    unit{"ms", 1'000'000},
    unit{"us", 1'000},
    unit{"ns", 1},
};

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) noexcept {
  return c >= 'a' && c <= 'z';
}

/// Takes the characters from the front for which `belongs` holds.
std::string_view take_while(std::string_view& text, bool (*belongs)(char) noexcept) noexcept {
  std::size_t size = 0;
  while (size < text.size() && belongs(text[size])) ++size;
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

/// `sum += digits * scale`, for decimal digits. Returns false if it does not fit.
bool add_scaled(std::int64_t& sum, std::string_view digits, std::int64_t scale) noexcept {
  std::int64_t count = 0;
  for (const char c : digits) {
    if (__builtin_mul_overflow(count, std::int64_t{10}, &count) ||
        __builtin_add_overflow(count, std::int64_t{c - '0'}, &count)) {
      return false;
    }
  }
  return !__builtin_mul_overflow(count, scale, &count) && !__builtin_add_overflow(sum, count, &sum);
}

/// `sum += 0.digits * scale`. Returns false if that is not a whole number.
bool add_fraction(std::int64_t& sum, std::string_view digits, std::int64_t scale) noexcept {
  for (const char c : digits) {
    if (scale % 10 != 0) {
      if (c != '0') return false;
      continue;
    }
    scale /= 10;
    if (!add_scaled(sum, {&c, 1}, scale)) return false;
  }
  return true;
}

const unit* find_unit(std::string_view name) noexcept {
  for (const auto& each : units) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

}  // namespace

std::optional<duration> parse_duration(std::string_view text) noexcept {
  if (text == "no_timeout") return no_timeout;
  if (text.empty()) return std::nullopt;

  std::int64_t sum = 0;
  const unit* last = nullptr;
  while (!text.empty()) {
    const std::string_view whole = take_while(text, is_digit);
    std::string_view fraction;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      fraction = take_while(text, is_digit);
      if (fraction.empty()) return std::nullopt;
    }
    const unit* const scale = find_unit(take_while(text, is_letter));
    if (whole.empty() || scale == nullptr) return std::nullopt;
    if (last != nullptr && scale <= last) return std::nullopt;  // each unit once, smaller later
    last = scale;
    if (!add_scaled(sum, whole, scale->nanoseconds) ||
        !add_fraction(sum, fraction, scale->nanoseconds)) {
      return std::nullopt;
    }
  }
  return duration(sum);
}

std::string format_duration(duration value) {
  if (value == no_timeout) return "no_timeout";
  const std::int64_t count = value.count();
  if (count == 0) return "0s";
  for (const auto& each : units) {
    if (count % each.nanoseconds == 0) {
      return std::to_string(count / each.nanoseconds) + std::string(each.name);
    }
  }
  return {};
}

}  // namespace leat::model
