// SPDX-License-Identifier: MIT
#include <leat/app/prepare.hpp>
#include <leat/io/loop.hpp>

leat::task<int> port_of(leat::exit_stack& exits) {
  leat::app::prepare_options options;
  options.application = leat::app::application("demo");
  options.variables = leat::app::environment({{"HOME", "/"}, {"DEMO_CONFIG_PORT", "9000"}});
  options.source = leat::app::configuration_source::text("port = 1");
  const auto demo = co_await leat::app::prepare(exits, std::move(options));
  co_return demo.configuration().to<int>("port");
}

int main() {
  return leat::run(leat::with_exit_stack(port_of)) == 9000 ? 0 : 1;
}
