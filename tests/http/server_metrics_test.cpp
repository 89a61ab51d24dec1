// SPDX-License-Identifier: MIT
#include <stdexcept>
#include <string>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/metrics_page.hpp"
#include "leat/http/server.hpp"
#include "leat/http/server_transport.hpp"
#include "leat/metrics/registry.hpp"
#include "leat/testing/cancellation.hpp"

#include "http/raw_client.hpp"

using namespace leat;
using http::router;
using http::server_options;
using http::server_request;
using http::server_response;

namespace {

task<server_response> hello(server_request&) {
  co_return server_response::text("hello");
}

task<server_response> slow(server_request&) {
  co_await sleep_for(2s);
  co_return server_response::empty();
}

task<server_response> broken(server_request&) {
  throw std::runtime_error("broken");
  co_return server_response();
}

router usual_routes() {
  router routes;
  routes.get("/users/{id}", hello);
  routes.post("/slow", slow);
  routes.get("/broken", broken);
  return routes;
}

server_options measured(metrics::registry& into) {
  server_options options;
  options.metrics.into = &into;
  options.on_error = [](const http::server_error&) {};
  return options;
}

bool has_line(const metrics::registry& all, const std::string& line) {
  return all.to_text().find("\n" + line + "\n") != std::string::npos;
}

std::string total(std::string_view method, std::string_view endpoint, std::string_view status,
                  int count) {
  return "http_requests_total{endpoint=\"" + std::string(endpoint) + "\",method=\"" +
         std::string(method) + "\",status=\"" + std::string(status) + "\"} " +
         std::to_string(count);
}

task<int> status_of(server_world& world, std::string request) {
  auto client = co_await world.connect();
  co_await client.send(request);
  co_return (co_await client.read_answer(request.starts_with("HEAD"))).status;
}

}  // namespace

LEAT_ASYNC_TEST("server metrics: count requests by method, pattern and status") {
  metrics::registry all;
  server_world world(usual_routes(), measured(all));
  co_await serve_while(world, [](server_world& at) -> task<void> {
    CHECK(co_await status_of(at, get("/users/7")) == 200);
    CHECK(co_await status_of(at, get("/users/8?x=1")) == 200);
    CHECK(co_await status_of(at, "HEAD /users/9 HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
    CHECK(co_await status_of(at, get("/broken")) == 500);
  });

  CHECK(has_line(all, total("GET", "/users/{id}", "200", 2)));
  CHECK(has_line(all, total("HEAD", "/users/{id}", "200", 1)));
  CHECK(has_line(all, total("GET", "/broken", "500", 1)));
  CHECK(has_line(all, "errors_total{kind=\"handler\"} 1"));
  CHECK(has_line(all, "http_connections 0"));
}

LEAT_ASYNC_TEST("server metrics: what clients choose never becomes a label") {
  metrics::registry all;
  server_world world(usual_routes(), measured(all));
  co_await serve_while(world, [](server_world& at) -> task<void> {
    CHECK(co_await status_of(at, get("/secret/path")) == 404);
    CHECK(co_await status_of(at, get("/other/path")) == 404);
    CHECK(co_await status_of(at, "BREW /users/7 HTTP/1.1\r\nHost: a\r\n\r\n") == 405);
    CHECK(co_await status_of(at, "STEEP /pot HTTP/1.1\r\nHost: a\r\n\r\n") == 404);
    CHECK(co_await status_of(at, "no HTTP\r\n\r\n") == 400);
  });

  CHECK(has_line(all, total("GET", "unmatched", "404", 2)));
  CHECK(has_line(all, total("other", "unmatched", "405", 1)));
  CHECK(has_line(all, total("other", "unmatched", "404", 1)));
  CHECK(has_line(all, total("other", "unmatched", "400", 1)));
  for (const auto* text : {"secret", "path", "BREW", "STEEP", "users/7"}) {
    CAPTURE(text);
    CHECK(all.to_text().find(text) == std::string::npos);
  }
}

LEAT_ASYNC_TEST("server metrics: know what is in progress, and how long it took") {
  metrics::registry all;
  server_world world(usual_routes(), measured(all));
  co_await serve_while(world, [&all](server_world& at) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [&at]() -> task<void> { CHECK(co_await status_of(at, post("/slow", "x")) == 204); });
      co_await sleep_for(1s);
      CHECK(has_line(all, "http_requests_in_progress 1"));
      CHECK(has_line(all, "http_connections 1"));
    });
  });
  CHECK(has_line(all, "http_requests_in_progress 0"));
  CHECK(has_line(all, "http_request_duration_seconds_sum{endpoint=\"/slow\",method=\"POST\"} 2"));
  CHECK(has_line(all,
                 "http_request_duration_seconds_bucket{endpoint=\"/slow\",method=\"POST\","
                 "le=\"1\"} 0"));
  CHECK(has_line(all,
                 "http_request_duration_seconds_bucket{endpoint=\"/slow\",method=\"POST\","
                 "le=\"2.5\"} 1"));
  // Routes that nobody has asked for are there as well.
  CHECK(
      has_line(all, "http_request_duration_seconds_count{endpoint=\"/broken\",method=\"GET\"} 0"));
}

