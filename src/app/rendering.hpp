// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "leat/app/presentation.hpp"

#include "app/document.hpp"

namespace leat::app {

// Each ends with a line feed.
[[nodiscard]] std::string render_json(const document& what, bool is_compact);
[[nodiscard]] std::string render_toml(const document& what);
[[nodiscard]] std::string render_markdown(const document& what);
[[nodiscard]] std::string render_plain(const document& what, bool has_colours);

/// A text on one line that says nothing to a terminal: control characters are escaped.
[[nodiscard]] std::string visible(std::string_view utf8);

/// What Markdown would take for markup is escaped.
[[nodiscard]] std::string markdown_text(std::string_view utf8);

/// The escape sequences of a terminal, or nothing where colours are not wanted.
struct palette {
  std::string_view key;
  std::string_view text;
  std::string_view number;
  std::string_view failure;
  std::string_view quiet;
  std::string_view end;

  [[nodiscard]] static const palette& of(bool has_colours) noexcept;
};

}  // namespace leat::app
