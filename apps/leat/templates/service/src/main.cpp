#include <cstdint>
#include <optional>
#include <utility>

#include <leat/app/cli.hpp>

#include "service.hpp"

namespace {

/// The one command of the program, which needs no name.
struct serve_command {
  std::optional<std::uint16_t> port;

  void adjust(leat::app::prepare_options& options) const {
    if (port) options.overrides = options.overrides.with("server.port", *port);
  }

  int launch(leat::app::launch with) const {
    leat::app::program_options options;
    options.prepare = std::move(with.prepare);
    options.on_unlogged_failure = std::move(with.show_failure);
    return leat::app::run_program(std::move(options), &sample_service::serve);
  }
};
BOOST_DESCRIBE_STRUCT(serve_command, (), (port))

consteval auto leat_rules(const serve_command*) {
  using namespace leat::model::rules;
  return list(
      field<&serve_command::port>(short_form('p'), described("where to serve, over server.port")));
}

}  // namespace

int main(int count, char** arguments) {
  leat::app::cli_options options;
  options.about = "Greets whoever asks.";
  options.prepare = sample_service::prepare_options();
  options.prepare.application =
      leat::app::application("sample-service", "", SAMPLE_SERVICE_VERSION);
  options.prepare.search =
      leat::app::distribution_search{.name = "sample-service", .installed = SAMPLE_SERVICE_SHARE};
  leat::app::cli program(std::move(options));
  program.set<serve_command>();
  return program.run(count, arguments);
}
