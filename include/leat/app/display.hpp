// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "leat/app/environment.hpp"
#include "leat/app/presentation.hpp"
#include "leat/base/memory.hpp"
#include "leat/model/codec.hpp"

namespace leat::app {

/// What a program is given by whoever starts it, for what it has to say.
enum class output_stream : std::uint8_t { standard_output, standard_error };

/// The streams of a process. An interface, so that tests read what a program says. Its functions
/// block, and are called on a thread.
///
/// Errors: `output_failure`. Thread-safety: one call at a time.
class console {
 public:
  console() = default;
  console(const console&) = delete;
  console& operator=(const console&) = delete;
  virtual ~console() = default;

  /// All of it.
  virtual void write(output_stream to, std::string_view text) = 0;

  /// A file, from its beginning; the folders above it are made. What is there is replaced.
  virtual void begin_file(const std::string& path) = 0;
  /// At the end of a file that was begun.
  virtual void append_to_file(const std::string& path, std::string_view text) = 0;

  /// Does not block.
  [[nodiscard]] virtual bool is_terminal(output_stream which) const = 0;
};

/// That of this process.
[[nodiscard]] std::shared_ptr<console> process_console();

/// How and where results are shown.
struct display_options {
  app::presentation presentation = presentation::plain;
  bool is_compact = false;            ///< JSON without white space.
  bool colorize = true;               ///< Unless NO_COLOR is set, or there is no terminal.
  bool assume_rich_terminal = false;  ///< Whatever the target is, it shows colours.
  std::string target_file{};          ///< Instead of a stream; its folders are made.
  output_stream target_stream = output_stream::standard_output;
};

/// Whether colours are shown: what `colorize` says if a rich terminal is assumed; otherwise not
/// without `colorize`, not if NO_COLOR is set to anything, and only on a terminal.
[[nodiscard]] bool determine_colorization(const display_options& options, bool is_terminal,
                                          const environment& variables);

}  // namespace leat::app

/// "stdout" and "stderr".
template <>
struct leat::model::codec<leat::app::output_stream> {
  static bool read(reader& in, leat::app::output_stream& to);
  static void write(writer& out, leat::app::output_stream value);
  static value_form form();
};
