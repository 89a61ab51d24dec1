// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace leat::log {

/// Appends `text` so that it is valid UTF-8 on one line and moves no cursor: control
/// characters (C0, DEL, C1) and line separators are escaped, as are quotation marks and
/// backslashes; what is not UTF-8 is replaced by U+FFFD. The result stands between quotation
/// marks in JSON as in plain text.
void append_escaped(std::string& to, std::string_view text);

/// The same for text that stands without quotation marks, which need no escape then.
void append_escaped_bare(std::string& to, std::string_view text);

}  // namespace leat::log
