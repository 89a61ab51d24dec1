// SPDX-License-Identifier: MIT
#include "leat/service/serve.hpp"

#include <csignal>
#include <optional>
#include <stdexcept>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/memory_network.hpp"

#include "app/program_world.hpp"
#include "http/raw_client.hpp"

using namespace leat;
using app::program;
using http::server_request;
using http::server_response;

namespace {

const auto address = io::endpoint::tcp("demo", 80);

http::router usual_routes() {
  http::router routes;
  routes.get("/hello", [](server_request&) -> task<server_response> {
    co_return server_response::text("hello");
  });
  routes.get("/slow", [](server_request&) -> task<server_response> {
    co_await sleep_for(5s);
    co_return server_response::text("slow");
  });
  routes.get("/hang", [](server_request&) -> task<server_response> {
    co_await sleep_for(20s);
    co_return server_response::text("late");
  });
  routes.get("/fail", [](server_request&) -> task<server_response> {
    throw std::runtime_error("no luck");
    co_return server_response();
  });
  return routes;
}

/// A service on a network in memory.
struct service_world : program_world {
  testing::memory_network network;

  [[nodiscard]] service::serve_options serve_options() {
    service::serve_options made;
    made.at = address;
    made.server.network = &network;
    return made;
  }

  /// Serves, runs `script` once it does, and sends SIGTERM afterwards unless it has sent a signal.
  task<int> serve_while(app::program_options options, std::function<task<void>()> script) {
    int status = -1;
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([this, &status, &options]() -> task<void> {
        status =
            co_await app::run_lifespan(std::move(options), [this](program& self) -> task<void> {
              self.exits().callback([this] { note("database closed"); });
              co_await service::serve(self, usual_routes(), serve_options());
              note("drained");
            });
      });
      while (!has_logged("serving address=demo:80")) co_await yield_now();
      co_await script();
      if (!signals.was_used()) signals.send(SIGTERM);
    });
    co_return status;
  }
  task<int> serve_while(std::function<task<void>()> script) {
    return serve_while(options(), std::move(script));
  }

  task<raw_client> connect() { return raw_client::connect(network, address); }
};

}  // namespace

LEAT_ASYNC_TEST("serve: is ready once it listens, and drains when it is asked to stop") {
  service_world world;
  const int status = co_await world.serve_while([&world]() -> task<void> {
    auto client = co_await world.connect();
    CHECK((co_await client.ask(get("/hello"))).body == "hello");
    CHECK((co_await client.ask(get("/health/ready"))).status == 200);
    const auto page = co_await client.ask(get("/metrics"));
    CHECK(page.status == 200);
    CHECK(page.body.find(
              "http_requests_total{endpoint=\"/hello\",method=\"GET\",status=\"200\"} 1") !=
          std::string::npos);
    CHECK(page.body.find("\"/metrics\"") == std::string::npos);
  });

  CHECK(status == 0);
  CHECK(world.notes == std::vector<std::string>{"drained", "database closed", "log ends"});
  REQUIRE(world.log.size() > 4);
  CHECK(world.log[0] == "application_startup app_name=demo");
  CHECK(world.log[1] == "serving address=demo:80");
  CHECK(world.log[2].starts_with("request method=GET route=/hello status=200 seconds="));
  CHECK(world.has_logged("draining connections="));
  CHECK(world.log.back() == "application_shutdown app_name=demo");
}

