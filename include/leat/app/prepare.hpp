// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/app/acquirer.hpp"
#include "leat/app/application.hpp"
#include "leat/app/directories.hpp"
#include "leat/app/distribution.hpp"
#include "leat/app/edit.hpp"
#include "leat/app/environment.hpp"
#include "leat/app/files.hpp"
#include "leat/app/globals.hpp"
#include "leat/app/inscription.hpp"
#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/task.hpp"

namespace leat::app {

/// The steps of `prepare`, in the order in which they are always taken.
enum class prepare_step : std::uint8_t {
  environment,  ///< The variables of the process, and what is laid over them.
  distribution,
  application,
  directories,
  configuration,  ///< The acquirer: main file and includes.
  dotenv,         ///< Variables from files.
  edits,
  overrides,  ///< Variables over values, templates, and the checks of all of it.
  inscription,
  report,
};

[[nodiscard]] std::string_view to_string(prepare_step step) noexcept;

/// Looks at a configuration and throws a `leat::error` if it does not like it. Called on a thread.
using configuration_check =
    std::function<void(const configuration& all, const environment& variables)>;

/// A check that a described struct can be filled from an address.
template <class Value>
[[nodiscard]] configuration_check fits(address where = {}) {
  return [where = std::move(where)](const configuration& all, const environment& variables) {
    static_cast<void>(all.to<Value>(where, variables));
  };
}

struct prepare_options {
  /// Without one it has the name of the distribution.
  std::optional<app::application> application{};

  /// Without one `search` finds it; without that it is the folder of the executable, under the
  /// name of the application.
  std::optional<app::distribution> distribution{};
  std::optional<distribution_search> search{};

  /// Without them, those of the platform.
  std::optional<app::directories> directories{};
  /// Makes all four where they are missing.
  bool makes_directories = false;

  /// Without them, those of the process.
  std::optional<environment> variables{};
  /// Laid over them.
  environment::variables overlay{};
  /// Reads dot-env files. If the distribution is a tree that somebody works in and has a `.env`,
  /// it is the only one; otherwise `.env` where the process runs, and then what
  /// `locations.environment` of the configuration names. Either may be a folder, whose files that
  /// end in `.env` are read in the order of their names, a later one over an earlier one. What is
  /// set already wins over all of them, and the first over the second.
  bool reads_dotenv = false;
  /// Whether <PREFIX>_CONFIG_... and the variables of the log's level count.
  bool obeys_variables = true;

  configuration_source source{};
  acquirer acquire = toml_acquirer{};
  std::vector<edit> edits{};
  /// Laid over everything, variables too: what a command line says.
  configuration overrides{};
  std::vector<configuration_check> checks{};

  /// What the configuration ([inscription] level, presentation, file, the file's mode, which is
  /// "append", "truncate" or "rotate", and of a file that rotates max_bytes and kept_files), then
  /// the variables <PREFIX>_LOG_LEVEL and <PREFIX>_INSCRIPTION_LEVEL, and then `overrides` may
  /// change.
  app::inscription inscription{};
  inscriber inscribe = inscribe_to_target;

  /// Without any, those of the system.
  std::shared_ptr<files> disk{};

  /// Called when a step begins.
  std::function<void(prepare_step)> observer{};
};

/// Prepares a program: finds out who it is and where it lives, reads its configuration and
/// starts its log, always in the order of `prepare_step`. All I/O is off the loop.
///
/// Whatever has to be released is registered on `exits`, which the caller owns and closes, after
/// a failure too: `co_await with_exit_stack([](exit_stack& exits) -> task<void> { ... })`. It goes
/// with other work on the same stack: `when_all(prepare(exits, ...), open_pools(exits))`.
///
/// Cancellation: safe; what is registered by then stays registered.
/// Errors: `invalid_configuration` with every problem of values, variables and files, each with
/// its source; what the acquirer, an edit or the inscriber throws, unchanged; those of
/// `find_distribution` and `platform_directories`; `invalid_argument` if nothing gives a name.
/// Lifetime: `exits` must outlive the task and the globals.
[[nodiscard]] task<globals> prepare(exit_stack& exits, prepare_options options);

}  // namespace leat::app
