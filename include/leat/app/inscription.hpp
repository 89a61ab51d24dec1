// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "leat/base/function.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/task.hpp"
#include "leat/log/level.hpp"
#include "leat/log/logger.hpp"
#include "leat/log/presentation.hpp"
#include "leat/log/sink.hpp"
#include "leat/model/codec.hpp"

namespace leat::app {

/// How a program logs, once everything that may say so was asked.
struct inscription {
  log::level level = log::level::info;
  log::presentation presentation = log::presentation::plain;
  /// Instead of `presentation`: `rich` where it goes to a terminal, `json` otherwise. What the
  /// configuration says wins.
  bool chooses_presentation = false;
  /// Of `rich`; `log::colours::always` for whoever knows that a terminal is behind it.
  log::colours colours = log::colours::automatic;
  /// Where it goes; standard error, if there is none. A file is made with the folders above it.
  std::optional<log::sink> target{};
  /// Whether what is queued is written before a fault ends the program (`log::flush_on_crash`). A
  /// process has room for one that does.
  bool flushes_on_crash = false;
};

/// Makes the logger of a program and registers on `exits` what has to end with it.
using inscriber =
    std::function<task<log::logger>(const inscription& how, std::string name, exit_stack& exits)>;

/// A `log::backend` of its own that writes to standard error off the loop; the stack flushes it on
/// a thread and then ends it.
/// Cancellation: safe.
[[nodiscard]] task<log::logger> inscribe_to_stderr(const inscription& how, std::string name,
                                                   exit_stack& exits);

/// The same to `how.target`. A file is opened on a thread, and closed when the stack has unwound.
/// Cancellation: safe.
/// Errors: `log::sink_error`; `invalid_argument` for a rotation that is out of bounds, or for a
/// second one that flushes on a crash.
[[nodiscard]] task<log::logger> inscribe_to_target(const inscription& how, std::string name,
                                                   exit_stack& exits);
/// The same to another sink.
/// Cancellation: safe.
[[nodiscard]] task<log::logger> inscribe_to_sink(log::sink where, const inscription& how,
                                                 std::string name, exit_stack& exits);

}  // namespace leat::app

/// The words of `log::parse_level`: "info", also in capitals.
template <>
struct leat::model::codec<leat::log::level> {
  static bool read(reader& in, leat::log::level& to);
  static void write(writer& out, leat::log::level value);
  static value_form form();
};

/// The words of `log::parse_presentation`: "json", also in capitals.
template <>
struct leat::model::codec<leat::log::presentation> {
  static bool read(reader& in, leat::log::presentation& to);
  static void write(writer& out, leat::log::presentation value);
  static value_form form();
};
