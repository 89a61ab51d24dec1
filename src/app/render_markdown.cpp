// SPDX-License-Identifier: MIT
#include <string>

#include "app/rendering.hpp"

namespace leat::app {
namespace {

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

class markdown_renderer {
 public:
  void render(const document& what, std::size_t depth) {
    for (const auto& [key, value] : what.members) {
      begin_item(depth);
      text += " **" + markdown_text(key) + "**:";
      render_value(value, depth);
    }
    for (const auto& each : what.elements) {
      begin_item(depth);
      render_value(each, depth);
    }
  }

  std::string text;

 private:
  void begin_item(std::size_t depth) { text.append(2 * depth, ' ').append("-"); }

  void render_value(const document& value, std::size_t depth) {
    if (value.is_container() && !value.is_empty()) {
      text += '\n';
      return render(value, depth + 1);
    }
    const std::string shown = value.is_container() ? "(none)" : markdown_text(plain_scalar(value));
    if (!shown.empty()) text += ' ' + shown;
    text += '\n';
  }
};

}  // namespace

std::string markdown_text(std::string_view utf8) {
  constexpr std::string_view markup = "\\`*[]<>&|#~";
  const std::string shown = visible(utf8);
  std::string made;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    // An underscore within a word marks nothing.
    const bool is_within =
        i > 0 && i + 1 < shown.size() && is_word(shown[i - 1]) && is_word(shown[i + 1]);
    if (markup.find(shown[i]) != markup.npos || (shown[i] == '_' && !is_within)) made += '\\';
    made += shown[i];
  }
  return made;
}

std::string render_markdown(const document& what) {
  markdown_renderer made;
  if (what.is_container()) {
    made.render(what, 0);
  } else {
    made.text = markdown_text(plain_scalar(what)) + '\n';
  }
  return std::move(made.text);
}

}  // namespace leat::app
