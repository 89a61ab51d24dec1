// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace cli {

/// Makes text of a peer safe to show on a terminal: what would move the cursor or talk to the
/// terminal is shown as `\x1b`, so that an answer cannot pass for something that we said. Line
/// feeds and tabs stay.
class visible_text {
 public:
  /// What `piece` looks like behind the pieces before it.
  [[nodiscard]] std::string show(std::string_view piece);
  /// What is left at the end: half a character.
  [[nodiscard]] std::string finish();

  /// The same for a text in one piece that has to stay on one line.
  [[nodiscard]] static std::string on_one_line(std::string_view text);

 private:
  // The first byte of U+0080 to U+00BF has come; the first half of them are control characters.
  bool has_lead_ = false;
};

/// Hides the values of query parameters whose names sound like secrets, in a URL or wherever in a
/// text a URL stands: `/a?api_key=[secure]&b=1`.
[[nodiscard]] std::string hide_secret_parameters(std::string_view text);

/// Whether what has this name, a field or a parameter, sounds like a secret.
[[nodiscard]] bool sounds_secret(std::string_view name);

/// A field as it is shown: `authorization: Basic [secure]`. Escaped, on one line.
[[nodiscard]] std::string shown_field(std::string_view name, std::string_view value);

}  // namespace cli
