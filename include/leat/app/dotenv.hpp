// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/app/environment.hpp"

namespace leat::app {

struct dotenv_limits {
  /// Longest text.
  std::size_t max_bytes = std::size_t{1024} * 1024;
  /// All values together, once variables have been put into them: without it, thirty lines
  /// that double a value would fill the memory.
  std::size_t max_value_bytes = std::size_t{1024} * 1024;
  /// Problems told of one text.
  std::size_t max_problems = 100;
};

/// Reads a dot-env text, and returns its variables in their order; of one that is assigned
/// twice the last counts, in its first place.
///
///     # a comment
///     export HOST=api.example   # "export" means nothing here
///     URL=https://${HOST}/${PATH_PREFIX:-v1}
///     MOTTO="two\nlines, and a quote: \""
///     KEY='taken as it is: ${HOST} \n'
///     PEM="-----BEGIN
///     a quoted value goes on over lines
///     -----END"
///
/// - A name is a letter or underscore, then letters, digits and underscores. Space around `=`
///   is skipped.
/// - A value without quotes ends with its line, or where white space and `#` begin a comment.
/// - Between single quotes only `\'` and `\\` mean something else than they say. Between double
///   quotes the escapes are `\\ \" \' \$ \a \b \f \n \r \t \v`; another backslash is itself.
/// - `${NAME}` stands for a variable, of `outer` if it is set there, or else of the lines
///   above, or else for nothing; `${NAME:-text}` for `text` if that is nothing. Not between
///   single quotes. `$` alone is itself.
/// - Lines may end in CR LF; a byte order mark is skipped.
///
/// Pure: no file and no process is looked at. `source_name` is the file's name in problems.
/// Errors: `invalid_configuration` with every line that is none of this, columns in bytes.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_dotenv(
    std::string_view text, std::string_view source_name, const environment& outer = {},
    const dotenv_limits& limits = {});

}  // namespace leat::app
