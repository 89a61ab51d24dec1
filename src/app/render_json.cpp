// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>

#include "leat/model/json.hpp"

#include "app/rendering.hpp"

namespace leat::app {
namespace {

using kind_t = document::kind_t;

class json_renderer {
 public:
  explicit json_renderer(bool is_compact) noexcept : is_compact_(is_compact) {}

  void render(const document& what) {
    switch (what.kind) {
      case kind_t::null: text += "null"; return;
      case kind_t::text: text += model::to_json(what.text); return;
      case kind_t::array:
        begin('[');
        for (const auto& each : what.elements) {
          begin_item();
          render(each);
        }
        return end(']');
      case kind_t::object:
        begin('{');
        for (const auto& [key, value] : what.members) {
          begin_item();
          text += model::to_json(key) + (is_compact_ ? ":" : ": ");
          render(value);
        }
        return end('}');
      case kind_t::real:
        // JSON has no form for them.
        text += std::isfinite(what.real) ? plain_scalar(what) : '"' + plain_scalar(what) + '"';
        return;
      case kind_t::boolean:
      case kind_t::integer:
      case kind_t::unsigned_integer: text += plain_scalar(what); return;
    }
  }

  std::string text;

 private:
  void begin(char bracket) {
    text += bracket;
    is_first_ = true;
    ++depth_;
  }
  void begin_item() {
    if (!is_first_) text += ',';
    is_first_ = false;
    new_line();
  }
  void end(char bracket) {
    --depth_;
    if (!is_first_) new_line();
    text += bracket;
    is_first_ = false;
  }
  void new_line() {
    if (!is_compact_) text.append("\n").append(2 * depth_, ' ');
  }

  std::size_t depth_ = 0;
  bool is_compact_;
  bool is_first_ = true;
};

}  // namespace

std::string render_json(const document& what, bool is_compact) {
  json_renderer made(is_compact);
  made.render(what);
  return std::move(made.text) + '\n';
}

}  // namespace leat::app
