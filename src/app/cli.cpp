// SPDX-License-Identifier: MIT
#include "leat/app/cli.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <span>
#include <variant>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "leat/app/error.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/signals.hpp"
#include "leat/model/spelling.hpp"

#include "app/cli_common.hpp"
#include "app/cli_options.hpp"
#include "app/text.hpp"

namespace leat::app {
namespace {

/// A command or a group of them.
struct node {
  std::string name;
  std::string about;
  std::optional<detail::command_type> type;  ///< None: a group.
  std::vector<cli_option> options;
  std::vector<std::unique_ptr<node>> children;

  [[nodiscard]] node* find(std::string_view child) const noexcept {
    const auto found = std::ranges::find_if(
        children, [&](const std::unique_ptr<node>& each) { return each->name == child; });
    return found == children.end() ? nullptr : found->get();
  }
};

/// A node as CLI11 has it.
struct parser {
  const node* what;
  std::string called;  ///< "demo database migrate"
  CLI::App* app;
  std::vector<CLI::Option*> own;
  std::vector<CLI::Option*> common;
};

/// A command line that means something: a command with everything it needs.
struct chosen {
  std::unique_ptr<detail::ready_command> command;
  bool is_service;
  common_choices common;
};

/// One that is answered at once: by a help text or a complaint.
struct said {
  int status;
  output_stream to;
  std::string text;
};

using meaning = std::variant<chosen, said>;

CLI::Option* add_option(CLI::App& to, const cli_option& what) {
  const std::string letter =
      what.rules.letter != '\0' ? std::string("-") + what.rules.letter + "," : std::string();
  if (what.is_flag()) {
    return to.add_flag(letter + "--" + what.name + ",!" + what.negated_name() + aliases_of(what));
  }
  const std::string name =
      what.rules.is_positional ? what.spelled() : letter + "--" + what.name + aliases_of(what);
  auto* const added = to.add_option(name, [](const CLI::results_t&) { return true; });
  if (what.is_list()) {
    added->expected(1, CLI::detail::expected_max_vector_size)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(what.rules.is_positional);
  } else {
    added->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  return added;
}

std::vector<CLI::Option*> add_options(CLI::App& to, const std::vector<cli_option>& all) {
  std::vector<CLI::Option*> added;
  added.reserve(all.size());
  for (const auto& each : all) added.push_back(add_option(to, each));
  return added;
}

/// The innermost command or group that the command line got to.
const parser& innermost(const std::vector<std::unique_ptr<parser>>& parsers) {
  const parser* found = parsers.front().get();
  for (const auto& each : parsers) {
    // In the order of the tree, so that those below come later.
    if (each->app->parsed()) found = each.get();
  }
  return *found;
}

std::string usage_of(const parser& of) {
  std::string text = "Usage: " + of.called + " [OPTIONS]";
  for (const auto& each : of.what->options) {
    if (!each.rules.is_positional) continue;
    const std::string name = each.spelled() + (each.is_list() ? "..." : "");
    text += each.is_required ? " " + name : " [" + name + "]";
  }
  if (!of.what->children.empty()) text += " COMMAND";
  return text + "\n";
}

std::string help_text_of(const parser& of, bool has_version) {
  const node& what = *of.what;
  std::string text = what.about.empty() ? "" : what.about + "\n\n";
  text += usage_of(of);
  if (!what.children.empty()) {
    text += "\nCommands:\n";
    for (const auto& each : what.children) text += help_line(each->name, each->about);
  }
  std::vector<cli_option> positional;
  std::vector<cli_option> named;
  for (const auto& each : what.options) {
    (each.rules.is_positional ? positional : named).push_back(each);
  }
  if (!positional.empty()) text += "\nArguments:\n" + help_of(positional);
  text += "\nOptions:\n" + help_of(named) + help_line("-h, --help", "shows this");
  if (has_version) text += help_line("--version", "shows the version");
  return text + "\nOptions of every command:\n" + help_of(common_options());
}

/// The name that was meant, as a part of a complaint.
std::string meant(std::string_view written, std::span<const std::string> known) {
  model::nearest_name nearest(written);
  for (const auto& each : known) nearest.consider(each);
  return nearest.found().empty() ? "" : "; did you mean \"" + std::string(nearest.found()) + "\"?";
}

std::vector<std::string> known_options(const parser& of) {
  std::vector<std::string> names{"--help"};
  for (const auto* const list : {&of.what->options, &common_options()}) {
    for (const auto& each : *list) {
      if (each.rules.is_positional) continue;
      names.push_back("--" + each.name);
      if (each.is_flag()) names.push_back(each.negated_name());
    }
  }
  return names;
}

/// What nobody has a use for, told in the way that helps most.
problem unexpected(const parser& at, const std::string& word) {
  if (word.starts_with("-")) {
    const std::string name = word.substr(0, word.find('='));
    return {.key = name, .message = "is not known" + meant(name, known_options(at))};
  }
  if (at.what->children.empty()) return {.key = word, .message = "is one argument too many"};
  std::vector<std::string> names;
  for (const auto& each : at.what->children) names.push_back(each->name);
  return {.key = word, .message = "is no command" + meant(word, names)};
}

/// The texts that an option was given, by the innermost command that was given any.
std::vector<std::string> texts_of(std::size_t common_index, std::span<const parser* const> way) {
  for (const parser* each : way) {
    const CLI::Option& option = *each->common[common_index];
    if (option.count() > 0) return option.results();
  }
  return {};
}

}  // namespace

class cli::impl {
 public:
  explicit impl(cli_options options) : options_(std::move(options)) {
    if (options_.streams == nullptr) options_.streams = process_console();
    root_.about = options_.about;
    if (options_.program.empty() && options_.prepare.application) {
      options_.program = options_.prepare.application->name();
    }
  }

