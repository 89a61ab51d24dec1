// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "app/rendering.hpp"
#include "app/text.hpp"

namespace leat::app {
namespace {

using kind_t = document::kind_t;

bool is_table(const document& value) noexcept {
  return value.kind == kind_t::object;
}

bool is_array_of_tables(const document& value) noexcept {
  return value.kind == kind_t::array && !value.elements.empty() &&
         std::ranges::all_of(value.elements, is_table);
}

std::string real(const document& value) {
  std::string text = plain_scalar(value);
  // Without a point or an exponent TOML reads an integer.
  if (std::isfinite(value.real) && text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}

std::string inline_value(const document& value) {
  switch (value.kind) {
    case kind_t::text: return toml_string(value.text);
    case kind_t::real: return real(value);
    case kind_t::unsigned_integer: {
      const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      // TOML's integers have 63 bits and a sign.
      return value.unsigned_integer > most ? toml_string(plain_scalar(value)) : plain_scalar(value);
    }
    case kind_t::array: {
      std::string text = "[";
      for (const auto& each : value.elements) {
        if (each.kind == kind_t::null) continue;
        text += (text.size() > 1 ? ", " : "") + inline_value(each);
      }
      return text + "]";
    }
    case kind_t::object: {
      std::string text = "{";
      for (const auto& [key, each] : value.members) {
        if (each.kind == kind_t::null) continue;
        text += (text.size() > 1 ? ", " : " ") + toml_key(key) + " = " + inline_value(each);
      }
      return text + (text.size() > 1 ? " }" : "}");
    }
    case kind_t::null:
    case kind_t::boolean:
    case kind_t::integer: break;
  }
  return plain_scalar(value);
}

class toml_renderer {
 public:
  void render(const document& table, const std::string& path) {
    for (const auto& [key, value] : table.members) {
      if (value.kind == kind_t::null || is_table(value) || is_array_of_tables(value)) continue;
      text += toml_key(key) + " = " + inline_value(value) + "\n";
    }
    // Behind a header everything belongs to its table, so they come last.
    for (const auto& [key, value] : table.members) {
      const std::string below = path.empty() ? toml_key(key) : path + "." + toml_key(key);
      if (is_table(value)) {
        render_table("[" + below + "]", value, below);
      } else if (is_array_of_tables(value)) {
        for (const auto& each : value.elements) render_table("[[" + below + "]]", each, below);
      }
    }
  }

  std::string text;

 private:
  void render_table(const std::string& header, const document& table, const std::string& path) {
    text += (text.empty() ? "" : "\n") + header + "\n";
    render(table, path);
  }
};

}  // namespace

std::string render_toml(const document& what) {
  toml_renderer made;
  if (is_table(what)) {
    made.render(what, {});
  } else if (what.kind != kind_t::null) {
    document table = document::of_object();
    table.add("value", what);
    made.render(table, {});
  }
  return std::move(made.text);
}

}  // namespace leat::app
