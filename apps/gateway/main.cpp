// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <leat/app/program.hpp>
#include <leat/io/network.hpp>

#include "service.hpp"

int main(int count, char** arguments) {
  CLI::App command_line("Aggregates metrics of HTTP upstreams into one dashboard.", "leat-gateway");
  std::string file = LEAT_GATEWAY_CONFIG;
  std::optional<std::uint16_t> port;
  command_line.add_option("--config", file, "the configuration file (TOML)")->capture_default_str();
  command_line.add_option("--port", port, "the port to serve on, instead of server.port");
  command_line.set_version_flag("--version", LEAT_VERSION);
  CLI11_PARSE(command_line, count, arguments);

  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  auto options =
      gateway::program_options_of(leat::app::configuration_source::file(file), folder, port);
  // It keeps nothing in the folders of a user, and many a supervisor starts it without one.
  if (std::getenv("HOME") == nullptr) options.prepare.overlay["HOME"] = "/";
  return leat::app::run_program(std::move(options), [&folder](leat::app::program& self) {
    return gateway::serve(self, leat::io::system_network(), folder);
  });
}
