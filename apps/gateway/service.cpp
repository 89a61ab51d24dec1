// SPDX-License-Identifier: MIT
#include "service.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <leat/coro/move_on_after.hpp>
#include <leat/coro/sleep.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/coro/to_thread.hpp>
#include <leat/http/async_client.hpp>
#include <leat/http/server.hpp>
#include <leat/service/serve.hpp>

#include "access_counts.hpp"
#include "configuration.hpp"
#include "dashboard.hpp"
#include "revenue.hpp"
#include "system_health.hpp"

namespace gateway {
namespace {

using leat::task;
using leat::http::server_request;
using leat::http::server_response;

// Each host of sources has connections of its own, so that one that is slow does not keep the
// calls of the others waiting; all calls of all dashboards share them.
constexpr std::size_t connections_per_host = 32;

// A source sends some hundred bytes for each thing that it counts. One that never ends must not
// fill the memory in the time it has.
constexpr std::uint64_t most_metrics_bytes = std::uint64_t{1} << 20;

// Between two attempts to reach an upstream without which the gateway does not begin.
constexpr leat::duration startup_pause = std::chrono::milliseconds(500);

/// Sources that need nothing but this program.
class demo_upstream {
 public:
  demo_upstream(const access_counts& counts, revenue_stream revenue)
      : counts_(counts), revenue_(std::move(revenue)) {}

  [[nodiscard]] leat::http::router routes() {
    leat::http::router made;
    made.get("/user_activity", [this](server_request&) -> task<server_response> {
      co_return server_response::json(counts_.snapshot(leat::executor::current().now()));
    });
    made.get("/revenue_stream", [this](server_request&) -> task<server_response> {
      co_return server_response::json(revenue_);
    });
    made.get("/system_health", [](server_request&) -> task<server_response> {
      co_return server_response::json(current_health());
    });
    return made;
  }

 private:
  const access_counts& counts_;
  revenue_stream revenue_;
};

/// The longest a dashboard may take: its sources are asked side by side. What the handler does
/// besides gets as long as a handler gets by default.
leat::duration dashboard_limit(const std::vector<upstream_settings>& upstreams) {
  leat::duration longest{};
  for (const auto& each : upstreams) longest = std::max<leat::duration>(longest, each.timeout);
  return longest + leat::http::server_timeouts().handler;
}

leat::http::server_options demo_options(const server_settings& settings, leat::io::network& network,
                                        const leat::log::logger& log) {
  leat::http::server_options options;
  options.network = &network;
  options.timeouts.drain_grace = settings.drain;
  options.tracing.enabled = true;  // what fails here belongs to the dashboard that asked
  options.on_error = [log = log.named("demo")](const leat::http::server_error& problem) {
    log.error("request failed", {{"method", problem.method},
                                 {"route", problem.route},
                                 {"error", leat::describe(problem.failure)}});
  };
  return options;
}

std::vector<metrics_source> sources_of(const configuration& settings,
                                       const std::string& demo_base) {
  std::vector<metrics_source> sources;
  sources.reserve(settings.upstreams.size());
  for (const auto& each : settings.upstreams) {
    sources.push_back(
        {each.name, each.url.starts_with('/') ? demo_base + each.url : each.url, each.timeout});
  }
  return sources;
}

task<void> run_server(leat::http::server& server) {
  co_await server.run();
}

/// Everything that lives as long as the gateway serves.
class service {
 public:
  service(leat::app::program& self, leat::io::network& network, configuration settings,
          revenue_stream revenue)
      : self_(self),
        network_(network),
        settings_(std::move(settings)),
        demo_(counts_, std::move(revenue)),
        demo_server_(demo_.routes(), demo_options(settings_.server, network, self.logger())),
        client_(async_client_options()),
        fetcher_(client_),
        sources_(sources_of(settings_, listen_demo())),
        aggregator_(fetcher_, sources_, self.logger(), self.metrics()) {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      self_.health().add(
          sources_[i].name, [this, i] { return check(sources_[i]); },
          {.timeout = sources_[i].timeout, .is_required = settings_.upstreams[i].required});
    }
  }
  service(const service&) = delete;
  service& operator=(const service&) = delete;
  ~service() { client_.close(); }

  // The gateway drains while its demo upstream still answers.
  task<void> run() {
    co_await leat::with_task_group([this](leat::task_group& group) -> task<void> {
      if (settings_.demo) {
        group.spawn(leat::task_name("demo upstream"), run_server, std::ref(demo_server_));
      }
      for (std::size_t i = 0; i < sources_.size(); ++i) {
        if (settings_.upstreams[i].required) co_await wait_for(sources_[i]);
      }
      co_await leat::service::serve(self_, routes(), serve_options());
      group.cancel();
    });
  }

