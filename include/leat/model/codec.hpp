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
#include <vector>

#include "leat/base/chrono.hpp"
#include "leat/model/duration.hpp"
#include "leat/model/ordered_map.hpp"
#include "leat/model/reader.hpp"
#include "leat/model/writer.hpp"

namespace leat::model {

/// How a type is read from and written to a document. Specialise it for a type of your own:
///
///     template <>
///     struct leat::model::codec<user_id> {
///       static bool read(reader& in, user_id& to);
///       static void write(writer& out, const user_id& value);
///     };
///
/// `read` returns whether it filled `to`; if not, it has reported why. Either function may
/// be left out for a type that only goes one way. `static value_form form()` may say what
/// values look like.
template <class Value>
struct codec {
  static_assert(!std::is_same_v<Value, Value>,
                "model: no form for this type: describe it with BOOST_DESCRIBE_STRUCT or "
                "BOOST_DESCRIBE_ENUM and include leat/model/describe.hpp, or specialise "
                "leat::model::codec");
};

/// What values of a type look like in documents.
template <class Value>
[[nodiscard]] value_form form_of() {
  if constexpr (requires { codec<Value>::form(); }) {
    return codec<Value>::form();
  } else {
    return {};
  }
}

/// An integer, as opposed to a truth value or a character.
template <class Value>
concept integer =
    std::integral<Value> && !std::same_as<Value, bool> && !std::same_as<Value, char> &&
    !std::same_as<Value, wchar_t> && !std::same_as<Value, char8_t> &&
    !std::same_as<Value, char16_t> && !std::same_as<Value, char32_t>;

template <>
struct codec<bool> {
  static bool read(reader& in, bool& to) { return in.read_boolean(to); }
  static void write(writer& out, bool value) { out.boolean(value); }
  static value_form form() { return {.kind = form_kind::boolean}; }
};

template <integer Value>
struct codec<Value> {
  using limits = std::numeric_limits<Value>;

  static bool read(reader& in, Value& to) {
    if constexpr (std::is_signed_v<Value>) {
      std::int64_t wide = 0;
      if (!in.read_integer(wide, limits::min(), limits::max())) return false;
      to = static_cast<Value>(wide);
    } else {
      std::uint64_t wide = 0;
      if (!in.read_unsigned(wide, limits::max())) return false;
      to = static_cast<Value>(wide);
    }
    return true;
  }
  static void write(writer& out, Value value) {
    if constexpr (std::is_signed_v<Value>) {
      out.integer(value);
    } else {
      out.unsigned_integer(value);
    }
  }
  static value_form form() { return {.kind = form_kind::integer}; }
};

template <>
struct codec<double> {
  static bool read(reader& in, double& to) { return in.read_number(to); }
  static void write(writer& out, double value) { out.number(value); }
  static value_form form() { return {.kind = form_kind::number}; }
};

template <>
struct codec<std::string> {
  static bool read(reader& in, std::string& to) { return in.read_string(to); }
  static void write(writer& out, const std::string& value) { out.string(value); }
  static value_form form() { return {.kind = form_kind::text}; }
};

/// A view can be written, but it cannot own what is read.
template <>
struct codec<std::string_view> {
  static void write(writer& out, std::string_view value) { out.string(value); }
  static value_form form() { return {.kind = form_kind::text}; }
};

template <>
struct codec<json_text> {
  static bool read(reader& in, json_text& to) { return in.read_json(to); }
  static void write(writer& out, const json_text& value) { out.json(value); }
};

/// A length of time: read from a number of seconds or from text as `parse_duration()` takes
/// it, written as such text. It must be a whole number of the type's ticks and not negative.
template <std::integral Rep, class Period>
struct codec<std::chrono::duration<Rep, Period>> {
  using value_type = std::chrono::duration<Rep, Period>;
  static_assert(std::ratio_greater_equal_v<Period, std::nano>,
                "model: a length of time is counted in nanoseconds at the finest");

  static bool read(reader& in, value_type& to) {
    std::chrono::nanoseconds exact{};
    if (!in.read_duration(exact, tick, max)) return false;
    to = std::chrono::duration_cast<value_type>(exact);
    return true;
  }
  static void write(writer& out, value_type value) { out.string(format_duration(value)); }
  static value_form form() { return {.kind = form_kind::time}; }

