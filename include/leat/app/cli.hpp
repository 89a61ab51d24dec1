// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/app/configuration.hpp"
#include "leat/app/display.hpp"
#include "leat/app/globals.hpp"
#include "leat/app/prepare.hpp"
#include "leat/app/presentation.hpp"
#include "leat/base/function.hpp"
#include "leat/base/impl_ptr.hpp"
#include "leat/base/memory.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/task.hpp"
#include "leat/model/codec.hpp"

namespace leat::app {

/// What a process of `cli` ends with.
namespace exit_code {
inline constexpr int ok = 0;
inline constexpr int failed = 1;       ///< The command, or what it was prepared with.
inline constexpr int usage = 2;        ///< The command line cannot be meant; nothing was begun.
inline constexpr int by_signal = 128;  ///< And the number of the signal, as shells have it.
}  // namespace exit_code

/// What a command runs with: the globals, and the way to show something.
///
/// Lifetime: that of the command's run. Thread-safety: its loop.
class invocation {
 public:
  invocation(const app::globals& globals, const display_options& display, app::rendering how,
             std::shared_ptr<console> streams);

  [[nodiscard]] const app::globals& globals() const noexcept { return globals_; }
  /// Closed when the command has ended, however it ended.
  [[nodiscard]] exit_stack& exits() const noexcept { return globals_.exits(); }
  [[nodiscard]] const display_options& display() const noexcept { return display_; }
  /// How `show` renders: the presentation that was asked for, and colours if they are shown.
  [[nodiscard]] const app::rendering& rendering() const noexcept { return rendering_; }

  /// Shows a value of a described type in the presentation that was asked for, where that was
  /// asked for.
  /// Cancellation: deferred. Errors: `output_failure`.
  template <class Value>
  [[nodiscard]] task<void> show(const Value& value) const {
    return print(render(value, rendering_));
  }

  /// The same for a text that is ready.
  [[nodiscard]] task<void> print(std::string text) const;

 private:
  const app::globals& globals_;
  const display_options& display_;
  app::rendering rendering_;
  std::shared_ptr<console> streams_;
};

/// What a command runs with that runs the process itself, such as a service.
struct launch {
  /// With everything that the command line says.
  prepare_options prepare;
  /// Shows an error on the standard error, in the presentation that was asked for. Blocks.
  std::function<void(const std::exception_ptr& failure)> show_failure;
};

/// A command is a described struct: its members are what stands on the command line, its
/// initialisers the defaults, and its rules (leat/model/rules.hpp) are kept, with `described` for
/// the help text, `short_form` and `positional` for how it is written.
///
///     struct greet {
///       std::string name = "world";
///       bool is_loud = false;
///
///       task<void> execute(const app::invocation& with) const;
///     };
///     BOOST_DESCRIBE_STRUCT(greet, (), (name, is_loud))
///
/// A `bool` is a flag, `--is-loud` and `--no-is-loud`; a `std::vector` may be given several times;
/// a described struct in it has options with a dot, `--server.port`. `execute` may return a
/// `task<int>`, which is the exit code. Besides it a command may have
///
/// - `void adjust(prepare_options&) const`, before anything is prepared; there it may throw
///   `invalid_command_line`, for options that do not go together, and the exit code is 2;
/// - `task<void> prepare(const invocation&)`, before `execute` and with the same.
///
/// A service has its own way to prepare, to take signals and to end. It has no `execute` but
///
/// - `int launch(app::launch with) const`, called without a loop, which returns the exit code:
///   `return run_program({.prepare = std::move(with.prepare)}, ...)`.
template <class Command>
concept async_command = requires(Command command, const invocation& with) {
  requires std::same_as<decltype(command.execute(with)), task<void>> ||
               std::same_as<decltype(command.execute(with)), task<int>>;
};
template <class Command>
concept launching_command = requires(const Command command, app::launch with) {
  { command.launch(std::move(with)) } -> std::same_as<int>;
};
template <class Command>
concept cli_command =
    std::copy_constructible<Command> && (async_command<Command> != launching_command<Command>);

namespace detail {

/// A command that was read from a command line.
class ready_command {
 public:
  ready_command() = default;
  ready_command(const ready_command&) = delete;
  ready_command& operator=(const ready_command&) = delete;
  virtual ~ready_command() = default;

  virtual void adjust(prepare_options& options) const = 0;
  /// Of those that are no services.
  [[nodiscard]] virtual task<int> run(const invocation& with) = 0;
  /// Of services.
  [[nodiscard]] virtual int launch(app::launch with) const = 0;
};

/// What `cli` knows of a command's type.
struct command_type {
  model::value_form form;
  bool is_service;
  std::function<void(model::writer&)> write_defaults;
  /// What does not fit is added to `problems`, and the command is not to be run then.
  std::function<std::unique_ptr<ready_command>(const configuration& arguments,
                                               std::vector<problem>& problems)>
      make;
};

template <class Command>
class typed_command final : public ready_command {
 public:
  explicit typed_command(Command command) : command_(std::move(command)) {}

