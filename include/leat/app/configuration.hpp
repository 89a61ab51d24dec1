// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/app/address.hpp"
#include "leat/app/environment.hpp"
#include "leat/app/error.hpp"
#include "leat/base/memory.hpp"
#include "leat/model/codec.hpp"

namespace leat::app {

/// What a value of a configuration is. There is no null.
enum class configuration_kind : std::uint8_t {
  table,
  array,
  string,
  integer,
  real,
  boolean,
  date_time,  ///< A date, a time, or both, as its text.
};

/// Where a value comes from.
struct origin {
  enum class source_kind : std::uint8_t { code, text, file, environment, command_line };

  source_kind kind = source_kind::code;
  /// The file's path, "environment variable DEMO_CONFIG_PORT", "option --port", or what code says;
  /// may be empty.
  std::string source{};
  std::size_t line = 0;  ///< Counted from 1; 0 where there is none.
  std::size_t column = 0;
};

/// A setting or a tree of settings: the values of TOML, each of which knows where it comes from.
/// Immutable in depth; what differs is another one, which shares what is equal.
///
/// Copying is cheap. Equal if kinds and values are, wherever they come from and in whatever
/// order tables have their keys.
/// Thread-safety: any thread may use one.
class configuration {
 public:
  using entry = std::pair<std::string, configuration>;

  /// An empty table.
  configuration();
  template <std::same_as<bool> Boolean>
  configuration(Boolean value) : configuration(from_boolean(value)) {}  // NOLINT: stands for it
  configuration(double value);       // NOLINT: stands for the value
  configuration(std::string value);  // NOLINT: stands for the value
  configuration(const char* value) : configuration(std::string(value)) {}       // NOLINT: as above
  configuration(std::string_view value) : configuration(std::string(value)) {}  // NOLINT: as above
  template <class Integer>
    requires(model::integer<Integer> && sizeof(Integer) <= sizeof(std::int64_t) &&
             (std::signed_integral<Integer> || sizeof(Integer) < sizeof(std::int64_t)))
  configuration(Integer value) : configuration(from_integer(value)) {}  // NOLINT: as above

  /// Of two entries with one key the last counts.
  [[nodiscard]] static configuration table(std::vector<entry> entries);
  [[nodiscard]] static configuration array(std::vector<configuration> elements);
  /// `text` as TOML spells it; not checked.
  [[nodiscard]] static configuration date_time(std::string text);

  /// Reads a TOML text. Values say that they come from the file `source_name`, or where that
  /// is empty, from a text.
  /// Errors: `invalid_configuration`, with line and column.
  [[nodiscard]] static configuration parse(std::string_view toml,
                                           std::string_view source_name = {});

  [[nodiscard]] configuration_kind kind() const noexcept;
  [[nodiscard]] const app::origin& origin() const noexcept;

  /// Its value; `invalid_argument` if it is of another kind.
  [[nodiscard]] bool as_boolean() const;
  [[nodiscard]] std::int64_t as_integer() const;
  /// Of an integer too.
  [[nodiscard]] double as_real() const;
  /// The text of a string, of a date or time, or of any value that a variable gave.
  [[nodiscard]] const std::string& as_string() const;

  /// What is in a table, in the order of its file; empty for any other value.
  [[nodiscard]] const std::vector<entry>& entries() const noexcept;
  /// What is in an array; empty for any other value.
  [[nodiscard]] const std::vector<configuration>& elements() const noexcept;

  /// The value at an address below; null if it is not there.
  /// Lifetime: as long as this.
  [[nodiscard]] const configuration* find(const address& where) const noexcept;
  [[nodiscard]] bool contains(const address& where) const noexcept {
    return find(where) != nullptr;
  }
  /// The same. Errors: `address_locate_failure`, naming the part that is missing or no table.
  [[nodiscard]] const configuration& at(const address& where) const;

  /// With another value at an address; tables on the way are made.
  /// Errors: `address_locate_failure` if a value on the way is no table.
  [[nodiscard]] configuration with(const address& where, configuration value) const;
  /// Without the value at an address. Errors: `address_locate_failure` if it is not there.
  [[nodiscard]] configuration without(const address& where) const;

  /// Tables of both become one, in depth; anything else of `over` replaces what is here.
  [[nodiscard]] configuration merged_with(const configuration& over) const;

  /// The same value from somewhere else, and all values in it.
  [[nodiscard]] configuration with_origin(app::origin from) const;

  /// Fills a described struct, or any type that a `model::codec` reads, from the value at an
  /// address; nothing there is an empty table. At the root, the keys `includes`, `locations`
  /// and `inscription` are skipped, which belong to `app`.
  ///
  /// A value that a variable gave is a string to whoever wants one, and a number or truth value
  /// to whoever wants that. A `secret` may not refer to elsewhere here; `globals::settings`
  /// is for that.
  /// Errors: `invalid_configuration` with every key that is unknown, missing or does not fit, and
  /// the file, line or variable it comes from; `address_locate_failure`.
  template <class Value>
  [[nodiscard]] Value to(const address& where = {}) const {
    Value value{};
    read(where, nullptr,
         [&](model::reader& in) { static_cast<void>(model::codec<Value>::read(in, value)); });
    return value;
  }

  /// The same, with secrets looked up in `secrets` and in files, which blocks: on a loop use
  /// `globals::settings`.
  template <class Value>
  [[nodiscard]] Value to(const address& where, const environment& secrets) const {
    Value value{};
    read(where, &secrets,
         [&](model::reader& in) { static_cast<void>(model::codec<Value>::read(in, value)); });
    return value;
  }

  /// The same into a value that has its defaults already.
  template <class Value>
  void read_into(Value& to, const address& where = {}) const {
    read(where, nullptr,
         [&](model::reader& in) { static_cast<void>(model::codec<Value>::read(in, to)); });
  }

  friend bool operator==(const configuration& a, const configuration& b) noexcept;

 private:
  friend class configuration_parts;
  struct node;

  explicit configuration(std::shared_ptr<const node> what) noexcept : node_(std::move(what)) {}
  // A plain constructor from bool would take pointers.
  [[nodiscard]] static configuration from_boolean(bool value);
  [[nodiscard]] static configuration from_integer(std::int64_t value);
  void read(const address& where, const environment* secrets,
            model::detail::function_ref<void(model::reader&)> fill) const;

  std::shared_ptr<const node> node_;
};

}  // namespace leat::app

/// Written for people: what has a key that logs hide (`log::default_redacted_keys()`) is
/// "[redacted]", unless it says where a secret is (`env:`, `file:`) or is a table. A number that
/// JSON cannot say is a string.
template <>
struct leat::model::codec<leat::app::configuration> {
  static void write(writer& out, const leat::app::configuration& value);
};