LEAT_ASYNC_TEST("serve: what is under way is answered, a readiness with 503, and nobody new") {
  service_world world;
  const int status = co_await world.serve_while([&world]() -> task<void> {
    auto busy = co_await world.connect();
    auto probe = co_await world.connect();
    co_await busy.send(get("/slow"));
    co_await probe.send("GET /health/ready HTTP/1.1\r\nHost: test\r\n");
    co_await sleep_for(1s);
    world.signals.send(SIGTERM);
    co_await some_turns();
    CHECK_THROWS_AS(static_cast<void>(co_await world.connect()), io::connect_error);
    const auto readiness = co_await probe.ask("\r\n");
    CHECK(readiness.status == 503);
    CHECK(readiness.body == R"({"status":"not ready"})");
    CHECK((co_await busy.read_answer()).body == "slow");
  });
  CHECK(status == 0);
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("serve: what does not end within its time is stopped, and the status is 0") {
  service_world world;
  const int status = co_await world.serve_while([&world]() -> task<void> {
    auto client = co_await world.connect();
    co_await client.send(get("/hang"));
    co_await sleep_for(1s);
    world.signals.send(SIGTERM);
    CHECK(co_await client.is_at_end());
  });
  CHECK(status == 0);
  CHECK(loop.elapsed() == 11s);
  CHECK(world.notes == std::vector<std::string>{"drained", "database closed", "log ends"});
}

LEAT_ASYNC_TEST("serve: with a notice it goes on accepting for a while, and is not ready") {
  service_world world;
  auto options = world.options();
  options.limits.notice = 3s;
  const int status = co_await world.serve_while(std::move(options), [&world]() -> task<void> {
    world.signals.send(SIGTERM);
    co_await sleep_for(2s);
    auto client = co_await world.connect();
    CHECK((co_await client.ask(get("/hello"))).status == 200);
    CHECK((co_await client.ask(get("/health/ready"))).status == 503);
    co_await sleep_for(2s);
    CHECK_THROWS_AS(static_cast<void>(co_await world.connect()), io::connect_error);
  });
  CHECK(status == 0);
}

LEAT_ASYNC_TEST("serve: a second signal stops what is under way at once") {
  service_world world;
  const int status = co_await world.serve_while([&world]() -> task<void> {
    auto client = co_await world.connect();
    co_await client.send(get("/hang"));
    co_await sleep_for(1s);
    world.signals.send(SIGTERM);
    co_await sleep_for(1s);
    world.signals.send(SIGTERM);
    CHECK(co_await client.is_at_end());
  });
  CHECK(status == app::program_status::forced_by_signal + SIGTERM);
  CHECK(loop.elapsed() == 2s);
  CHECK(world.notes == std::vector<std::string>{"database closed", "log ends"});
}

LEAT_ASYNC_TEST("serve: health checks are stopped when whoever asks goes away") {
  service_world world;
  int running = 0;
  struct counted {
    int* count;
    explicit counted(int& of) noexcept : count(&of) { ++*count; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { --*count; }
  };
  co_await app::run_lifespan(world.options(), [&](program& self) -> task<void> {
    self.health().add("hanging",
                      [&running]() -> task<void> {
                        const counted meanwhile(running);
                        co_await sleep_for(1h);
                      },
                      {.timeout = 25s});
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([&self, &world]() {
        return service::serve(self, usual_routes(), world.serve_options());
      });
      co_await some_turns();
      {
        auto client = co_await world.connect();
        co_await client.send(get("/health/detailed"));
        co_await sleep_for(1s);
        CHECK(running == 1);
      }
      co_await some_turns();
      CHECK(running == 0);
      self.lifecycle().request_stop();
    });
  });
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("serve: an address that cannot be had ends the start-up with status 1") {
  service_world world;
  const auto taken = world.network.listen(address);
  const int status =
      co_await app::run_lifespan(world.options(), [&world](program& self) -> task<void> {
        co_await service::serve(self, usual_routes(), world.serve_options());
      });
  CHECK(status == 1);
  CHECK(world.times_logged("application_failure") == 1);
  CHECK_FALSE(world.has_logged("application_startup"));
}

LEAT_ASYNC_TEST("serve: a handler that throws is told in the log") {
  service_world world;
  co_await world.serve_while([&world]() -> task<void> {
    auto client = co_await world.connect();
    CHECK((co_await client.ask(get("/fail"))).status == 500);
  });
  CHECK(world.times_logged("request failed method=GET route=/fail error=\"no luck\"") == 1);
}

LEAT_ASYNC_TEST("serve: health and metrics can be elsewhere or nowhere, and hooks are called too") {
  service_world world;
  int requests = 0;
  std::string served_at;
  co_await app::run_lifespan(world.options(), [&](program& self) -> task<void> {
    auto options = world.serve_options();
    options.health_prefix = "/h";
    options.metrics_path = "";
    options.logs_requests = false;
    options.server.on_access = [&requests](const http::access_record&) { ++requests; };
    options.on_serving = [&](const io::endpoint& at) {
      served_at = at.to_string();
      CHECK(self.lifecycle().is_ready());
    };
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [&self, &options]() { return service::serve(self, usual_routes(), std::move(options)); });
      co_await some_turns();
      auto client = co_await world.connect();
      CHECK((co_await client.ask(get("/h/live"))).status == 200);
      CHECK((co_await client.ask(get("/health/live"))).status == 404);
      CHECK((co_await client.ask(get("/metrics"))).status == 404);
      self.lifecycle().request_stop();
    });
  });
  CHECK(requests == 3);
  CHECK(served_at == "demo:80");
  CHECK_FALSE(world.has_logged("request"));
  CHECK_FALSE(world.has_logged("serving"));
}

namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string with_trace = "traceparent: 00-" + trace + "-00f067aa0ba902b7-01\r\n";

/// What a request to a service brings about that asks another one, whose answer it is.
struct traced_call {
  std::vector<std::string> log;
  std::string sent;  ///< The `traceparent` that the other one gets.
};

task<traced_call> call_traced(bool joins_traces, std::string fields) {
  service_world world;
  traced_call seen;
  http::async_client_options asking;
  asking.transport = std::make_shared<http::async_mock_transport>(
      [&seen](const http::basic_request<io::async>& request) {
        seen.sent = std::string(request.headers.get("traceparent").value_or(""));
        return http::server_response::text("other");
      });
  http::async_client client(std::move(asking));
  co_await app::run_lifespan(world.options(), [&](program& self) -> task<void> {
    http::router routes;
    routes.get("/", [&](server_request&) -> task<server_response> {
      self.logger().info("asking");
      const auto answer = co_await client.get("http://other.test/");
      co_return server_response::text(answer.content());
    });
    auto options = world.serve_options();
    options.joins_traces = joins_traces;
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([&self, &routes, &options]() {
        return service::serve(self, std::move(routes), std::move(options));
      });
      co_await some_turns();
      auto visitor = co_await world.connect();
      CHECK((co_await visitor.ask(get("/", fields))).body == "other");
      self.lifecycle().request_stop();
    });
  });
  client.close();
  for (const auto& line : world.log) {
    if (line.starts_with("asking") || line.starts_with("request ")) seen.log.push_back(line);
  }
  co_return seen;
}

}  // namespace

LEAT_ASYNC_TEST("serve: the trace of a request is in its log records, and clients send it on") {
  const auto seen = co_await call_traced(true, with_trace);
  REQUIRE(seen.log.size() == 2);
  for (const auto& line : seen.log) {
    CAPTURE(line);
    CHECK(line.find(" trace_id=" + trace + " span_id=") != std::string::npos);
  }
  CHECK(seen.sent.starts_with("00-" + trace + "-"));
  CHECK(seen.sent.find("00f067aa0ba902b7") == std::string::npos);  // a span of its own
}

LEAT_ASYNC_TEST("serve: a request without a trace begins one") {
  const auto seen = co_await call_traced(true, "");
  REQUIRE(seen.log.size() == 2);
  const auto at = seen.log[0].find("trace_id=");
  REQUIRE(at != std::string::npos);
  const std::string begun = seen.log[0].substr(at, std::string("trace_id=").size() + trace.size());
  CHECK(seen.log[1].find(begun) != std::string::npos);
  CHECK(seen.sent.starts_with("00-" + begun.substr(begun.find('=') + 1)));
}

LEAT_ASYNC_TEST("serve: takes no part in traces if it is told so") {
  const auto seen = co_await call_traced(false, with_trace);
  REQUIRE(seen.log.size() == 2);
  for (const auto& line : seen.log) CHECK(line.find("trace_id") == std::string::npos);
  CHECK(seen.sent.empty());
}

TEST_CASE("serve: cancelled anywhere it leaves nothing") {
  std::optional<service_world> world;
  const auto report = testing::for_each_cancellation([&world]() -> task<void> {
    world.emplace();
    static_cast<void>(
        co_await app::run_lifespan(world->options(), [&of = *world](program& self) -> task<void> {
          co_await with_task_group([&](task_group& group) -> task<void> {
            group.spawn([&self, &of]() {
              return service::serve(self, usual_routes(), of.serve_options());
            });
            co_await some_turns();
            auto client = co_await of.connect();
            co_await client.ask(get("/health/detailed"));
            of.signals.send(SIGTERM);
          });
        }));
  });
  CHECK(report.stopped > 20);
}
