// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <leat/app/cli.hpp>
#include <leat/app/program.hpp>
#include <leat/io/network.hpp>
#include <leat/model/describe.hpp>

#include "service.hpp"

namespace {

/// The one command of the program, which needs no name.
struct serve_command {
  std::string config = LEAT_GATEWAY_CONFIG;
  std::optional<std::uint16_t> port;

  void adjust(leat::app::prepare_options& options) const {
    options.source = leat::app::configuration_source::file(config);
    if (port) options.overrides = options.overrides.with("server.port", *port);
  }

  int launch(leat::app::launch with) const {
    // Known only here: `--configfile`, which every program has, says the same as `--config`.
    const std::filesystem::path folder =
        std::filesystem::path(with.prepare.source.value).parent_path();
    leat::app::program_options options;
    options.prepare = std::move(with.prepare);
    options.prepare.checks = {gateway::check_in(folder)};
    options.on_unlogged_failure = std::move(with.show_failure);
    // It keeps nothing in the folders of a user, and many a supervisor starts it without one.
    if (std::getenv("HOME") == nullptr) options.prepare.overlay["HOME"] = "/";
    return leat::app::run_program(std::move(options), [&folder](leat::app::program& self) {
      return gateway::serve(self, leat::io::system_network(), folder);
    });
  }
};
BOOST_DESCRIBE_STRUCT(serve_command, (), (config, port))

consteval auto leat_rules(const serve_command*) {
  using namespace leat::model::rules;
  return list(field<&serve_command::config>(described("the configuration file (TOML)")),
              field<&serve_command::port>(described("where to serve, over server.port")));
}

}  // namespace

int main(int count, char** arguments) {
  leat::app::cli_options options;
  options.about = "Aggregates metrics of HTTP upstreams into one dashboard.";
  options.prepare = gateway::program_options_of({}, {}).prepare;
  options.prepare.application = leat::app::application("leat-gateway", "", LEAT_VERSION);
  leat::app::cli program(std::move(options));
  program.set<serve_command>();
  return program.run(count, arguments);
}
