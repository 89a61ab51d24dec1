// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "leat/base/chrono.hpp"

namespace leat::model {

/// How the bounds of a range are given.
enum class range_kind : std::uint8_t { none, integer, real, time };

/// What is asked of one member beyond its type. Made by `rules::field()`; readers and
/// writers look at it.
struct rule_set {
  std::string_view name{};        ///< In documents; empty: that of the member.
  std::string_view characters{};  ///< Allowed ones; empty: any.
  std::size_t min_length = 0;
  std::size_t max_length = std::numeric_limits<std::size_t>::max();
  range_kind range = range_kind::none;
  std::int64_t min_integer = std::numeric_limits<std::int64_t>::min();  ///< Or nanoseconds.
  std::int64_t max_integer = std::numeric_limits<std::int64_t>::max();
  double min_real = -std::numeric_limits<double>::infinity();
  double max_real = std::numeric_limits<double>::infinity();
  bool is_defaulted = false;
  bool writes_null = false;

  // For those who describe documents and command lines.
  std::string_view description{};
  char letter = '\0';          ///< On a command line, as in `-p`; none: zero.
  bool is_positional = false;  ///< On a command line it has no name.
};

/// Rules of a struct stand beside it, in a function that argument-dependent lookup finds:
///
///     struct policy {
///       std::string name;
///       int priority = 0;
///       std::optional<std::string> note;
///     };
///     BOOST_DESCRIBE_STRUCT(policy, (), (name, priority, note))
///
///     consteval auto leat_rules(const policy*) {
///       using namespace leat::model::rules;
///       return list(field<&policy::name>(length(1, 64), characters("a-z0-9-")),
///                   field<&policy::priority>(range(0, 100), defaulted));
///     }
///
/// A member without rules is required, unless it is a `std::optional`. A rule that cannot
/// apply to its member does not compile. On a `std::optional` a rule applies to the value,
/// if there is one.
namespace rules {

/// One rule. Made by the functions below.
struct rule {
  enum class about : std::uint8_t {
    length,
    range,
    characters,
    name,
    presence,
    null,
    description,
    letter,
    position,
  };