  void add(std::string_view name, std::string_view about, detail::command_type type) {
    auto options = options_of(type.form, type.write_defaults);
    node& made = make_node(name);
    if (made.type || (name.empty() && !root_.children.empty())) {
      throw invalid_argument("cli: there is a command \"" + std::string(name) + "\" already");
    }
    if (!about.empty()) made.about = about;
    made.options = std::move(options);
    made.type = std::move(type);
    // Two options with one name are told here, and not to whoever uses the program.
    static_cast<void>(make_parsers());
  }

  void describe(std::string_view group, std::string_view about) { make_node(group).about = about; }

  [[nodiscard]] meaning read(std::vector<std::string> arguments) const {
    tree all = make_parsers();
    std::ranges::reverse(arguments);  // CLI11 takes them from the end
    try {
      all.root->parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return said{exit_code::ok, output_stream::standard_output,
                  help_text_of(innermost(all.parsers), has_version())};
    } catch (const CLI::CallForVersion&) {
      return said{exit_code::ok, output_stream::standard_output,
                  to_string(*options_.prepare.application) + "\n"};
    } catch (const CLI::ParseError& e) {
      return complaint(innermost(all.parsers), {{.message = e.what()}});
    }
    const parser& at = innermost(all.parsers);
    auto extra = all.root->remaining(true);
    std::erase(extra, "--");  // of which CLI11 keeps the first one
    if (!extra.empty()) return complaint(at, {unexpected(at, extra.front())});
    if (!at.what->type) return complaint(at, {{.message = "a command is missing"}});
    return read_command(at, all.parsers);
  }

  /// Prepares, runs the command and closes the stack. What goes wrong is shown.
  [[nodiscard]] task<int> run(chosen what) const {
    std::exception_ptr failure;
    int status = exit_code::failed;
    const rendering shown = rendering_on_error(what);
    try {
      prepare_options with = prepare_options_of(what);
      status = co_await with_exit_stack([&](exit_stack& exits) -> task<int> {
        const app::globals made = co_await app::prepare(exits, std::move(with));
        const display_options& display = what.common.display;
        if (!display.target_file.empty()) {
          co_await to_thread([&] { options_.streams->begin_file(display.target_file); });
        }
        const invocation its(made, display, rendering_of(display, made.variables()),
                             options_.streams);
        co_return co_await what.command->run(its);
      });
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure == nullptr) co_return status;
    co_return co_await to_thread([&] { return show(failure, shown); });
  }

