// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <leat/base/error.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/io/loop.hpp>
#include <leat/io/signals.hpp>
#include <leat/log/backend.hpp>

#include "configuration.hpp"
#include "service.hpp"

namespace {

leat::task<void> serve_until_signalled(gateway::configuration settings, leat::log::logger log) {
  leat::io::signal_receiver signals({SIGINT, SIGTERM});
  const auto next_signal = [&signals, log]() -> leat::task<void> {
    const int number = co_await signals.next();
    log.info("signal received", {{"signal", number}});
  };
  const auto show_tasks = [log](std::string_view tree) {
    std::istringstream lines{std::string(tree)};
    for (std::string line; std::getline(lines, line);) log.info("live task", {{"task", line}});
  };
  co_await leat::with_task_group([&](leat::task_group& group) -> leat::task<void> {
    group.spawn(leat::task_name("task dump"), leat::io::dump_tasks_on, SIGUSR1, show_tasks);
    co_await gateway::serve(std::move(settings), {leat::io::system_network(), log, next_signal,
                                                  /*watches_loop=*/true});
    group.cancel();
  });
}

int serve(const std::string& file, const gateway::overrides& from_command_line) {
  auto settings = gateway::load_configuration(file, from_command_line);
  const leat::log::backend logs(leat::log::delivery::asynchronous);
  const auto log = logs.logger();
  try {
    leat::io::loop_options options;
    options.on_report = [log](const std::exception_ptr& failure, const char* where) {
      log.error("unreceived error", {{"where", where}, {"error", leat::describe(failure)}});
    };
    leat::io::loop home(std::move(options));
    leat::run(home, serve_until_signalled(std::move(settings), log));
  } catch (const std::exception& e) {
    log.critical("the gateway failed", {{"error", e.what()}});
    return 1;
  }
  return 0;
}

int run(int count, char** arguments) {
  CLI::App app("Aggregates metrics of HTTP upstreams into one dashboard.", "leat-gateway");
  std::string file = LEAT_GATEWAY_CONFIG;
  gateway::overrides from_command_line;
  app.add_option("--config", file, "the configuration file (TOML)")->capture_default_str();
  app.add_option("--port", from_command_line.port, "the port to serve on, instead of server.port");
  app.set_version_flag("--version", LEAT_VERSION);
  CLI11_PARSE(app, count, arguments);
  return serve(file, from_command_line);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "leat-gateway: %s\n", e.what());
    return 1;
  }
}