 private:
  [[nodiscard]] leat::http::async_client_options async_client_options() const {
    leat::http::async_client_options options;
    options.network = &network_;
    options.max_body_bytes = most_metrics_bytes;
    options.limits.max_per_host = connections_per_host;
    options.limits.max_connections = connections_per_host * settings_.upstreams.size();
    options.limits.max_idle = options.limits.max_connections;
    return options;
  }

  [[nodiscard]] leat::service::serve_options serve_options() {
    leat::service::serve_options options;
    options.at = leat::io::endpoint::tcp(settings_.server.host, settings_.server.port);
    options.server.network = &network_;
    options.server.max_connections = settings_.server.max_connections;
    options.server.timeouts.handler = dashboard_limit(settings_.upstreams);
    options.server.on_access = [this](const leat::http::access_record& record) {
      counts_.count(record.route.empty() ? "unknown" : record.route, record.status,
                    leat::executor::current().now());
    };
    options.on_serving = [this](const leat::io::endpoint& at) {
      self_.logger().info("serving",
                          {{"address", at.to_string()}, {"upstreams", settings_.upstreams.size()}});
    };
    return options;
  }

  [[nodiscard]] leat::http::router routes() {
    leat::http::router made;
    made.get("/dashboard", [this](server_request&) -> task<server_response> {
      co_return server_response::json(co_await aggregator_.compile_dashboard());
    });
    return made;
  }

  // Returns the base URL of the demo upstream.
  std::string listen_demo() {
    if (!settings_.demo) return "";
    const auto& at =
        demo_server_.listen(leat::io::endpoint::tcp(settings_.server.host, settings_.demo->port));
    self_.logger().info("demo upstream", {{"address", at.to_string()}});
    return "http://" + at.to_string();
  }

  task<void> check(const metrics_source& source) {
    static_cast<void>(co_await fetcher_.fetch_metrics(source));
  }

  /// Waits until an upstream answers as it should.
  task<void> wait_for(const metrics_source& source) {
    self_.logger().info("waiting for upstream", {{"source", source.name}});
    std::string why = "it was not asked yet";
    if (!co_await leat::move_on_after(settings_.server.startup, reach(source, why))) {
      throw leat::timeout_error(make_error_code(leat::errc::deadline_exceeded),
                                "the required upstream \"" + source.name +
                                    "\" did not answer within server.startup: " + why);
    }
  }

  task<void> reach(const metrics_source& source, std::string& why) {
    for (;;) {
      try {
        co_return co_await check(source);
      } catch (const leat::error& e) {
        why = e.what();
      }
      self_.logger().warn("upstream failed", {{"source", source.name}, {"error", why}});
      co_await leat::sleep_for(startup_pause);
    }
  }

  leat::app::program& self_;
  leat::io::network& network_;
  configuration settings_;
  access_counts counts_;
  demo_upstream demo_;
  leat::http::server demo_server_;
  leat::http::async_client client_;
  data_fetcher fetcher_;
  std::vector<metrics_source> sources_;
  aggregator aggregator_;
};

}  // namespace

leat::app::program_options program_options_of(leat::app::configuration_source source,
                                              std::filesystem::path folder,
                                              std::optional<std::uint16_t> port) {
  leat::app::program_options options;
  options.prepare.application = leat::app::application("leat-gateway");
  options.prepare.source = std::move(source);
  options.prepare.checks = {check_in(std::move(folder))};
  if (port) options.prepare.overrides = leat::app::configuration().with("server.port", *port);
  return options;
}

leat::app::configuration_check check_in(std::filesystem::path folder) {
  return [folder = std::move(folder)](const leat::app::configuration& all,
                                      const leat::app::environment&) {
    static_cast<void>(read_configuration(all, folder));
  };
}

task<void> serve(leat::app::program& self, leat::io::network& network,
                 std::filesystem::path folder) {
  auto settings = read_configuration(self.globals().configuration(), folder);
  auto limits = self.limits();
  limits.notice = settings.server.notice;
  limits.drain = settings.server.drain;
  self.set_limits(limits);
  revenue_stream revenue;
  if (settings.demo) {
    revenue =
        co_await leat::to_thread([ledger = settings.demo->ledger] { return load_ledger(ledger); });
  }
  self.exits().callback([log = self.logger()] { log.info("stopped"); });
  service& running = *self.exits().keep(
      std::make_unique<service>(self, network, std::move(settings), std::move(revenue)));
  co_await running.run();
}

}  // namespace gateway
