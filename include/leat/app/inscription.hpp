// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include "leat/coro/exit_stack.hpp"
#include "leat/coro/task.hpp"
#include "leat/log/level.hpp"
#include "leat/log/logger.hpp"
#include "leat/log/presentation.hpp"

namespace leat::log {
class sink;
}

namespace leat::app {

/// How a program logs, once everything that may say so was asked.
struct inscription {
  log::level level = log::level::info;
  log::presentation presentation = log::presentation::plain;
};

/// Makes the logger of a program and registers on `exits` what has to end with it.
using inscriber =
    std::function<task<log::logger>(const inscription& how, std::string name, exit_stack& exits)>;

/// A `log::backend` of its own that writes to standard error off the loop; the stack flushes it on
/// a thread and then ends it.
/// Cancellation: safe.
[[nodiscard]] task<log::logger> inscribe_to_stderr(const inscription& how, std::string name,
                                                   exit_stack& exits);

/// The same to another sink.
/// Cancellation: safe.
[[nodiscard]] task<log::logger> inscribe_to_sink(log::sink where, const inscription& how,
                                                 std::string name, exit_stack& exits);

}  // namespace leat::app
