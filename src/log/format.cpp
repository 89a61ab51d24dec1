// SPDX-License-Identifier: MIT
#include "log/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "log/escape.hpp"

namespace leat::log {
namespace {

template <class Number>
void append_number(std::string& to, Number value) {
  std::array<char, 32> text{};
  char* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  to.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

/// Digits with leading zeros.
void write_padded(char* to, std::uint64_t value, std::size_t width) noexcept {
  for (std::size_t i = width; i > 0; --i, value /= 10) {
    to[i - 1] = static_cast<char>('0' + value % 10);
  }
}

void append_padded(std::string& to, std::uint64_t value, std::size_t width) {
  std::array<char, 20> text{};
  write_padded(text.data(), value, width);
  to.append(text.data(), width);
}

/// Date and time of day in UTC to the second. Many records share theirs, so it is kept.
class second_text {
 public:
  static constexpr std::size_t date_size = 10;  // 2026-11-27

  [[nodiscard]] std::string_view of(std::chrono::sys_seconds second) noexcept {
    if (second != second_ || text_[0] == '\0') write(second);
    return {text_.data(), text_.size()};
  }

 private:
  void write(std::chrono::sys_seconds second) noexcept {
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{second - day};
    char* to = text_.data();
    const auto put = [&to](auto value, std::size_t width, char behind) {
      write_padded(to, static_cast<std::uint64_t>(value), width);
      to += width;
      *to++ = behind;
    };
    put(static_cast<int>(date.year()), 4, '-');
    put(static_cast<unsigned>(date.month()), 2, '-');
    put(static_cast<unsigned>(date.day()), 2, 'T');
    put(clock.hours().count(), 2, ':');
    put(clock.minutes().count(), 2, ':');
    put(clock.seconds().count(), 2, '.');
    second_ = second;
  }

  std::chrono::sys_seconds second_;
  std::array<char, 20> text_{};  // 2026-11-27T12:30:00.
};

/// Date and time of day in UTC, with `between` in the middle and so many decimals of a second.
void append_time_of_day(std::string& to, std::chrono::system_clock::time_point time, char between,
                        std::size_t decimals) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto within = std::chrono::floor<std::chrono::microseconds>(time - second);
  // Of a type without destructor, so that it serves whatever logs as a thread ends.
  thread_local second_text kept;
  const std::size_t begin = to.size();
  to += kept.of(second);
  to[begin + second_text::date_size] = between;
  append_padded(to, static_cast<std::uint64_t>(within.count()), 6);
  to.resize(to.size() - 6 + decimals);
}

/// Seconds as an exact decimal: "0.8", "12", "-1.5".
void append_seconds(std::string& to, duration value) {
  constexpr std::uint64_t second = 1'000'000'000;
  // Unsigned, because the lowest count has no positive twin.
  auto count = static_cast<std::uint64_t>(value.count());
  if (value < duration::zero()) {
    to += '-';
    count = 0 - count;
  }
  append_number(to, count / second);
  if (count % second == 0) return;
  to += '.';
  append_padded(to, count % second, 9);
  to.erase(to.find_last_not_of('0') + 1);
}

std::string_view name_of_infinite(double value) noexcept {
  if (std::isnan(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

void append_quoted(std::string& to, std::string_view text) {
  to += '"';
  append_escaped(to, text);
  to += '"';
}

struct json_value {
  std::string& to;

  void operator()(std::nullptr_t) const { to += "null"; }
  void operator()(bool value) const { to += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { append_number(to, value); }
  void operator()(std::uint64_t value) const { append_number(to, value); }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      append_number(to, value);
    } else {
      append_quoted(to, name_of_infinite(value));  // JSON has no number for it
    }
  }
  void operator()(std::string_view value) const { append_quoted(to, value); }
  void operator()(duration value) const { append_seconds(to, value); }
};

/// Whether a text can stand behind `key=` as it is and still be told from what follows.
bool is_one_word(std::string_view text) noexcept {
  const auto is_plain = [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  };
  return !text.empty() && std::ranges::all_of(text, is_plain);
}

struct plain_value {
  std::string& to;

  void operator()(std::nullptr_t) const { to += "null"; }
  void operator()(bool value) const { to += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { append_number(to, value); }
  void operator()(std::uint64_t value) const { append_number(to, value); }
  void operator()(double value) const { append_number(to, value); }
  void operator()(std::string_view value) const {
    if (is_one_word(value)) {
      to += value;
    } else {
      append_quoted(to, value);
    }
  }
  void operator()(duration value) const {
    append_seconds(to, value);
    to += 's';
  }
};

bool is_reserved(std::string_view key) noexcept {
  return key == "event" || key == "logger" || key == "timestamp" || key == "level";
}

void append_json(std::string& line, const record& what) {
  line += R"({"event": )";
  append_quoted(line, what.event());
  for (const field& each : what.fields()) {
    line += ", \"";
    append_escaped(line, each.key);
    line += is_reserved(each.key) ? "_\": " : "\": ";
    each.value.visit(json_value{line});
  }
  if (!what.logger().empty()) {
    line += R"(, "logger": )";
    append_quoted(line, what.logger());
  }
  line += R"(, "timestamp": ")";
  append_timestamp(line, what.time());
  line += R"(", "level": ")";
  line += to_string(what.level());
  line += "\"}";
}

// SGR parameters (ECMA-48, 8.3.117) of the sixteen colours every terminal has, so that its own
// palette keeps them readable on its background.
constexpr std::string_view faint = "2";
constexpr std::string_view bold = "1";
constexpr std::string_view cyan = "36";

std::string_view colour_of(level at) noexcept {
  switch (at) {
    case level::trace:
    case level::debug: return "34";  // blue
    case level::info: return "32";   // green
    case level::warn: return "33";   // yellow
    case level::error: return "31";  // red
    case level::critical: return "1;31";
    case level::off: break;
  }
  return faint;
}

/// Paints what is written while it lives.
class painted {
 public:
  painted(std::string& to, std::string_view colour, bool with_colours) : to_(to) {
    if (!with_colours) return;
    to_ += colour_begin;
    to_ += colour;
    to_ += 'm';
    is_painting_ = true;
  }
  painted(const painted&) = delete;
  painted& operator=(const painted&) = delete;
  ~painted() {
    if (is_painting_) to_ += "\x1B[0m";
  }

 private:
  std::string& to_;
  bool is_painting_ = false;
};

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& each : upper) {
    if (each >= 'a' && each <= 'z') each = static_cast<char>(each - 'a' + 'A');
  }
  return upper;
}

/// Name, event and fields.
void append_message(std::string& line, const record& what, bool with_colours) {
  if (!what.logger().empty()) {
    const painted at(line, faint, with_colours);
    append_escaped_bare(line, what.logger());
    line += ": ";
  }
  {
    const painted at(line, bold, with_colours);
    append_escaped_bare(line, what.event());
  }
  for (const field& each : what.fields()) {
    line += ' ';
    {
      const painted at(line, cyan, with_colours);
      plain_value{line}(each.key);
    }
    line += '=';
    each.value.visit(plain_value{line});
  }
}

void append_rich(std::string& line, const record& what, bool with_colours) {
  constexpr std::size_t level_width = 8;  // of "CRITICAL"
  {
    const painted at(line, faint, with_colours);
    append_time_of_day(line, what.time(), ' ', 3);
  }
  line += ' ';
  const std::string level_name = upper_case(to_string(what.level()));
  {
    const painted at(line, colour_of(what.level()), with_colours);
    line += level_name;
  }
  line.append(level_width - std::min(level_width, level_name.size()) + 1, ' ');
  append_message(line, what, with_colours);
}

}  // namespace

void append_timestamp(std::string& to, std::chrono::system_clock::time_point time) {
  append_time_of_day(to, time, 'T', 6);
  to += 'Z';
}

void append_formatted(std::string& to, const record& what, presentation how, bool with_colours) {
  switch (how) {
    case presentation::null: break;
    case presentation::plain: append_message(to, what, false); break;
    case presentation::json: append_json(to, what); break;
    case presentation::rich: append_rich(to, what, with_colours); break;
  }
}

}  // namespace leat::log
