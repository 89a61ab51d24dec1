// SPDX-License-Identifier: MIT
#include "leat/service/health_routes.hpp"

#include <memory>
#include <stdexcept>

#include "leat/base/error.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/server_transport.hpp"

#include "app/program_world.hpp"
#include "support/async_test.hpp"

using namespace leat;
using app::program;

namespace {

/// Asks the health routes of a program.
class asking {
 public:
  explicit asking(program& of) : client_(options_for(of)) {}
  asking(const asking&) = delete;
  asking& operator=(const asking&) = delete;
  ~asking() { client_.close(); }

  /// Status and body, such as `200 {"status":"ok"}`.
  task<std::string> get(std::string path) {
    const auto answer = co_await client_.get(std::move(path));
    CHECK(answer.headers().get("cache-control") == "no-store");
    co_return std::to_string(answer.status()) + " " + answer.content();
  }

 private:
  static http::async_client_options options_for(program& of) {
    http::router routes;
    service::add_health_routes(routes, of);
    http::async_client_options options;
    options.base_url = "http://demo";
    options.transport = std::make_shared<http::async_server_transport>(std::move(routes));
    return options;
  }

  http::async_client client_;
};

task<void> hangs() {
  co_await sleep_for(1h);
}
task<void> fails() {
  throw std::runtime_error("password=hunter2");
  co_return;
}

/// Runs `script` as the work of a program.
task<void> in_program(std::function<task<void>(program&)> script) {
  program_world world;
  CHECK(co_await app::run_lifespan(world.options(), std::move(script)) == 0);
}

}  // namespace

LEAT_ASYNC_TEST("health routes: a program that starts lives, and is neither started nor ready") {
  co_await in_program([](program& self) -> task<void> {
    asking health(self);
    CHECK(co_await health.get("/health/live") == R"(200 {"status":"ok"})");
    CHECK(co_await health.get("/health/startup") == R"(503 {"status":"starting"})");
    CHECK(co_await health.get("/health/ready") == R"(503 {"status":"not ready"})");
    CHECK(co_await health.get("/health/") == R"(503 {"status":"unhealthy"})");
    CHECK(co_await health.get("/health/detailed") ==
          R"(503 {"status":"unhealthy","phase":"starting","dependencies":{}})");
  });
}

LEAT_ASYNC_TEST("health routes: a program that is ready says so") {
  co_await in_program([](program& self) -> task<void> {
    asking health(self);
    self.set_ready();
    CHECK(co_await health.get("/health/live") == R"(200 {"status":"ok"})");
    CHECK(co_await health.get("/health/startup") == R"(200 {"status":"started"})");
    CHECK(co_await health.get("/health/ready") == R"(200 {"status":"ready"})");
    CHECK(co_await health.get("/health/") == R"(200 {"status":"healthy"})");
    CHECK(co_await health.get("/health/detailed") ==
          R"(200 {"status":"healthy","phase":"ready","dependencies":{}})");
  });
}

LEAT_ASYNC_TEST("health routes: a program that was asked to stop lives, but is not ready") {
  co_await in_program([](program& self) -> task<void> {
    asking health(self);
    self.set_ready();
    self.lifecycle().request_stop();
    CHECK(co_await health.get("/health/live") == R"(200 {"status":"ok"})");
    CHECK(co_await health.get("/health/startup") == R"(200 {"status":"started"})");
    CHECK(co_await health.get("/health/ready") == R"(503 {"status":"not ready"})");
    CHECK(co_await health.get("/health/") == R"(503 {"status":"unhealthy"})");
  });
}

LEAT_ASYNC_TEST("health routes: a required dependency that fails is named, and ready is 503") {
  co_await in_program([](program& self) -> task<void> {
    asking health(self);
    self.set_ready();
    self.health().add("database", fails);
    self.health().add("cache", fails, {.is_required = false});
    CHECK(co_await health.get("/health/ready") ==
          R"(503 {"status":"not ready","failing":["database"]})");
    CHECK(co_await health.get("/health/") == R"(503 {"status":"unhealthy"})");
    CHECK(co_await health.get("/health/live") == R"(200 {"status":"ok"})");
  });
}

LEAT_ASYNC_TEST("health routes: a hanging dependency is told within its time, with no secret") {
  co_await in_program([&loop](program& self) -> task<void> {
    asking health(self);
    self.set_ready();
    self.health().add("index", hangs, {.timeout = 250ms, .is_required = false});
    self.health().add("cache", fails, {.is_required = false});
    CHECK(co_await health.get("/health/ready") == R"(200 {"status":"ready"})");
    CHECK(loop.elapsed() == 0s);  // it asks only what is required
    const auto before = loop.elapsed();
    CHECK(co_await health.get("/health/detailed") ==
          R"(200 {"status":"degraded","phase":"ready","dependencies":{)"
          R"("index":{"healthy":false,"required":false,"latency_ms":250,)"
          R"("error":"no answer within 250ms"},)"
          R"("cache":{"healthy":false,"required":false,"latency_ms":0,)"
          R"("error":"the check failed"}}})");
    CHECK(loop.elapsed() - before == 250ms);
  });
}

LEAT_ASYNC_TEST("health routes: may be somewhere else, but not twice") {
  co_await in_program([](program& self) -> task<void> {
    http::router routes;
    service::add_health_routes(routes, self, "/internal/health");
    CHECK(routes.find("GET", "/internal/health/live").outcome() ==
          http::route_match::result::found);
    CHECK(routes.find("GET", "/health/live").outcome() == http::route_match::result::no_such_path);
    CHECK_THROWS_AS(service::add_health_routes(routes, self, "/internal/health"), invalid_argument);
    co_return;
  });
}
