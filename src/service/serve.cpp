// SPDX-License-Identifier: MIT
#include "leat/service/serve.hpp"

#include <utility>

#include "leat/base/error.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/metrics_page.hpp"
#include "leat/http/server.hpp"
#include "leat/service/health_routes.hpp"

namespace leat::service {
namespace {

/// What the server measures goes where the program's metrics are, unless the options say otherwise.
/// Whoever reads them is not among it.
void measure(http::server_metrics& how, app::program& self, const std::string& path) {
  if (how.into == nullptr) how.into = &self.metrics();
  how.except.push_back(path);
}

http::server_options with_log(http::server_options options, const log::logger& log,
                              bool logs_requests) {
  if (logs_requests) {
    options.on_access = [log,
                         also = std::move(options.on_access)](const http::access_record& record) {
      log.info("request", {{"method", record.method},
                           {"route", record.route.empty() ? "unknown" : record.route},
                           {"status", record.status},
                           {"seconds", record.elapsed},
                           {"bytes", record.body_out}});
      if (also) also(record);
    };
  }
  options.on_error = [log, also = std::move(options.on_error)](const http::server_error& problem) {
    log.error("request failed", {{"method", problem.method},
                                 {"route", problem.route},
                                 {"error", describe(problem.failure)}});
    if (also) also(problem);
  };
  return options;
}

}  // namespace

task<void> serve(app::program& self, http::router routes, serve_options options) {
  if (!options.health_prefix.empty()) add_health_routes(routes, self, options.health_prefix);
  if (!options.metrics_path.empty()) {
    routes.get(options.metrics_path, http::metrics_page(self.metrics()));
    measure(options.server.metrics, self, options.metrics_path);
  }
  if (options.joins_traces) options.server.tracing.enabled = true;
  options.server.timeouts.drain_grace = self.limits().drain;
  http::server server(std::move(routes),
                      with_log(std::move(options.server), self.logger(), options.logs_requests));
  server.listen(options.at);
  self.set_ready();
  if (options.on_serving) {
    options.on_serving(server.local());
  } else {
    self.logger().info("serving", {{"address", server.local().to_string()}});
  }
  co_await with_task_group([&self, &server](task_group& group) -> task<void> {
    auto running = group.spawn(
        task_name("server"), [](http::server& of) { return of.run(); }, std::ref(server));
    co_await self.wait_stop_requested();
    if (self.limits().notice != duration{}) co_await sleep_for(self.limits().notice);
    server.shut_down();
    self.logger().info("draining", {{"connections", server.connections()}});
    static_cast<void>(co_await running.join());
  });
}

}  // namespace leat::service
