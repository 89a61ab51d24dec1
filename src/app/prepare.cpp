// SPDX-License-Identifier: MIT
#include "leat/app/prepare.hpp"

#include "leat/app/error.hpp"
#include "leat/coro/to_thread.hpp"

#include "app/configuration_parts.hpp"
#include "app/dotenv_files.hpp"
#include "app/inscription_settings.hpp"
#include "app/locations.hpp"
#include "app/overrides.hpp"
#include "app/problems.hpp"
#include "app/reading.hpp"
#include "app/text.hpp"

namespace leat::app {
namespace {

void read_level_variables(inscription& how, std::string_view prefix, const environment& variables,
                          std::vector<problem>& problems) {
  for (const std::string_view suffix : {"_LOG_LEVEL", "_INSCRIPTION_LEVEL"}) {
    const std::string name = std::string(prefix) + std::string(suffix);
    const auto text = variables.find(name);
    if (!text || text->empty()) continue;
    const auto value = configuration(*text).with_origin(
        {.kind = origin::source_kind::environment, .source = "environment variable " + name});
    if (const auto level = read_level(value, problems)) how.level = *level;
  }
}

void check_locations(const configuration& all, std::vector<problem>& problems) {
  const configuration* const table = all.find("locations");
  if (table == nullptr) return;
  if (table->kind() != configuration_kind::table) {
    problems.push_back(problem_at(*table, "locations", "must be a table"));
    return;
  }
  for (const auto& [key, value] : table->entries()) {
    const bool is_known = key == "cache" || key == "data" || key == "state" || key == "environment";
    const std::string where = "locations." + toml_key(key);
    if (!is_known) {
      problems.push_back(problem_at(value, where, "is not known"));
    } else if (value.kind() != configuration_kind::string) {
      problems.push_back(problem_at(value, where, "must be a path"));
    }
  }
}

/// Where variables are besides, as the configuration says it so far.
std::optional<std::string> configured_dotenv(const configuration& all, std::string_view prefix,
                                             const environment& variables,
                                             const template_variables& names) {
  // Whatever is wrong is told when overrides and templates have their turn.
  std::vector<problem> ignored;
  const configuration seen =
      expand_templates(apply_overrides(all, prefix, variables, ignored), names, ignored);
  const configuration* const found = seen.find("locations.environment");
  if (found == nullptr || found->kind() != configuration_kind::string) return std::nullopt;
  return found->as_string();
}

/// What has no source yet was said by the command line, as far as anybody can see.
configuration from_command_line(const configuration& what) {
  auto made = configuration_parts::of(what);
  for (auto& each : made.entries) each.second = from_command_line(each.second);
  for (auto& each : made.elements) each = from_command_line(each);
  if (made.from.source.empty()) {
    made.from = {.kind = origin::source_kind::command_line, .source = "command line"};
  }
  return configuration_parts::make(std::move(made));
}

task<distribution> find_out_distribution(const prepare_options& options, files& disk,
                                         const environment& variables) {
  if (options.distribution) co_return *options.distribution;
  if (options.search) {
    distribution_search search = *options.search;
    if (search.name.empty() && options.application) search.name = options.application->name();
    co_return co_await find_distribution(disk, std::move(search), variables);
  }
  if (!options.application) {
    throw invalid_argument(
        "prepare() needs an application, a distribution or a search for one, or there is no name");
  }
  const std::string executable = co_await disk.read_link("/proc/self/exe");
  co_return distribution(options.application->name(), std::string(parent_path(executable)));
}

/// Of a configuration that is there in parts only, an edit may miss what it is about.
configuration edited(configuration all, const std::vector<edit>& edits,
                     const environment& variables, bool is_partial) {
  if (!is_partial) return apply_edits(std::move(all), edits, variables);
  try {
    return apply_edits(all, edits, variables);
  } catch (const configuration_error&) {
    return all;
  }
}

/// Of a configuration that is there in parts only, what is wrong with what is there is told, but
/// not what is missing, nor what somebody finds by comparing values.
void run_checks(const std::vector<configuration_check>& checks, const configuration& all,
                const environment& variables, bool is_partial, std::vector<problem>& problems) {
  for (const auto& check : checks) {
    try {
      check(all, variables);
    } catch (const invalid_configuration& e) {
      for (const auto& each : e.problems()) {
        if (!is_partial || !each.is_absence) problems.push_back(each);
      }
    } catch (const leat::error& e) {
      if (!is_partial) append_problems(problems, e, {});
    }
  }
}

void report(const globals& all) {
  const log::logger& logger = all.logger();
  logger.debug("application", {{"name", all.application().name()}});
  logger.debug("cache location", {{"path", all.location(location_species::cache)}});
  logger.debug("data location", {{"path", all.location(location_species::data)}});
  logger.debug("state location", {{"path", all.location(location_species::state)}});
  logger.debug("package data location", {{"path", all.distribution().data_location()}});
}

}  // namespace

std::string_view to_string(prepare_step step) noexcept {
  switch (step) {
    case prepare_step::environment: return "environment";
    case prepare_step::distribution: return "distribution";
    case prepare_step::application: return "application";
    case prepare_step::directories: return "directories";
    case prepare_step::configuration: return "configuration";
    case prepare_step::dotenv: return "dotenv";
    case prepare_step::edits: return "edits";
    case prepare_step::overrides: return "overrides";
    case prepare_step::inscription: return "inscription";
    case prepare_step::report: break;
  }
  return "report";
}

task<globals> prepare(exit_stack& exits, prepare_options options) {
  const auto begin = [&options](prepare_step step) {
    if (options.observer) options.observer(step);
  };
  const std::shared_ptr<files> disk = options.disk != nullptr ? options.disk : disk_files();

  begin(prepare_step::environment);
  environment variables = options.variables ? *options.variables : environment::of_process();
  variables = variables.with_overrides(options.overlay);

  begin(prepare_step::distribution);
  const distribution from = co_await find_out_distribution(options, *disk, variables);

  begin(prepare_step::application);
  const application self = options.application ? *options.application : application(from.name());
  const std::string prefix = self.variable_prefix();

  begin(prepare_step::directories);
  const directories where =
      options.directories ? *options.directories : platform_directories(self, variables);
  if (options.makes_directories) {
    for (const std::string* each :
         {&where.configuration, &where.data, &where.state, &where.cache}) {
      co_await disk->make_folder(*each);
    }
  }
  const template_variables names = template_variables_of(self, where);

  begin(prepare_step::configuration);
  std::vector<problem> problems;
  const acquisition sources{self, where, from, variables, options.source, *disk, &problems};
  configuration all = co_await options.acquire(sources);
  // What nobody could read may have what is missing in the rest.
  const bool is_partial = !problems.empty();

  begin(prepare_step::dotenv);
  if (options.reads_dotenv) {
    std::vector<std::string> paths;
    const std::string own = joined_path(from.location(), ".env");
    file_kind found = file_kind::absent;
    if (from.is_editable()) found = co_await disk->kind_of(own);
    if (found != file_kind::absent) {
      paths.push_back(own);
    } else {
      paths.emplace_back(".env");
      if (auto more = configured_dotenv(all, prefix, variables, names)) paths.push_back(*more);
    }
    variables = co_await with_dotenv_files(*disk, std::move(paths), variables, problems);
  }

  auto read = co_await complete_configuration(
      options, {std::move(all), is_partial, std::move(problems)}, self, variables, names);

  begin(prepare_step::inscription);
  log::logger logger = co_await options.inscribe(read.inscription, self.name(), exits);

  begin(prepare_step::report);
  globals made(exits,
               {self, from, where, variables, std::move(read.configuration), std::move(logger)});
  report(made);
  co_return made;
}

task<configuration_reading> complete_configuration(const prepare_options& options,
                                                   acquired_configuration acquired,
                                                   const application& whose,
                                                   const environment& variables,
                                                   const template_variables& names) {
  const std::string prefix = whose.variable_prefix();
  const bool is_partial = acquired.is_partial;
  std::vector<problem> problems = std::move(acquired.problems);
  if (options.observer) options.observer(prepare_step::edits);
  configuration all = edited(std::move(acquired.values), options.edits, variables, is_partial);

  if (options.observer) options.observer(prepare_step::overrides);
  const configuration last = from_command_line(options.overrides);
  const environment obeyed = options.obeys_variables ? variables : environment();
  all = apply_overrides(all, prefix, obeyed, problems).merged_with(last);
  all = expand_templates(all, names, problems);
  check_locations(all, problems);
  inscription how = options.inscription;
  read_inscription(how, all, is_partial, problems);
  read_level_variables(how, prefix, obeyed, problems);
  if (const configuration* const level = last.find("inscription.level")) {
    std::vector<problem> known;  // told already, if there is anything wrong with it
    how.level = read_level(*level, known).value_or(how.level);
  }
  if (!options.checks.empty()) {
    co_await to_thread([&] { run_checks(options.checks, all, variables, is_partial, problems); });
  }
  if (!problems.empty()) throw invalid_configuration("configuration", std::move(problems));
  co_return configuration_reading{std::move(all), how};
}

task<configuration_reading> read_again(prepare_options options, const globals& prepared) {
  const std::shared_ptr<files> disk = options.disk != nullptr ? options.disk : disk_files();
  acquired_configuration acquired;
  const acquisition sources{prepared.application(), prepared.directories(), prepared.distribution(),
                            prepared.variables(),   options.source,         *disk,
                            &acquired.problems};
  acquired.values = co_await options.acquire(sources);
  acquired.is_partial = !acquired.problems.empty();
  const template_variables names =
      template_variables_of(prepared.application(), prepared.directories());
  co_return co_await complete_configuration(options, std::move(acquired), prepared.application(),
                                            prepared.variables(), names);
}

}  // namespace leat::app
