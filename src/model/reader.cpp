// SPDX-License-Identifier: MIT
#include "leat/model/reader.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "leat/base/assert.hpp"
#include "leat/base/utf8.hpp"
#include "leat/model/duration.hpp"
#include "leat/model/spelling.hpp"

namespace leat::model {
namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

template <class Number>
std::string shown(Number value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string shown(const number_value& number) {
  using form = number_value::form;
  switch (number.how) {
    case form::negative: return shown(number.integer);
    case form::non_negative: return shown(number.unsigned_integer);
    case form::real: return shown(number.real);
    case form::huge: return "an integer that 64 bits do not hold";
    case form::infinite: break;
  }
  return "a number that no double holds";
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string within(const std::string& min, const std::string& max) {
  return "must be between " + min + " and " + max;
}

/// "must be 1 to 64 characters long" without saying a bound that is none.
std::string asked_length(const rule_set& rules) {
  std::string min = shown(rules.min_length);
  const std::string max = shown(rules.max_length);
  if (rules.min_length == rules.max_length) return min;
  if (rules.max_length == std::numeric_limits<std::size_t>::max()) return "at least " + min;
  if (rules.min_length == 0) return "at most " + max;
  return min + " to " + max;
}

constexpr bool limits_length(const rule_set& rules) noexcept {
  return rules.min_length != 0 || rules.max_length != std::numeric_limits<std::size_t>::max();
}

bool has_length(std::size_t size, const rule_set& rules) noexcept {
  return size >= rules.min_length && size <= rules.max_length;
}

/// Whether `c` is one of `allowed`, where `a-z` stands for a range.
bool is_listed(char c, std::string_view allowed) noexcept {
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i + 2 < allowed.size() && allowed[i + 1] == '-') {
      if (c >= allowed[i] && c <= allowed[i + 2]) return true;
      i += 2;
    } else if (c == allowed[i]) {
      return true;
    }
  }
  return false;
}

/// RFC 6901, section 3.
void append_pointer_token(std::string& to, std::string_view key) {
  to += '/';
  for (const char c : key) {
    if (c == '~') {
      to += "~0";
    } else if (c == '/') {
      to += "~1";
    } else {
      to += c;
    }
  }
}

/// As the key would be written in TOML: bare where that is possible, else quoted.
void append_toml_key(std::string& to, std::string_view key) {
  if (!to.empty()) to += '.';
  const bool is_bare =
      !key.empty() && std::ranges::all_of(key, [](char c) { return is_listed(c, "A-Za-z0-9_-"); });
  if (is_bare) {
    to += key;
    return;
  }
  to += '"';
  for (const char c : key) {
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
  to += '"';
}

constexpr std::size_t max_members = 256;

}  // namespace

struct reader::step {
  const step* outer;
  std::string_view key;
  std::size_t index;
  bool is_index;
};

class reader::scoped_step {
 public:
  scoped_step(reader& in, std::string_view key) noexcept
      : in_(in), here_{in.innermost_, key, 0, false} {
    in_.innermost_ = &here_;
  }
  scoped_step(reader& in, std::size_t index) noexcept
      : in_(in), here_{in.innermost_, {}, index, true} {
    in_.innermost_ = &here_;
  }
  scoped_step(const scoped_step&) = delete;
  scoped_step& operator=(const scoped_step&) = delete;
  ~scoped_step() { in_.innermost_ = here_.outer; }