LEAT_ASYNC_TEST("server metrics: a request that is stopped before its answer has no status") {
  metrics::registry all;
  auto options = measured(all);
  options.timeouts.drain_grace = 0s;
  server_world world(usual_routes(), options);
  co_await serve_while(world, [](server_world& at) -> task<void> {
    auto client = co_await at.connect();
    co_await client.send(post("/slow", "x"));
    co_await sleep_for(1s);
  });
  CHECK(has_line(all, total("POST", "/slow", "none", 1)));
  CHECK(has_line(all, "http_requests_in_progress 0"));
}

LEAT_ASYNC_TEST("server metrics: routes that are left out are not measured at all") {
  metrics::registry all;
  auto routes = usual_routes();
  routes.get("/metrics", hello);
  auto options = measured(all);
  options.metrics.except.emplace_back("/users/{id}");
  server_world world(std::move(routes), options);
  co_await serve_while(world, [&](server_world& at) -> task<void> {
    CHECK(co_await status_of(at, get("/metrics")) == 200);
    CHECK(co_await status_of(at, get("/users/7")) == 200);
  });
  CHECK(all.to_text().find("http_requests_total") == std::string::npos);
  CHECK(all.to_text().find("/metrics") == std::string::npos);
}

LEAT_ASYNC_TEST(
    "server metrics: a registry that refuses a series costs no answer, and is told once") {
  metrics::registry all(
      {.max_series_per_metric = 4, .when_full = metrics::series_overflow::refuse});
  router routes;
  routes.get("/{status}", [](server_request& request) -> task<server_response> {
    co_return server_response::empty(std::stoi(request.path_parameter("status")));
  });
  int told = 0;
  auto options = measured(all);
  options.on_error = [&told](const http::server_error& what) {
    CHECK(what.where == http::server_error::place::hook);
    CHECK_THROWS_AS(std::rethrow_exception(what.failure), metrics::too_many_series);
    ++told;
  };
  server_world world(std::move(routes), options);
  co_await serve_while(world, [](server_world& at) -> task<void> {
    for (int status = 210; status < 216; ++status) {
      CHECK(co_await status_of(at, get("/" + std::to_string(status))) == status);
      CHECK(co_await status_of(at, get("/" + std::to_string(status))) == status);
    }
  });
  CHECK(told == 2);
  CHECK(has_line(all, "errors_total{kind=\"hook\"} 2"));
  CHECK(has_line(all, total("GET", "/{status}", "210", 2)));
}

LEAT_ASYNC_TEST("server metrics: several servers add up in one registry") {
  metrics::registry all;
  for (int i = 0; i < 2; ++i) {
    server_world world(usual_routes(), measured(all));
    co_await serve_while(world, [](server_world& at) -> task<void> {
      CHECK(co_await status_of(at, get("/users/7")) == 200);
    });
  }
  CHECK(has_line(all, total("GET", "/users/{id}", "200", 2)));
}

LEAT_ASYNC_TEST("metrics page: shows the registry as Prometheus wants it") {
  metrics::registry all;
  all.add_counter("a_total", "a").increment();
  router routes;
  routes.get("/metrics", http::metrics_page(all));
  server_world world(std::move(routes));
  co_await serve_while(world, [&all](server_world& at) -> task<void> {
    auto client = co_await at.connect();
    const auto got = co_await client.ask(get("/metrics"));
    CHECK(got.status == 200);
    CHECK(got.has("ontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    CHECK(got.body == all.to_text());
  });
}

TEST_CASE("metrics page: can be cancelled anywhere, and shows the registry again afterwards") {
  metrics::registry all;
  all.add_counter("a_total", "a").increment();
  testing::for_each_cancellation([&all]() -> task<void> {
    router routes;
    routes.get("/metrics", http::metrics_page(all));
    http::async_client_options options;
    options.transport = std::make_shared<http::async_server_transport>(std::move(routes));
    http::async_client client(options);
    const auto ask = [](http::async_client& of) { return of.get("http://a.test/metrics"); };
    const auto [one, other] = co_await when_all(ask(client), ask(client));
    CHECK(one.content() == all.to_text());
    CHECK(other.content() == all.to_text());
  });
}

TEST_CASE("router: lists its routes in their order, and a match says which it is") {
  const auto routes = usual_routes();
  const auto all = routes.routes();
  REQUIRE(all.size() == 3);
  CHECK(all[1].method == "POST");
  CHECK(all[1].pattern == "/slow");
  CHECK(routes.find("POST", "/slow").index() == 1);
  CHECK(routes.find("HEAD", "/users/1").index() == 0);
}
