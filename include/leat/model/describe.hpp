// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>

#include "leat/model/codec.hpp"
#include "leat/model/rules.hpp"

/// Structs described with BOOST_DESCRIBE_STRUCT are objects, enums described with
/// BOOST_DESCRIBE_ENUM are strings. Include this header where a type is described; the
/// description stands right behind the type, in its namespace:
///
///     struct point { int x = 0; int y = 0; };
///     BOOST_DESCRIBE_STRUCT(point, (), (x, y))
///
/// What else is asked of the members stands beside it too: leat/model/rules.hpp.
namespace leat::model {

template <class Value>
concept described_struct =
    std::is_class_v<Value> && boost::describe::has_describe_members<Value>::value;

template <class Value>
concept described_enum =
    std::is_enum_v<Value> && boost::describe::has_describe_enumerators<Value>::value;

namespace detail {

template <class Value>
inline constexpr bool is_optional = false;
template <class Value>
inline constexpr bool is_optional<std::optional<Value>> = true;

template <class Value>
[[nodiscard]] bool check(reader& in, const Value& value, const rule_set& rules) {
  if constexpr (is_optional<Value>) {
    return !value || check(in, *value, rules);
  } else if constexpr (std::is_same_v<Value, std::string>) {
    return in.check_text(value, rules);
  } else if constexpr (rules::detail::is_duration<Value>) {
    return in.check_duration(value, rules);
  } else if constexpr (std::is_floating_point_v<Value>) {
    return in.check_real(value, rules);
  } else if constexpr (integer<Value> && std::is_signed_v<Value>) {
    return in.check_integer(value, rules);
  } else if constexpr (integer<Value>) {
    return in.check_unsigned(value, rules);
  } else if constexpr (requires { value.size(); }) {
    return in.check_size(value.size(), rules);
  } else {
    return true;
  }
}

template <class Struct, auto Member>
bool read_member(reader& in, void* object, const rule_set& rules) {
  auto& to = static_cast<Struct*>(object)->*Member;
  return codec<std::remove_reference_t<decltype(to)>>::read(in, to) && check(in, to, rules);
}

template <class Struct, auto Member>
void write_member(writer& out, const void* object, const member& self) {
  const auto& value = static_cast<const Struct*>(object)->*Member;
  using type = std::remove_cvref_t<decltype(value)>;
  if constexpr (is_optional<type>) {
    if (!value && !self.rules.writes_null) return;
  }
  out.member_key(self.name);
  codec<type>::write(out, value);
}

template <class Struct>
consteval auto rules_of() {
  if constexpr (requires { leat_rules(static_cast<const Struct*>(nullptr)); }) {
    return leat_rules(static_cast<const Struct*>(nullptr));
  } else {
    return rules::list();
  }
}

template <class Struct, class Description, class List>
consteval member make_member(const List& list) {
  using type = std::remove_cvref_t<decltype(static_cast<Struct*>(nullptr)->*Description::pointer)>;
  member made{Description::name,
              &read_member<Struct, Description::pointer>,
              &write_member<Struct, Description::pointer>,
              &form_of<type>,
              {},
              true};
  for (const auto& each : list.members) {
    if (each.member == &rules::detail::member_tag<Description::pointer>) made.rules = each.values;
  }
  if (!made.rules.name.empty()) made.name = made.rules.name;
  made.is_required = !is_optional<type> && !list.are_all_defaulted && !made.rules.is_defaulted;
  return made;
}

template <class Struct, template <class...> class List, class... Descriptions>
consteval auto make_members(List<Descriptions...>) {
  constexpr auto list = rules_of<Struct>();
  for (const auto& each : list.members) {
    if (((each.member != &rules::detail::member_tag<Descriptions::pointer>) && ...)) {
      throw "leat_rules() has a field that is not a described member of the struct";
    }
  }
  const std::array<member, sizeof...(Descriptions)> made{
      make_member<Struct, Descriptions>(list)...};
  for (std::size_t a = 0; a < made.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (made[a].name == made[b].name) throw "two members have the same name in documents";
    }
  }
  return made;
}

template <template <class...> class List, class... Descriptions>
consteval auto make_enumerators(List<Descriptions...>) {
  return std::array<enumerator, sizeof...(Descriptions)>{
      enumerator{Descriptions::name, static_cast<std::int64_t>(Descriptions::value)}...};
}

}  // namespace detail

/// The members of a described struct, those of its described bases first.
template <described_struct Struct>
inline constexpr auto members_of = detail::make_members<Struct>(
    boost::describe::describe_members<Struct, boost::describe::mod_public |
                                                  boost::describe::mod_inherited>());

/// The enumerators of a described enum.
template <described_enum Enum>
inline constexpr auto enumerators_of =
    detail::make_enumerators(boost::describe::describe_enumerators<Enum>());

template <described_struct Struct>
struct codec<Struct> {
  static bool read(reader& in, Struct& to) { return in.read_structure(&to, members_of<Struct>); }
  static void write(writer& out, const Struct& value) { out.structure(&value, members_of<Struct>); }
  static value_form form() { return {.kind = form_kind::object, .members = members_of<Struct>}; }
};

template <described_enum Enum>
struct codec<Enum> {
  static bool read(reader& in, Enum& to) {
    std::int64_t value = 0;
    if (!in.read_enumerator(value, enumerators_of<Enum>)) return false;
    to = static_cast<Enum>(value);
    return true;
  }
  static void write(writer& out, Enum value) {
    out.enumerator_name(static_cast<std::int64_t>(value), enumerators_of<Enum>);
  }
  static value_form form() { return {.kind = form_kind::name, .names = enumerators_of<Enum>}; }
};

}  // namespace leat::model
