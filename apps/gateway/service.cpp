// SPDX-License-Identifier: MIT
#include "service.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <boost/describe.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/coro/to_thread.hpp>
#include <leat/http/async_client.hpp>
#include <leat/http/server.hpp>
#include <leat/io/loop.hpp>
#include <leat/io/loop_meter.hpp>
#include <leat/io/watchdog.hpp>
#include <leat/metrics/registry.hpp>

#include "access_counts.hpp"
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

struct liveness {
  std::string status = "ok";
};
BOOST_DESCRIBE_STRUCT(liveness, (), (status))

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

/// What the gateway itself answers.
class public_service {
 public:
  public_service(aggregator& sources, leat::metrics::registry& registry) noexcept
      : sources_(sources), registry_(registry) {}

  [[nodiscard]] leat::http::router routes() {
    leat::http::router made;
    made.get("/dashboard", [this](server_request&) -> task<server_response> {
      co_return server_response::json(co_await sources_.compile_dashboard());
    });
    made.get("/health/live", [](server_request&) -> task<server_response> {
      co_return server_response::json(liveness());
    });
    made.get("/metrics", [this](server_request&) -> task<server_response> {
      server_response answer(leat::http::status::ok, registry_.to_text());
      answer.headers().set("content-type", leat::metrics::text_content_type);
      co_return answer;
    });
    return made;
  }

 private:
  aggregator& sources_;
  leat::metrics::registry& registry_;
};

void log_error(const leat::log::logger& log, const leat::http::server_error& problem) {
  log.error("request failed", {{"method", problem.method},
                               {"route", problem.route},
                               {"error", leat::describe(problem.failure)}});
}

/// Says in the log what blocks the loop, while it does.
leat::io::watchdog_options watch_options(const leat::log::logger& log,
                                         leat::metrics::registry& registry) {
  leat::io::watchdog_options options;
  options.on_blocked = [log](const leat::io::blocked_step& report) {
    log.warn(report.has_ended ? "loop blocked, ended" : "loop blocked",
             {{"seconds", report.lasted}, {"details", leat::io::to_text(report)}});
  };
  options.blocked_steps =
      registry.add_counter("loop_blocked_steps_total", "Steps that blocked the loop over 100 ms.");
  return options;
}

/// The longest a dashboard may take: its sources are asked side by side. What the handler does
/// besides gets as long as a handler gets by default.
leat::duration dashboard_limit(const std::vector<upstream_settings>& upstreams) {
  leat::duration longest{};
  for (const auto& each : upstreams) longest = std::max<leat::duration>(longest, each.timeout);
  return longest + leat::http::server_timeouts().handler;
}

leat::http::server_options gateway_options(const configuration& settings,
                                           const surroundings& around, access_counts& counts) {
  leat::http::server_options options;
  options.network = &around.network;
  options.max_connections = settings.server.max_connections;
  options.timeouts.drain_grace = settings.server.drain;
  options.timeouts.handler = dashboard_limit(settings.upstreams);
  options.on_error = [log = around.log](const auto& problem) { log_error(log, problem); };
  options.on_access = [log = around.log, &counts](const leat::http::access_record& record) {
    const std::string_view route = record.route.empty() ? "unknown" : record.route;
    counts.count(route, record.status, leat::executor::current().now());
    log.info("request", {{"method", record.method},
                         {"route", route},
                         {"status", record.status},
                         {"seconds", record.elapsed},
                         {"bytes", record.body_out}});
  };
  return options;
}

leat::http::server_options demo_options(const server_settings& settings,
                                        const surroundings& around) {
  leat::http::server_options options;
  options.network = &around.network;
  options.timeouts.drain_grace = settings.drain;
  options.on_error = [log = around.log.named("demo")](const auto& problem) {
    log_error(log, problem);
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
  service(configuration settings, surroundings around, revenue_stream revenue)
      : settings_(std::move(settings)),
        around_(std::move(around)),
        demo_(counts_, std::move(revenue)),
        demo_server_(demo_.routes(), demo_options(settings_.server, around_)),
        client_(async_client_options()),
        fetcher_(client_),
        aggregator_(fetcher_, sources_of(settings_, listen_demo()), around_.log, registry_),
        public_(aggregator_, registry_),
        server_(public_.routes(), gateway_options(settings_, around_, counts_)) {
    server_.listen(leat::io::endpoint::tcp(settings_.server.host, settings_.server.port));
    if (around_.watches_loop) {
      meter_.emplace(registry_);
      watchdog_.emplace(leat::io::loop::current(), watch_options(around_.log, registry_));
    }
  }

  task<void> run() {
    around_.log.info("serving", {{"address", server_.local().to_string()},
                                 {"upstreams", settings_.upstreams.size()}});
    co_await leat::with_task_group([this](leat::task_group& group) { return supervise(group); });
    client_.close();
    around_.log.info("stopped");
  }

 private:
  [[nodiscard]] leat::http::async_client_options async_client_options() const {
    leat::http::async_client_options options;
    options.network = &around_.network;
    options.max_body_bytes = most_metrics_bytes;
    options.limits.max_per_host = connections_per_host;
    options.limits.max_connections = connections_per_host * settings_.upstreams.size();
    options.limits.max_idle = options.limits.max_connections;
    return options;
  }

  // Returns the base URL of the demo upstream.
  std::string listen_demo() {
    if (!settings_.demo) return "";
    const auto& at =
        demo_server_.listen(leat::io::endpoint::tcp(settings_.server.host, settings_.demo->port));
    around_.log.info("demo upstream", {{"address", at.to_string()}});
    return "http://" + at.to_string();
  }

  // The gateway drains while its demo upstream still answers.
  task<void> supervise(leat::task_group& group) {
    auto gateway = group.spawn(leat::task_name("gateway"), run_server, std::ref(server_));
    if (settings_.demo) {
      group.spawn(leat::task_name("demo upstream"), run_server, std::ref(demo_server_));
    }
    co_await around_.wait_stop_request();
    server_.shut_down();
    around_.log.info("draining", {{"connections", server_.connections()}});
    group.spawn(
        leat::task_name("second stop request"),
        [this](leat::task_group& all) -> task<void> {
          co_await around_.wait_stop_request();
          around_.log.warn("stopping at once");
          all.cancel();
        },
        std::ref(group));
    static_cast<void>(co_await gateway.join());
    group.cancel();
  }

  configuration settings_;
  surroundings around_;
  access_counts counts_;
  leat::metrics::registry registry_;
  demo_upstream demo_;
  leat::http::server demo_server_;
  leat::http::async_client client_;
  data_fetcher fetcher_;
  aggregator aggregator_;
  public_service public_;
  leat::http::server server_;
  std::optional<leat::io::loop_meter> meter_;
  std::optional<leat::io::watchdog> watchdog_;
};

}  // namespace

task<void> serve(configuration settings, surroundings around) {
  revenue_stream revenue;
  if (settings.demo) {
    revenue =
        co_await leat::to_thread([ledger = settings.demo->ledger] { return load_ledger(ledger); });
  }
  service running(std::move(settings), std::move(around), std::move(revenue));
  co_await running.run();
}

}  // namespace gateway