 private:
  reader& in_;
  step here_;
};

std::string_view describe(value_kind kind) noexcept {
  switch (kind) {
    case value_kind::null: return "null";
    case value_kind::boolean: return "a boolean";
    case value_kind::number: return "a number";
    case value_kind::string: return "a string";
    case value_kind::array: return "an array";
    case value_kind::object: return "an object";
    case value_kind::date_time: return "a date or time";
  }
  return "something else";
}

std::string reader::path() const {
  std::vector<const step*> steps;
  for (const step* each = innermost_; each != nullptr; each = each->outer) steps.push_back(each);

  std::string text;
  for (auto each = steps.rbegin(); each != steps.rend(); ++each) {
    const step& here = **each;
    if (style_ == path_style::json_pointer) {
      append_pointer_token(text, here.is_index ? std::string_view(shown(here.index)) : here.key);
    } else if (here.is_index) {
      text += "[" + shown(here.index) + "]";
    } else {
      append_toml_key(text, here.key);
    }
  }
  return text;
}

bool reader::report(problem_kind kind, std::string message) {
  if (problems_.size() >= max_problems_) {
    is_complete_ = false;
    return false;
  }
  const position at = where();
  problems_.push_back(
      {path(), std::move(message), kind, at.line, at.column, std::string(at.source)});
  return false;
}

bool reader::report_type(std::string_view expected) {
  return report(problem_kind::wrong_type,
                "must be " + std::string(expected) + ": got " + std::string(describe(kind())));
}

void reader::throw_if_invalid(std::string_view source) {
  if (!problems_.empty() || !is_complete_) {
    throw validation_error(source, std::move(problems_), is_complete_);
  }
}

bool reader::read_boolean(bool& to) {
  if (kind() != value_kind::boolean) return report_type("a boolean");
  to = boolean();
  return true;
}

bool reader::read_integer(std::int64_t& to, std::int64_t min, std::int64_t max) {
  using form = number_value::form;
  if (kind() != value_kind::number) return report_type("an integer");

  const number_value given = number();
  if (given.how == form::real || given.how == form::infinite) {
    return report(problem_kind::wrong_type, "must be an integer: got " + shown(given));
  }
  const bool is_held =
      given.how == form::negative ||
      (given.how == form::non_negative && std::in_range<std::int64_t>(given.unsigned_integer));
  const std::int64_t value = given.how == form::negative
                                 ? given.integer
                                 : static_cast<std::int64_t>(given.unsigned_integer);
  if (!is_held || value < min || value > max) {
    return report(problem_kind::out_of_range,
                  within(shown(min), shown(max)) + ": got " + shown(given));
  }
  to = value;
  return true;
}

bool reader::read_unsigned(std::uint64_t& to, std::uint64_t max) {
  using form = number_value::form;
  if (kind() != value_kind::number) return report_type("an integer");

  const number_value given = number();
  if (given.how == form::real || given.how == form::infinite) {
    return report(problem_kind::wrong_type, "must be an integer: got " + shown(given));
  }
  if (given.how != form::non_negative || given.unsigned_integer > max) {
    return report(problem_kind::out_of_range, within("0", shown(max)) + ": got " + shown(given));
  }
  to = given.unsigned_integer;
  return true;
}

bool reader::read_number(double& to) {
  if (kind() != value_kind::number) return report_type("a number");
  const number_value given = number();
  if (given.how == number_value::form::infinite) {
    return report(problem_kind::out_of_range, "must be a number that a double holds");
  }
  to = given.real;
  return true;
}

bool reader::read_string(std::string& to) {
  if (!has_string()) return report_type("a string");
  copy_string(to);
  return true;
}

bool reader::read_secret(std::string& to) {
  return read_string(to) && resolve_secret(to);
}

bool reader::resolve_secret(std::string&) {
  return true;
}

bool reader::read_number(number_value& to) {
  if (kind() != value_kind::number) return report_type("a number");
  to = number();
  return true;
}

bool reader::read_duration(std::chrono::nanoseconds& to, std::chrono::nanoseconds unit,
                           std::chrono::nanoseconds max) {
  std::optional<duration> exact;
  if (kind() == value_kind::string) {
    std::string text;
    copy_string(text);
    exact = parse_duration(text);
    if (!exact) {
      return report(problem_kind::bad_format,
                    "must be a length of time such as \"250ms\", \"5s\" or \"1m30s\"");
    }
  } else if (kind() == value_kind::number) {
    const number_value given = number();
    if (given.how == number_value::form::infinite || given.real < 0) {
      return report(problem_kind::out_of_range, "must not be a negative number of seconds");
    }
    const double nanoseconds = std::nearbyint(given.real * 1e9);
    // 2^63; the double below it converts without overflow.
    if (nanoseconds < 0x1p63) exact = duration(static_cast<std::int64_t>(nanoseconds));
  } else {
    return report_type("a number of seconds, or a string such as \"250ms\"");
  }

  if (!exact || *exact > max) {
    return report(problem_kind::out_of_range, "must be at most " + format_duration(max));
  }
  if (*exact % unit != duration::zero()) {
    return report(problem_kind::out_of_range, "must be a multiple of " + format_duration(unit) +
                                                  ": got " + format_duration(*exact));
  }
  to = *exact;
  return true;
}

bool reader::read_enumerator(std::int64_t& to, std::span<const enumerator> names) {
  if (!has_string()) return report_type("a string");
  std::string text;
  copy_string(text);

  const auto found = std::ranges::find(names, std::string_view(text), &enumerator::name);
  if (found != names.end()) {
    to = found->value;
    return true;
  }

  nearest_name nearest(text);
  std::string message = "must be one of ";
  const char* separator = "";
  for (const auto& each : names) {
    nearest.consider(each.name);
    message += separator + quoted(each.name);
    separator = ", ";
  }
  if (!nearest.found().empty()) message += "; did you mean " + quoted(nearest.found()) + "?";
  return report(problem_kind::unknown_name, std::move(message));
}

bool reader::read_json(json_text& to) {
  return copy_json(to);
}

bool reader::read_array(element_visitor visit) {
  if (kind() != value_kind::array) return report_type("an array");
  bool is_good = true;
  std::size_t index = 0;
  visit_elements([&] {
    const scoped_step inside(*this, index++);
    is_good &= visit();
  });
  return is_good;
}

bool reader::read_object(member_visitor visit) {
  if (kind() != value_kind::object) return report_type("an object");
  bool is_good = true;
  visit_members([&](std::string_view key) {
    const scoped_step inside(*this, key);
    is_good &= visit(key);
  });
  return is_good;
}

bool reader::read_structure(void* object, std::span<const member> members) {
  LEAT_ASSERT(members.size() <= max_members);
  std::bitset<max_members> seen;
  std::size_t expected = 0;  // documents mostly keep the order of the description

  bool is_good = read_object([&](std::string_view key) {
    for (std::size_t tried = 0; tried < members.size(); ++tried, ++expected) {
      if (expected >= members.size()) expected = 0;
      const member& each = members[expected];
      if (each.name != key) continue;
      seen.set(expected++);
      return each.read(*this, object, each.rules);
    }
    if (on_unknown_key_ == unknown_keys::ignore) return true;

    nearest_name nearest(key);
    for (const auto& each : members) nearest.consider(each.name);
    std::string message = "is not known";
    if (!nearest.found().empty()) message += "; did you mean " + quoted(nearest.found()) + "?";
    return report(problem_kind::unknown_key, std::move(message));
  });
  if (kind() != value_kind::object) return false;

  for (std::size_t i = 0; i < members.size(); ++i) {
    if (seen[i] || !members[i].is_required) continue;
    const scoped_step inside(*this, members[i].name);
    is_good = report(problem_kind::missing, "is required");
  }
  return is_good;
}

bool reader::check_text(const std::string& value, const rule_set& rules) {
  const std::size_t size = limits_length(rules) ? count_code_points(value) : 0;
  if (!has_length(size, rules)) {
    return report(problem_kind::wrong_length,
                  "must be " + asked_length(rules) + " characters long: got " + shown(size));
  }
  const auto is_allowed = [&](char c) { return is_listed(c, rules.characters); };
  if (!rules.characters.empty() && !std::ranges::all_of(value, is_allowed)) {
    return report(problem_kind::bad_characters,
                  "must have no characters but " + std::string(rules.characters));
  }
  return true;
}

bool reader::check_size(std::size_t size, const rule_set& rules) {
  if (has_length(size, rules)) return true;
  return report(problem_kind::wrong_length,
                "must have " + asked_length(rules) + " entries: got " + shown(size));
}

bool reader::check_integer(std::int64_t value, const rule_set& rules) {
  if (rules.range == range_kind::none) return true;
  if (value >= rules.min_integer && value <= rules.max_integer) return true;
  return report_range(shown(rules.min_integer), rules.min_integer != lowest,
                      shown(rules.max_integer), rules.max_integer != highest, shown(value));
}

bool reader::check_unsigned(std::uint64_t value, const rule_set& rules) {
  if (rules.range == range_kind::none) return true;
  if (std::cmp_greater_equal(value, rules.min_integer) &&
      (rules.max_integer == highest || std::cmp_less_equal(value, rules.max_integer))) {
    return true;
  }
  return report_range(shown(rules.min_integer), rules.min_integer != lowest,
                      shown(rules.max_integer), rules.max_integer != highest, shown(value));
}

bool reader::check_real(double value, const rule_set& rules) {
  if (rules.range == range_kind::none) return true;
  if (value >= rules.min_real && value <= rules.max_real) return true;
  return report_range(shown(rules.min_real), std::isfinite(rules.min_real), shown(rules.max_real),
                      std::isfinite(rules.max_real), shown(value));
}

bool reader::check_duration(std::chrono::nanoseconds value, const rule_set& rules) {
  if (rules.range == range_kind::none) return true;
  if (value.count() >= rules.min_integer && value.count() <= rules.max_integer) return true;
  return report_range(format_duration(duration(rules.min_integer)), rules.min_integer != lowest,
                      format_duration(duration(rules.max_integer)), rules.max_integer != highest,
                      format_duration(value));
}

bool reader::report_range(const std::string& min, bool has_min, const std::string& max,
                          bool has_max, const std::string& got) {
  std::string message = within(min, max);
  if (!has_min) message = "must be at most " + max;
  if (!has_max) message = "must be at least " + min;
  return report(problem_kind::out_of_range, message + ": got " + got);
}

}  // namespace leat::model
