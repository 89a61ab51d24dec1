// SPDX-License-Identifier: MIT
#include <array>
#include <charconv>
#include <chrono>

#include "leat/proto/cookies/cookie.hpp"
#include "leat/proto/fields/ascii.hpp"

// RFC 6265, section 5.1.1: the date is cut into tokens at everything that is no digit, letter or
// colon, and the first token that looks like a time, a day, a month, a year is taken for it.

namespace leat::proto {
namespace {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr bool is_delimiter(char c) noexcept {
  const auto u = static_cast<unsigned char>(c);
  return u == 0x09 || (u >= 0x20 && u <= 0x2f) || (u >= 0x3b && u <= 0x40) ||
         (u >= 0x5b && u <= 0x60) || (u >= 0x7b && u <= 0x7e);
}

/// A number of `least` to `most` digits at the front of `text`, with no further digit behind it.
std::optional<int> take_number(std::string_view& text, std::size_t least,
                               std::size_t most) noexcept {
  std::size_t length = 0;
  while (length < text.size() && is_digit(text[length])) ++length;
  if (length < least || length > most) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + length, value);
  text.remove_prefix(length);
  return value;
}

struct time_of_day {
  int hour = 0;
  int minute = 0;
  int second = 0;
};

std::optional<time_of_day> read_time(std::string_view token) noexcept {
  time_of_day time;
  for (int* part : {&time.hour, &time.minute, &time.second}) {
    if (part != &time.hour) {
      if (token.empty() || token.front() != ':') return std::nullopt;
      token.remove_prefix(1);
    }
    const auto number = take_number(token, 1, 2);
    if (!number) return std::nullopt;
    *part = *number;
  }
  return time;
}

std::optional<unsigned> read_month(std::string_view token) noexcept {
  constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                    "jul", "aug", "sep", "oct", "nov", "dec"};
  if (token.size() < 3) return std::nullopt;
  std::array<char, 3> name{};
  for (std::size_t i = 0; i < 3; ++i) {
    name[i] = ascii_lower(token[i]);
  }
  for (std::size_t i = 0; i < months.size(); ++i) {
    if (months[i] == std::string_view(name.data(), 3)) return static_cast<unsigned>(i + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<wall_time> parse_cookie_date(std::string_view text) noexcept {
  std::optional<time_of_day> time;
  std::optional<int> day;
  std::optional<unsigned> month;
  std::optional<int> year;
  while (!text.empty()) {
    if (is_delimiter(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    std::size_t length = 0;
    while (length < text.size() && !is_delimiter(text[length])) ++length;
    const auto token = text.substr(0, length);
    text.remove_prefix(length);

    if (!time && (time = read_time(token))) continue;
    auto rest = token;
    if (!day && (day = take_number(rest, 1, 2))) continue;
    if (!month && (month = read_month(token))) continue;
    rest = token;
    if (!year) year = take_number(rest, 2, 4);
  }
  if (!time || !day || !month || !year) return std::nullopt;
  if (*year >= 70 && *year <= 99) *year += 1900;
  if (*year >= 0 && *year <= 69) *year += 2000;
  if (*year < 1601 || time->hour > 23 || time->minute > 59 || time->second > 59) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(time->hour) +
         std::chrono::minutes(time->minute) + std::chrono::seconds(time->second);
}

}  // namespace leat::proto
