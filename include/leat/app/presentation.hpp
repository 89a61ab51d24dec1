// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include "leat/model/codec.hpp"

namespace leat::app {

/// How a value is shown.
enum class presentation : std::uint8_t {
  plain,     ///< For people: a line for each value, indented.
  rich,      ///< The same with colours, where colours are wanted.
  json,      ///< RFC 8259; UTF-8 is not escaped.
  toml,      ///< TOML 1.0. What is no table is shown as `value`; what is null is left out.
  markdown,  ///< A list of lists.
};

struct rendering {
  app::presentation presentation = presentation::plain;
  bool is_compact = false;   ///< JSON without white space, instead of two spaces for each level.
  bool has_colours = false;  ///< For `rich`: escape sequences of terminals (ANSI SGR).
};

namespace detail {

[[nodiscard]] std::string render(model::detail::function_ref<void(model::writer&)> write,
                                 const rendering& how);

}  // namespace detail

/// Shows a value of a described type, or of any type that a `model::codec` writes; ends with a
/// line feed. What is for people has no control character of the value in it, the others escape
/// what their grammar asks for. Bytes that are no UTF-8 become U+FFFD; a `secret` is "[redacted]".
/// Errors: those of a codec of your own.
template <class Value>
[[nodiscard]] std::string render(const Value& value, const rendering& how = {}) {
  return detail::render([&value](model::writer& out) { model::codec<Value>::write(out, value); },
                        how);
}

/// Shows an error. As a document it is an object with
///
/// - `class` and `fqclass`, its name without and with its namespaces;
/// - `message`, what it says, and `cause`, where the system or a library below said more;
/// - what its `details()` are, such as `problems` with key, file and line;
/// - `errors`, if it carries others, each of them such an object.
///
/// For people it is the message with the name behind it, and a line for each problem or error in
/// it; in Markdown `[**leat::app::file_locate_failure**] message`, and the same below. What is no
/// `leat::error` has its class and `what()`. It never throws for what an error says.
[[nodiscard]] std::string render_error(const std::exception& what, const rendering& how = {});
[[nodiscard]] std::string render_error(const std::exception_ptr& what, const rendering& how = {});

}  // namespace leat::app

template <>
struct leat::model::codec<leat::app::presentation> {
  static bool read(reader& in, leat::app::presentation& to);
  static void write(writer& out, leat::app::presentation value);
  static value_form form();
};
