// SPDX-License-Identifier: MIT
#include "app/cli_common.hpp"

#include <utility>

#include "leat/app/error.hpp"
#include "leat/app/inscription.hpp"
#include "leat/log/sink.hpp"
#include "leat/model/describe.hpp"

namespace leat::app {
namespace {

struct display_arguments {
  app::presentation presentation = presentation::plain;
  bool compact = false;
  bool colorize = true;
  bool assume_rich_terminal = false;
  std::optional<std::string> target_file;
  std::optional<output_stream> target_stream;
};
BOOST_DESCRIBE_STRUCT(display_arguments, (),
                      (presentation, compact, colorize, assume_rich_terminal, target_file,
                       target_stream))

consteval auto leat_rules(const display_arguments*) {
  using namespace leat::model::rules;
  return list(
      all_defaulted, field<&display_arguments::presentation>(described("how results are shown")),
      field<&display_arguments::compact>(described("JSON without white space")),
      field<&display_arguments::colorize>(described("no colours, also on a terminal")),
      field<&display_arguments::assume_rich_terminal>(described("colours, also into a file")),
      field<&display_arguments::target_file>(described("where results go, instead of a stream")),
      field<&display_arguments::target_stream>(described("where results go [stdout]")));
}

struct inscription_arguments {
  std::optional<log::level> level;
  std::optional<log::presentation> presentation;
  std::optional<std::string> target_file;
  std::optional<std::uint64_t> max_bytes;
  std::optional<std::uint64_t> kept_files;
  std::optional<output_stream> target_stream;
};
BOOST_DESCRIBE_STRUCT(inscription_arguments, (),
                      (level, presentation, target_file, max_bytes, kept_files, target_stream))

consteval auto leat_rules(const inscription_arguments*) {
  using namespace leat::model::rules;
  return list(
      field<&inscription_arguments::level>(described("what is logged at least")),
      field<&inscription_arguments::presentation>(described("how it is logged")),
      field<&inscription_arguments::target_file>(described("where the log goes, at its end")),
      field<&inscription_arguments::max_bytes>(
          at_least(1), described("the file begins anew where it would get longer")),
      field<&inscription_arguments::kept_files>(
          at_most(most_kept_files), described("how many earlier ones are kept then [5]")),
      field<&inscription_arguments::target_stream>(described("where the log goes [stderr]")));
}

struct common_arguments {
  std::optional<std::string> configfile;
  std::optional<bool> environment;
  display_arguments display;
  inscription_arguments inscription;
};
BOOST_DESCRIBE_STRUCT(common_arguments, (), (configfile, environment, display, inscription))

consteval auto leat_rules(const common_arguments*) {
  using namespace leat::model::rules;
  return list(all_defaulted,
              field<&common_arguments::configfile>(
                  described("the configuration, instead of the one that is discovered")),
              field<&common_arguments::environment>(
                  described("dot-env files count; with --no-environment neither they nor the "
                            "program's own variables")));
}

template <class Target>
void check_target(const Target& target, const char* where, std::vector<problem>& problems) {
  if (!target.target_file || !target.target_stream) return;
  problems.push_back(
      {.key = std::string("--") + where + ".target-file",
       .message = std::string("cannot be given with --") + where + ".target-stream"});
}

void check_rotation(const inscription_arguments& given, std::vector<problem>& problems) {
  if (given.target_file) return;
  const auto refuse = [&problems](const char* option) {
    problems.push_back({.key = option, .message = "needs --inscription.target-file"});
  };
  if (given.max_bytes) refuse("--inscription.max-bytes");
  if (given.kept_files) refuse("--inscription.kept-files");
}

log::sink file_of(std::string path, const rotation_settings& rotates) {
  if (rotates.is_empty()) return log::sink::file(std::move(path));
  return log::sink::rotating_file(std::move(path), rotates.rotation());
}

inscriber inscribe_to(log::sink where) {
  return [where = std::move(where)](const inscription& how, std::string name,
                                    exit_stack& exits) -> task<log::logger> {
    return inscribe_to_sink(where, how, std::move(name), exits);
  };
}

}  // namespace

void common_choices::adjust(prepare_options& options) const {
  if (configfile) options.source = configuration_source::file(*configfile);
  if (environment) {
    options.reads_dotenv = *environment;
    if (!*environment) options.obeys_variables = false;
  }
  if (!inscription.entries().empty()) {
    options.overrides =
        options.overrides.merged_with(configuration::table({{"inscription", inscription}}));
  }
  if (log_file) options.inscribe = inscribe_to(file_of(*log_file, log_rotation));
  if (log_stream) {
    options.inscribe =
        inscribe_to(*log_stream == output_stream::standard_output ? log::sink::standard_output()
                                                                  : log::sink::standard_error());
  }
}

const std::vector<cli_option>& common_options() {
  static const std::vector<cli_option> all = options_of(
      model::form_of<common_arguments>(),
      [](model::writer& out) { model::codec<common_arguments>::write(out, common_arguments()); });
  return all;
}

std::string aliases_of(const cli_option& option) {
  if (option.name == "display.colorize") return ",--ansi-sgr,!--no-ansi-sgr";
  if (option.name == "display.assume-rich-terminal") return ",--force-tty";
  return {};
}

common_choices common_choices_of(const configuration& arguments, std::vector<problem>& problems) {
  common_arguments read;
  try {
    arguments.read_into(read, address::of_parts({std::string(arguments_key)}));
  } catch (const invalid_configuration& e) {
    const auto all = as_options(e.problems(), common_options());
    problems.insert(problems.end(), all.begin(), all.end());
  }
  check_target(read.display, "display", problems);
  check_target(read.inscription, "inscription", problems);
  check_rotation(read.inscription, problems);

  common_choices made;
  made.display = {
      .presentation = read.display.presentation,
      .is_compact = read.display.compact,
      .colorize = read.display.colorize,
      .assume_rich_terminal = read.display.assume_rich_terminal,
      .target_file = read.display.target_file.value_or(""),
      .target_stream = read.display.target_stream.value_or(output_stream::standard_output)};
  made.configfile = read.configfile;
  made.environment = read.environment;
  std::vector<configuration::entry> inscription;
  if (read.inscription.level) {
    inscription.emplace_back("level", log::to_string(*read.inscription.level));
  }
  if (read.inscription.presentation) {
    inscription.emplace_back("presentation", log::to_string(*read.inscription.presentation));
  }
  made.inscription = configuration::table(std::move(inscription));
  made.log_file = read.inscription.target_file;
  made.log_rotation = {read.inscription.max_bytes, read.inscription.kept_files};
  made.log_stream = read.inscription.target_stream;
  return made;
}

}  // namespace leat::app
