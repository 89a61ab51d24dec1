// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leat/base/chrono.hpp"
#include "leat/model/error.hpp"
#include "leat/model/function_ref.hpp"
#include "leat/model/json_text.hpp"
#include "leat/model/options.hpp"
#include "leat/model/rules.hpp"
#include "leat/model/value_form.hpp"
#include "leat/model/value_kind.hpp"

namespace leat::model {

class reader;
class writer;

/// One member of a described struct, for readers and writers.
struct member {
  std::string_view name;
  bool (*read)(reader& in, void* object, const rule_set& rules);
  void (*write)(writer& out, const void* object, const member& self);
  value_form (*form)();
  rule_set rules;
  bool is_required;
};

/// One enumerator of a described enum.
struct enumerator {
  std::string_view name;
  std::int64_t value;
};

/// A number as the document spells it.
struct number_value {
  enum class form : std::uint8_t {
    negative,      ///< An integer below zero, in `integer`.
    non_negative,  ///< An integer, in `unsigned_integer`.
    real,          ///< With a fraction or an exponent.
    huge,          ///< An integer that 64 bits do not hold.
    infinite,      ///< Beyond the largest double, infinite, or not a number.
  };

  form how = form::non_negative;
  std::int64_t integer = 0;
  std::uint64_t unsigned_integer = 0;
  double real = 0;  ///< The nearest double, whatever the form, unless `infinite`.
};

/// Stands on one value of a document and reads it into a type, collecting whatever does not
/// fit. What a document is made of (JSON, TOML, a row) is the backend's business.
///
/// Every `read_` function returns whether it filled `to`; if not, it has reported why.
/// Reading does not move: the functions that visit elements and members do.
///
/// Thread-safety: none. Lifetime: a reader exists only during `from_json()` and its siblings.
class reader {
 public:
  using element_visitor = detail::function_ref<bool()>;
  using member_visitor = detail::function_ref<bool(std::string_view key)>;

  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;
  virtual ~reader() = default;

  [[nodiscard]] virtual value_kind kind() const = 0;
  [[nodiscard]] bool is_null() const { return kind() == value_kind::null; }

  [[nodiscard]] bool read_boolean(bool& to);

  /// An integer without fraction or exponent, `min <= to <= max`.
  [[nodiscard]] bool read_integer(std::int64_t& to, std::int64_t min, std::int64_t max);
  [[nodiscard]] bool read_unsigned(std::uint64_t& to, std::uint64_t max);

  /// The double nearest to a number. Beyond the largest double is a problem.
  [[nodiscard]] bool read_number(double& to);
  [[nodiscard]] bool read_string(std::string& to);

  /// A number of seconds, or text as `parse_duration()` takes it: at most `max`, and a
  /// multiple of `unit`.
  [[nodiscard]] bool read_duration(std::chrono::nanoseconds& to, std::chrono::nanoseconds unit,
                                   std::chrono::nanoseconds max);

  /// The value of the enumerator that a string names.
  [[nodiscard]] bool read_enumerator(std::int64_t& to, std::span<const enumerator> names);

  /// Any value at all.
  [[nodiscard]] bool read_json(json_text& to);

  /// Text that must not be told: where the document may refer to it instead of having it in
  /// itself (configuration does), what it refers to.
  [[nodiscard]] bool read_secret(std::string& to);

  /// A number as it is spelt, for what keeps any value.
  [[nodiscard]] bool read_number(number_value& to);

  /// Where the value is.
  struct position {
    std::size_t line = 0;
    std::size_t column = 0;
    std::string_view source{};  ///< As `problem::source`.
  };
  [[nodiscard]] position place() { return where(); }

  /// Stands on each element in turn. Returns whether all visits returned true.
  [[nodiscard]] bool read_array(element_visitor visit);

  /// Stands on each member's value in turn. The key is valid during its visit.
  [[nodiscard]] bool read_object(member_visitor visit);

  /// Fills the struct at `object` through its members.
  [[nodiscard]] bool read_structure(void* object, std::span<const member> members);

  /// Checks that rules ask for; each returns whether the value passes.
  [[nodiscard]] bool check_text(const std::string& value, const rule_set& rules);
  [[nodiscard]] bool check_size(std::size_t size, const rule_set& rules);
  [[nodiscard]] bool check_integer(std::int64_t value, const rule_set& rules);
  [[nodiscard]] bool check_unsigned(std::uint64_t value, const rule_set& rules);
  [[nodiscard]] bool check_real(double value, const rule_set& rules);
  [[nodiscard]] bool check_duration(std::chrono::nanoseconds value, const rule_set& rules);

  /// Notes a problem with the value the reader stands on. Returns false, for
  /// `return in.report(...)`. The message must not repeat text of the document.
  bool report(problem_kind kind, std::string message);

 protected:
  /// How `problem::where` is spelt.
  enum class path_style : std::uint8_t { json_pointer, toml_key };

  reader(path_style style, unknown_keys on_unknown_key, std::size_t max_problems) noexcept
      : max_problems_(max_problems), style_(style), on_unknown_key_(on_unknown_key) {}

  /// Errors: `validation_error` if any problem was reported.
  void throw_if_invalid(std::string_view source);

  // What a backend provides. Each is called only on a value of its kind.
  [[nodiscard]] virtual bool boolean() = 0;
  [[nodiscard]] virtual number_value number() = 0;
  virtual void copy_string(std::string& to) = 0;
  /// Whether `copy_string()` has a text for a value of another kind: a variable says 8080 and
  /// does not know who asks.
  [[nodiscard]] virtual bool is_also_string() const { return false; }
  /// Puts what `to` refers to in its place. Returns false after reporting why.
  [[nodiscard]] virtual bool resolve_secret(std::string& to);
  /// Returns false after reporting why.
  [[nodiscard]] virtual bool copy_json(json_text& to) = 0;
  virtual void visit_elements(detail::function_ref<void()> visit) = 0;
  virtual void visit_members(detail::function_ref<void(std::string_view key)> visit) = 0;
  [[nodiscard]] virtual position where() = 0;

 private:
  /// A way down from the root, one link for each open array or object.
  struct step;
  class scoped_step;

  [[nodiscard]] bool has_string() const { return kind() == value_kind::string || is_also_string(); }
  bool report_type(std::string_view expected);
  bool report_range(const std::string& min, bool has_min, const std::string& max, bool has_max,
                    const std::string& got);
  [[nodiscard]] std::string path() const;

  std::vector<problem> problems_;
  const step* innermost_ = nullptr;
  std::size_t max_problems_;
  path_style style_;
  unknown_keys on_unknown_key_;
  bool is_complete_ = true;
};

}  // namespace leat::model