  [[nodiscard]] task<int> run_until_signalled(chosen what) const {
    io::signal_receiver signals({SIGINT, SIGTERM});
    int number = 0;
    int status = exit_code::failed;
    co_await with_task_group([&](task_group& group) -> task<void> {
      const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) {
        group.spawn(&stop_at_signal, &signals, &scope, &number);
        return run(std::move(what));
      });
      group.cancel();
      status = ended.has_value() ? ended.value() : exit_code::by_signal + number;
    });
    co_return status;
  }

  [[nodiscard]] task<int> say(said what) const {
    co_await to_thread([&] { options_.streams->write(what.to, what.text); });
    co_return what.status;
  }

  [[nodiscard]] int launch(chosen what) const {
    const rendering shown = rendering_on_error(what);
    try {
      return what.command->launch(
          {prepare_options_of(what), [this, shown](const std::exception_ptr& failure) {
             static_cast<void>(show(failure, shown));
           }});
    } catch (...) {
      return show(std::current_exception(), shown);
    }
  }

  /// Says what went wrong, and returns the exit code that stands for it.
  int show(const std::exception_ptr& failure, const rendering& how) const noexcept {
    try {
      try {
        std::rethrow_exception(failure);
      } catch (const output_failure& e) {
        // Whoever does not read any more need not be told.
        if (e.is_closed()) return exit_code::by_signal + SIGPIPE;
        show_text(render_error(e, how), how);
      } catch (const invalid_command_line& e) {
        options_.streams->write(output_stream::standard_error, lines_of(e.problems()));
        return exit_code::usage;
      } catch (...) {
        show_text(render_error(failure, how), how);
      }
    } catch (...) {
      // Nothing is left to say it with.
    }
    return exit_code::failed;
  }

 private:
  struct tree {
    std::unique_ptr<CLI::App> root;
    std::vector<std::unique_ptr<parser>> parsers;  ///< Each before those below it.
  };

  static task<void> stop_at_signal(io::signal_receiver* signals, cancel_scope* scope, int* number) {
    *number = co_await signals->next();
    scope->cancel();
    // Whoever asks twice does not want to wait for cleanups.
    const int again = co_await signals->next();
    std::_Exit(exit_code::by_signal + again);
  }

  node& make_node(std::string_view name) {
    node* at = &root_;
    while (!name.empty()) {
      const std::size_t end = std::min(name.find(' '), name.size());
      const std::string_view word = name.substr(0, end);
      name.remove_prefix(std::min(end + 1, name.size()));
      node* child = at->find(word);
      if (child == nullptr) {
        if (at->type) {
          throw invalid_argument("cli: \"" + at->name + "\" is a command and no group of them");
        }
        child = at->children.emplace_back(std::make_unique<node>()).get();
        child->name = word;
      }
      at = child;
    }
    return *at;
  }

  [[nodiscard]] bool has_version() const noexcept {
    return options_.prepare.application && !options_.prepare.application->version().empty();
  }

  [[nodiscard]] tree make_parsers() const {
    tree all;
    all.root = std::make_unique<CLI::App>();
    if (has_version()) {
      all.root->set_version_flag("--version", options_.prepare.application->version());
    }
    add_parser(all, *all.root, root_, options_.program);
    return all;
  }

  void add_parser(tree& to, CLI::App& app, const node& what, std::string called) const {
    app.allow_extras();
    app.require_subcommand(0, 1);  // a command's argument may have the name of another command
    auto& made = *to.parsers.emplace_back(std::make_unique<parser>());
    made.what = &what;
    made.app = &app;
    made.called = std::move(called);
    try {
      made.own = add_options(app, what.options);
      made.common = add_options(app, common_options());
      for (const auto& each : what.children) {
        add_parser(to, *app.add_subcommand(each->name), *each, made.called + " " + each->name);
      }
    } catch (const CLI::ConstructionError& e) {
      throw invalid_argument("cli: " + std::string(e.what()));
    }
  }