 private:
  static constexpr std::chrono::nanoseconds tick{value_type{1}};
  static constexpr std::int64_t max_ticks = std::chrono::nanoseconds::max().count() / tick.count();
  static constexpr std::chrono::nanoseconds max{
      std::cmp_less(max_ticks, std::numeric_limits<Rep>::max())
          ? std::chrono::nanoseconds::max()
          : tick * static_cast<std::int64_t>(std::numeric_limits<Rep>::max())};
};

/// Empty is `null`; a member that is empty may also be absent.
template <class Value>
struct codec<std::optional<Value>> {
  static bool read(reader& in, std::optional<Value>& to) {
    to.reset();
    if (in.is_null()) return true;
    Value value{};
    if (!codec<Value>::read(in, value)) return false;
    to = std::move(value);
    return true;
  }
  static void write(writer& out, const std::optional<Value>& value) {
    if (value) {
      codec<Value>::write(out, *value);
    } else {
      out.null();
    }
  }
  static value_form form() {
    value_form made = form_of<Value>();
    made.is_optional = true;
    return made;
  }
};

template <class Value>
struct codec<std::vector<Value>> {
  static bool read(reader& in, std::vector<Value>& to) {
    to.clear();
    return in.read_array([&] {
      Value element{};
      if (!codec<Value>::read(in, element)) return false;
      to.push_back(std::move(element));
      return true;
    });
  }
  static void write(writer& out, const std::vector<Value>& value) {
    out.begin_array();
    for (const auto& element : value) codec<Value>::write(out, element);
    out.end_array();
  }
  static value_form form() { return {.kind = form_kind::array, .element = &form_of<Value>}; }
};

/// Exactly `Size` elements.
template <class Value, std::size_t Size>
struct codec<std::array<Value, Size>> {
  static bool read(reader& in, std::array<Value, Size>& to) {
    std::size_t count = 0;
    const bool is_good = in.read_array([&] {
      const std::size_t index = count++;
      return index >= Size || codec<Value>::read(in, to[index]);
    });
    return is_good && in.check_size(count, {.min_length = Size, .max_length = Size});
  }
  static void write(writer& out, const std::array<Value, Size>& value) {
    out.begin_array();
    for (const auto& element : value) codec<Value>::write(out, element);
    out.end_array();
  }
  static value_form form() { return {.kind = form_kind::array, .element = &form_of<Value>}; }
};

/// A map of the standard library from texts, such as `std::map<std::string, int>`. Found by what it
/// can do, so that only who has one includes it.
template <class Map>
concept text_map = std::same_as<typename Map::key_type, std::string> &&
                   requires(Map& map, std::string key, typename Map::mapped_type value) {
                     map.clear();
                     map.insert_or_assign(std::move(key), std::move(value));
                   };

/// Written in the order of the map.
template <text_map Map>
struct codec<Map> {
  using mapped = typename Map::mapped_type;

  static bool read(reader& in, Map& to) {
    to.clear();
    return in.read_object([&](std::string_view key) {
      mapped value{};
      if (!codec<mapped>::read(in, value)) return false;
      to.insert_or_assign(std::string(key), std::move(value));
      return true;
    });
  }
  static void write(writer& out, const Map& value) {
    out.begin_object();
    for (const auto& [key, each] : value) {
      out.key(key);
      codec<mapped>::write(out, each);
    }
    out.end_object();
  }
  static value_form form() { return {.kind = form_kind::map, .element = &form_of<mapped>}; }
};

template <class Value>
struct codec<ordered_map<Value>> {
  static bool read(reader& in, ordered_map<Value>& to) {
    to.clear();
    return in.read_object([&](std::string_view key) {
      Value value{};
      if (!codec<Value>::read(in, value)) return false;
      to.append_new(std::string(key)) = std::move(value);
      return true;
    });
  }
  static void write(writer& out, const ordered_map<Value>& value) {
    out.begin_object();
    for (const auto& [key, each] : value) {
      out.key(key);
      codec<Value>::write(out, each);
    }
    out.end_object();
  }
  static value_form form() { return {.kind = form_kind::map, .element = &form_of<Value>}; }
};

}  // namespace leat::model
