// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <string>

#include "app/rendering.hpp"

namespace leat::app {
namespace {

using kind_t = document::kind_t;

constexpr palette colours{"\x1b[36m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[2m", "\x1b[0m"};
constexpr palette no_colours{};

void append_escape(std::string& to, unsigned code) {
  constexpr std::string_view digits = "0123456789abcdef";
  to += "\\x";
  to += digits[code >> 4U];
  to += digits[code & 0xFU];
}

class plain_renderer {
 public:
  explicit plain_renderer(bool has_colours) noexcept : colours_(palette::of(has_colours)) {}

  void render(const document& what, std::size_t depth) {
    for (const auto& [key, value] : what.members) {
      begin_line(depth);
      text.append(colours_.key).append(visible(key)).append(colours_.end).append(":");
      render_value(value, depth);
    }
    for (const auto& each : what.elements) {
      begin_line(depth);
      text += "-";
      render_value(each, depth);
    }
  }

  void render_scalar(const document& value) {
    const bool is_text = value.kind == kind_t::text;
    text.append(is_text ? colours_.text : colours_.number);
    text.append(visible(plain_scalar(value))).append(colours_.end);
  }

  std::string text;

 private:
  void begin_line(std::size_t depth) { text.append(2 * depth, ' '); }

  void render_value(const document& value, std::size_t depth) {
    if (value.is_container() && !value.is_empty()) {
      text += '\n';
      render(value, depth + 1);
      return;
    }
    const bool says_nothing =
        value.kind == kind_t::null || (value.kind == kind_t::text && value.text.empty());
    if (!says_nothing) text += ' ';
    if (value.is_container()) {
      text += "(none)";
    } else if (!says_nothing) {
      render_scalar(value);
    }
    text += '\n';
  }

  const palette& colours_;
};

}  // namespace

const palette& palette::of(bool has_colours) noexcept {
  return has_colours ? colours : no_colours;
}

std::string visible(std::string_view utf8) {
  std::string shown;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    const auto next = i + 1 < utf8.size() ? static_cast<unsigned char>(utf8[i + 1]) : 0U;
    if (byte == '\n') {
      shown += "\\n";
    } else if (byte == '\t') {
      shown += "\\t";
    } else if (byte < ' ' || byte == 0x7F) {
      append_escape(shown, byte);
    } else if (byte == 0xC2 && next < 0xA0) {
      append_escape(shown, next);  // U+0080 to U+009F, control characters as well
      ++i;
    } else {
      shown += utf8[i];
    }
  }
  return shown;
}

std::string render_plain(const document& what, bool has_colours) {
  plain_renderer made(has_colours);
  if (what.is_container()) {
    made.render(what, 0);
  } else {
    made.render_scalar(what);
    made.text += '\n';
  }
  return std::move(made.text);
}

}  // namespace leat::app
