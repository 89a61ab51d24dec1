// SPDX-License-Identifier: MIT
#include "app_command.hpp"

#include <string>
#include <utility>
#include <vector>

#include <leat/app/configuration.hpp>
#include <leat/app/directories.hpp>
#include <leat/model/describe.hpp>

namespace cli {
namespace {

using leat::app::configuration;
using leat::app::invocation;

/// Whose configuration and folders are meant.
struct whose {
  std::string name = "leat";
  std::string publisher;
  std::string version;

  void adjust(leat::app::prepare_options& options) const {
    options.application = leat::app::application(name, publisher, version);
  }
};
BOOST_DESCRIBE_STRUCT(whose, (), (name, publisher, version))

consteval auto leat_rules(const whose*) {
  using namespace leat::model::rules;
  return list(all_defaulted, field<&whose::name>(positional, described("of which application")),
              field<&whose::publisher>(described("where folders have its name in them")),
              field<&whose::version>(described("of which version the folders are")));
}

/// Of what has no need of a configuration, which may be wrong.
void leave_configuration_alone(leat::app::prepare_options& options) {
  options.acquire = [](const leat::app::acquisition&) -> leat::task<configuration> {
    co_return configuration();
  };
  options.obeys_variables = false;
}

struct show_configuration : whose {
  leat::task<void> execute(const invocation& with) const {
    return with.show(with.globals().configuration());
  }
};
BOOST_DESCRIBE_STRUCT(show_configuration, (whose), ())

struct show_environment : whose {
  void adjust(leat::app::prepare_options& options) const {
    whose::adjust(options);
    leave_configuration_alone(options);
  }
  leat::task<void> execute(const invocation& with) const {
    const std::string begin = with.globals().application().variable_prefix() + "_";
    std::vector<configuration::entry> found;
    for (const auto& [key, value] : with.globals().variables().all()) {
      if (key.starts_with(begin)) found.emplace_back(key, value);
    }
    // As a configuration, because that hides what has the name of a secret.
    return with.show(configuration::table(std::move(found)));
  }
};
BOOST_DESCRIBE_STRUCT(show_environment, (whose), ())

struct show_directories : whose {
  void adjust(leat::app::prepare_options& options) const {
    whose::adjust(options);
    leave_configuration_alone(options);
  }
  leat::task<void> execute(const invocation& with) const {
    return with.show(with.globals().as_dictionary().at("directories"));
  }
};
BOOST_DESCRIBE_STRUCT(show_directories, (whose), ())

}  // namespace

leat::app::cli make_app_command(leat::app::cli_options options) {
  options.about = "Shows what a program that is prepared by Leat would see.";
  options.program = "leat app";
  leat::app::cli made(std::move(options));
  made.add<show_configuration>("configuration",
                               "The configuration: file, includes, variables, put together.");
  made.add<show_environment>("environment", "The variables that are the application's own.");
  made.add<show_directories>("directories", "Where its files are.");
  return made;
}

}  // namespace cli