  [[nodiscard]] meaning read_command(const parser& at,
                                     const std::vector<std::unique_ptr<parser>>& parsers) const {
    // From the innermost outwards.
    std::vector<const parser*> way;
    for (const auto& each : parsers) {
      if (each->app->parsed()) way.insert(way.begin(), each.get());
    }
    std::vector<std::vector<std::string>> common;
    for (std::size_t i = 0; i < common_options().size(); ++i) common.push_back(texts_of(i, way));
    std::vector<std::vector<std::string>> own;
    for (const CLI::Option* each : at.own) own.push_back(each->results());

    std::vector<problem> problems;
    chosen made{nullptr, at.what->type->is_service, {}};
    made.command = at.what->type->make(arguments_of(at.what->options, own), problems);
    problems = as_options(std::move(problems), at.what->options);
    made.common = common_choices_of(arguments_of(common_options(), common), problems);
    if (!problems.empty()) return complaint(at, problems);
    return made;
  }

  [[nodiscard]] std::string lines_of(const std::vector<problem>& problems) const {
    std::string text;
    for (const auto& each : problems) text += options_.program + ": " + to_string(each) + "\n";
    return text;
  }

  [[nodiscard]] said complaint(const parser& at, const std::vector<problem>& problems) const {
    std::string text = lines_of(problems);
    text += "\"" + at.called + " --help\" says what there is.\n";
    return {exit_code::usage, output_stream::standard_error, std::move(text)};
  }

  [[nodiscard]] prepare_options prepare_options_of(const chosen& what) const {
    prepare_options with = options_.prepare;
    what.command->adjust(with);
    what.common.adjust(with);
    return with;
  }

  [[nodiscard]] rendering rendering_of(const display_options& display,
                                       const environment& variables) const {
    const bool is_terminal =
        display.target_file.empty() && options_.streams->is_terminal(display.target_stream);
    return {display.presentation, display.is_compact,
            determine_colorization(display, is_terminal, variables)};
  }

  /// The same on the standard error, with the variables that there are before preparation.
  [[nodiscard]] rendering rendering_on_error(const chosen& what) const {
    display_options display = what.common.display;
    display.target_file.clear();
    display.target_stream = output_stream::standard_error;
    const auto& given = options_.prepare.variables;
    return rendering_of(display, given ? *given : environment::of_process());
  }

  void show_text(const std::string& text, const rendering& how) const {
    const bool is_for_people =
        how.presentation == presentation::plain || how.presentation == presentation::rich;
    options_.streams->write(output_stream::standard_error,
                            (is_for_people ? options_.program + ": " : std::string()) + text);
  }

  cli_options options_;
  node root_;
};

invocation::invocation(const app::globals& globals, const display_options& display,
                       app::rendering how, std::shared_ptr<console> streams)
    : globals_(globals), display_(display), rendering_(how), streams_(std::move(streams)) {}

task<void> invocation::print(std::string text) const {
  co_await to_thread([this, &text] {
    if (display_.target_file.empty()) {
      streams_->write(display_.target_stream, text);
    } else {
      streams_->append_to_file(display_.target_file, text);
    }
  });
}

cli::cli(cli_options options) : impl_(make_impl<impl>(std::move(options))) {}
cli::cli(cli&&) noexcept = default;
cli& cli::operator=(cli&&) noexcept = default;
cli::~cli() = default;

cli& cli::describe(std::string_view group, std::string_view about) {
  impl_->describe(group, about);
  return *this;
}

void cli::add_command(std::string_view name, std::string_view about, detail::command_type type) {
  impl_->add(name, about, std::move(type));
}

int cli::run(int count, const char* const* arguments) {
  // To write to who does not read any more is an error like others, and a quiet one.
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> all;
  for (int i = 1; i < count; ++i) all.emplace_back(arguments[i]);
  try {
    meaning read = impl_->read(std::move(all));
    if (auto* const answer = std::get_if<said>(&read))
      return io::run(impl_->say(std::move(*answer)));
    auto& command = std::get<chosen>(read);
    if (command.is_service) return impl_->launch(std::move(command));
    return io::run(impl_->run_until_signalled(std::move(command)));
  } catch (...) {
    return impl_->show(std::current_exception(), {});
  }
}

task<int> cli::execute(std::vector<std::string> arguments) {
  meaning read = impl_->read(std::move(arguments));
  if (auto* const answer = std::get_if<said>(&read))
    co_return co_await impl_->say(std::move(*answer));
  auto& command = std::get<chosen>(read);
  if (command.is_service) throw invalid_argument("cli: a service runs its own loop: use run()");
  co_return co_await impl_->run(std::move(command));
}

}  // namespace leat::app