  about subject;
  rule_set values;
};

/// Between `min` and `max` characters (Unicode code points) of a string, elements of an
/// array, or members of a map.
consteval rule length(std::size_t min, std::size_t max) {
  if (min > max) throw "length: min is above max";
  return {rule::about::length, {.min_length = min, .max_length = max}};
}
consteval rule min_length(std::size_t min) {
  return length(min, std::numeric_limits<std::size_t>::max());
}
consteval rule max_length(std::size_t max) {
  return length(0, max);
}

/// Between `min` and `max`, both included, for numbers.
consteval rule range(std::integral auto min, std::integral auto max) {
  if (!std::in_range<std::int64_t>(min) || !std::in_range<std::int64_t>(max)) {
    throw "range: bounds are 64-bit signed integers";
  }
  if (std::cmp_greater(min, max)) throw "range: min is above max";
  return {rule::about::range,
          {.range = range_kind::integer,
           .min_integer = static_cast<std::int64_t>(min),
           .max_integer = static_cast<std::int64_t>(max),
           .min_real = static_cast<double>(min),
           .max_real = static_cast<double>(max)}};
}
consteval rule range(double min, double max) {
  if (!(min <= max)) throw "range: min is above max";
  return {rule::about::range, {.range = range_kind::real, .min_real = min, .max_real = max}};
}

/// Between `min` and `max`, both included, for lengths of time.
consteval rule range(std::chrono::nanoseconds min, std::chrono::nanoseconds max) {
  if (min > max) throw "range: min is above max";
  return {rule::about::range,
          {.range = range_kind::time, .min_integer = min.count(), .max_integer = max.count()}};
}

/// One bound alone, included.
template <class Bound>
consteval rule at_least(Bound min) {
  rule made = range(min, min);
  made.values.max_integer = std::numeric_limits<std::int64_t>::max();
  made.values.max_real = std::numeric_limits<double>::infinity();
  return made;
}
template <class Bound>
consteval rule at_most(Bound max) {
  rule made = range(max, max);
  made.values.min_integer = std::numeric_limits<std::int64_t>::min();
  made.values.min_real = -std::numeric_limits<double>::infinity();
  return made;
}

/// Nothing but these ASCII characters in a string. `a-z` is a range; a `-` that stands first
/// or last is itself.
consteval rule characters(const char* allowed) {
  const std::string_view text(allowed);
  if (text.empty()) throw "characters: empty";
  for (const char c : text) {
    if (c < ' ' || c > '~') throw "characters: only printable ASCII can be listed";
  }
  return {rule::about::characters, {.characters = text}};
}

/// The member's name in documents, where it differs from the name in C++: UTF-8 without
/// control characters, quotation marks and backslashes.
consteval rule renamed(const char* name) {
  if (std::string_view(name).empty()) throw "renamed: empty";
  for (const char c : std::string_view(name)) {
    const bool is_ascii_control = c >= 0 && c < ' ';
    if (is_ascii_control || c == '"' || c == '\\' || c == '\x7F') {
      throw "renamed: a name has no control characters, quotation marks or backslashes";
    }
  }
  return {rule::about::name, {.name = name}};
}

/// The member may be absent, and then keeps the value its initialiser gave it.
inline constexpr rule defaulted{rule::about::presence, {.is_defaulted = true}};

/// An empty `std::optional` is written as `null`; without this rule it is left out.
inline constexpr rule null_when_empty{rule::about::null, {.writes_null = true}};

/// What the member means, for help texts and schemas. Nothing is checked.
consteval rule described(const char* text) {
  return {rule::about::description, {.description = text}};
}

/// On a command line the option has a short form too: `-p`.
consteval rule short_form(char letter) {
  const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  if (!is_letter) throw "short_form: a letter";
  return {rule::about::letter, {.letter = letter}};
}

/// On a command line the value stands alone, without a name before it.
inline constexpr rule positional{rule::about::position, {.is_positional = true}};

/// The rules of one member, ready to be found by it.
struct member_rules {
  const void* member;
  rule_set values;
};

/// Given first to `list()`: every member is `defaulted`. For settings, where the struct's
/// initialisers are the documented defaults.
struct all_defaulted_t {};
inline constexpr all_defaulted_t all_defaulted{};

/// The rules of one struct.
template <std::size_t Size>
struct rule_list {
  bool are_all_defaulted;
  std::array<member_rules, Size> members;
};

namespace detail {

/// One address for each member pointer, so that members of different types can be compared.
template <auto Member>
inline constexpr char member_tag = 0;

template <class Member>
struct member_type;
template <class Class, class Value>
struct member_type<Value Class::*> {
  using type = Value;
};

template <class Value>
struct plain {
  using type = Value;
};
template <class Value>
struct plain<std::optional<Value>> {
  using type = Value;
};

template <class Value>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

template <class Value>
consteval void check_applies(const rule& each) {
  using value = typename plain<Value>::type;
  constexpr bool is_text = std::same_as<value, std::string>;
  constexpr bool is_number = std::is_arithmetic_v<value> && !std::same_as<value, bool>;
  constexpr bool is_sized = requires(const value& v) { v.size(); };

  switch (each.subject) {
    case rule::about::length:
      if (!is_sized) throw "a length rule needs a string, an array or a map";
      break;
    case rule::about::range:
      if (each.values.range == range_kind::time) {
        if (!is_duration<value>) throw "a range of time needs a std::chrono duration";
      } else {
        if (!is_number) throw "a range of numbers needs a number";
        if (each.values.range == range_kind::real && std::is_integral_v<value>) {
          throw "the range of an integer needs integers";
        }
      }
      break;
    case rule::about::characters:
      if (!is_text) throw "a characters rule needs a string";
      break;
    case rule::about::null:
      if (std::same_as<value, Value>) throw "null_when_empty needs a std::optional";
      break;
    case rule::about::name:
    case rule::about::presence:
    case rule::about::description:
    case rule::about::letter:
    case rule::about::position: break;
  }
}

template <class Value>
consteval void raise(Value& bound, Value to) {
  if (bound < to) bound = to;
}
template <class Value>
consteval void lower(Value& bound, Value to) {
  if (to < bound) bound = to;
}

consteval void add(rule_set& to, const rule& each) {
  const rule_set& from = each.values;
  switch (each.subject) {
    case rule::about::length:
      raise(to.min_length, from.min_length);
      lower(to.max_length, from.max_length);
      break;
    case rule::about::range:
      if (to.range != range_kind::none && to.range != from.range) {
        throw "the bounds of a member are all integers or all not";
      }
      to.range = from.range;
      raise(to.min_integer, from.min_integer);
      lower(to.max_integer, from.max_integer);
      raise(to.min_real, from.min_real);
      lower(to.max_real, from.max_real);
      break;
    case rule::about::characters: to.characters = from.characters; break;
    case rule::about::name: to.name = from.name; break;
    case rule::about::presence: to.is_defaulted = true; break;
    case rule::about::null: to.writes_null = true; break;
    case rule::about::description: to.description = from.description; break;
    case rule::about::letter: to.letter = from.letter; break;
    case rule::about::position: to.is_positional = true; break;
  }
}

}  // namespace detail

/// The rules of the member that `Member` points to.
template <auto Member, std::same_as<rule>... Rules>
consteval member_rules field(Rules... rules) {
  using value = typename detail::member_type<decltype(Member)>::type;
  member_rules made{&detail::member_tag<Member>, {}};
  ((detail::check_applies<value>(rules), detail::add(made.values, rules)), ...);
  return made;
}

/// All rules of a struct, one `field()` for each member that has any.
template <std::same_as<member_rules>... Members>
consteval rule_list<sizeof...(Members)> list(Members... members) {
  return {false, {members...}};
}
template <std::same_as<member_rules>... Members>
consteval rule_list<sizeof...(Members)> list(all_defaulted_t, Members... members) {
  return {true, {members...}};
}

}  // namespace rules
}  // namespace leat::model