  void adjust(prepare_options& options) const override {
    if constexpr (requires { command_.adjust(options); }) command_.adjust(options);
  }
  task<int> run(const invocation& with) override {
    if constexpr (requires { command_.prepare(with); }) co_await command_.prepare(with);
    if constexpr (launching_command<Command>) {
      co_return exit_code::failed;
    } else if constexpr (std::same_as<decltype(command_.execute(with)), task<int>>) {
      co_return co_await command_.execute(with);
    } else {
      co_await command_.execute(with);
      co_return exit_code::ok;
    }
  }
  int launch(app::launch with) const override {
    if constexpr (launching_command<Command>) return command_.launch(std::move(with));
    return exit_code::failed;
  }

 private:
  Command command_;
};

template <class Command>
command_type command_type_of(const Command& defaults) {
  command_type made{model::form_of<Command>(), launching_command<Command>, {}, {}};
  made.write_defaults = [defaults](model::writer& out) {
    model::codec<Command>::write(out, defaults);
  };
  made.make = [defaults](const configuration& arguments,
                         std::vector<problem>& problems) -> std::unique_ptr<ready_command> {
    Command command = defaults;
    try {
      arguments.read_into(command, "arguments");
    } catch (const invalid_configuration& e) {
      problems = e.problems();
    }
    return std::make_unique<typed_command<Command>>(std::move(command));
  };
  return made;
}

}  // namespace detail

struct cli_options {
  /// What the program is for: the first line of its help.
  std::string about{};
  /// How programs are called; without it, by the name of the application.
  std::string program{};
  /// What everything is prepared with, by the same defaults as without a command line: dot-env
  /// files are read if it says so, or `--environment` does. Names the application.
  prepare_options prepare{};
  /// Without one, that of the process.
  std::shared_ptr<console> streams{};
};

/// The command line of a program: its commands with their options, and those that all programs
/// have.
///
///     int main(int count, char** arguments) {
///       app::cli program({.about = "Greets.", .prepare = {.application =
///       app::application("demo")}}); program.add<greet>("greet", "Says hello."); return
///       program.run(count, arguments);
///     }
///
/// | option | |
/// |---|---|
/// | `--configfile FILE` | the configuration, instead of the one that is discovered |
/// | `--environment` | dot-env files count, for this run |
/// | `--no-environment` | neither dot-env files nor the program's own variables count |
/// | `--display.presentation` | plain, rich, json, toml or markdown; also `--display.compact` |
/// | `--display.target-file`, `--display.target-stream` | where results go; one of them |
/// | `--display.no-colorize`, `--no-ansi-sgr` | no colours |
/// | `--display.assume-rich-terminal`, `--force-tty` | colours wherever it goes |
/// | `--inscription.level`, `.presentation` | of the log; over configuration and variables |
/// | `--inscription.target-file`, `.target-stream` | where the log goes; one of them |
/// | `--inscription.max-bytes`, `.kept-files` | the log's file rotates |
///
/// Results go to the standard output, logs and errors to the standard error.
class cli {
 public:
  explicit cli(cli_options options);
  cli(cli&&) noexcept;
  cli& operator=(cli&&) noexcept;
  ~cli();

  /// A command; words before the last one are groups, as in "database migrate".
  /// Errors: `invalid_argument` if it is there already, if two of its options have one name, or
  /// if it has a member that cannot stand on a command line.
  template <cli_command Command>
  cli& add(std::string_view name, std::string_view about, const Command& defaults = {}) {
    add_command(name, about, detail::command_type_of(defaults));
    return *this;
  }

  /// The one command of a program that has only one, so that it needs no name.
  template <cli_command Command>
  cli& set(const Command& defaults = {}) {
    return add({}, {}, defaults);
  }

  /// What a group of commands is for, in the help text.
  cli& describe(std::string_view group, std::string_view about);

  /// Reads the command line, prepares, runs the command, closes the exit stack, and says what
  /// went wrong. Returns the exit code.
  ///
  /// An error of the preparation or the command is shown on the standard error in the
  /// presentation that was asked for. SIGINT and SIGTERM stop the command, and cleanups run;
  /// the second one ends the process at once. SIGPIPE is ignored from now on.
  /// Errors: `nested_run`.
  [[nodiscard]] int run(int count, const char* const* arguments);

  /// The same on a loop that is there, without signals, for tests and for programs in programs.
  /// `arguments` do not have the program's name. A service cannot be run on a loop that is there.
  /// Cancellation: safe; stops the command, cleanups run.
  /// Errors: none of the command; `output_failure`, if a help text cannot be written.
  [[nodiscard]] task<int> execute(std::vector<std::string> arguments);

 private:
  class impl;

  void add_command(std::string_view name, std::string_view about, detail::command_type type);

  impl_ptr<impl> impl_;
};

}  // namespace leat::app
