// SPDX-License-Identifier: MIT
#include "dashboard.hpp"

#include <algorithm>
#include <mutex>
#include <string>

#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"
#include "leat/log/backend.hpp"
#include "leat/model/json.hpp"
#include "leat/pool/error.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/memory_network.hpp"
#include "leat/testing/scripted_peer.hpp"

#include "support/async_test.hpp"

using namespace leat;
using gateway::aggregator;
using gateway::metrics_source;
using testing::memory_network;
using testing::scripted_peer;

namespace {

std::string ok(std::string body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

io::endpoint port(std::uint16_t number) {
  return io::endpoint::tcp("up.test", number);
}

metrics_source source(std::string name, std::uint16_t number, duration timeout = 5s) {
  return {std::move(name), "http://up.test:" + std::to_string(number) + "/m", timeout};
}

http::async_client_options on(memory_network& net) {
  http::async_client_options options;
  options.network = &net;
  return options;
}

/// A dashboard of sources on a memory network, with what it logs.
struct fixture {
  explicit fixture(std::vector<metrics_source> sources)
      : logs(log::delivery::synchronous, log_options(lines)),
        client(on(net)),
        fetcher(client),
        all(fetcher, std::move(sources), logs.logger(), registry) {}

  static log::backend_options log_options(std::vector<std::string>& into) {
    log::backend_options options;
    options.sinks = {
        log::sink::custom([&into](log::level, std::string_view line) { into.emplace_back(line); })};
    return options;
  }

  task<std::string> compile() { co_return model::to_json(co_await all.compile_dashboard()); }

  std::vector<std::string> lines;
  log::backend logs;
  metrics::registry registry;
  memory_network net;
  http::async_client client;
  gateway::data_fetcher fetcher;
  aggregator all;
};

std::size_t count(const std::vector<std::string>& lines, const std::string& part) {
  std::size_t found = 0;
  for (const auto& line : lines) found += line.find(part) != std::string::npos ? 1 : 0;
  return found;
}

}  // namespace

LEAT_ASYNC_TEST("dashboard: entries stand in the configured order, whoever answers first") {
  fixture with({source("activity", 1), source("revenue", 2), source("health", 3)});
  scripted_peer a(with.net, port(1));
  scripted_peer b(with.net, port(2));
  scripted_peer c(with.net, port(3));
  a.accept().expect_until("\r\n\r\n").pause(3s).answer(ok(R"({"n": 1})")).close();
  b.accept().expect_until("\r\n\r\n").pause(1s).answer(ok(R"({"n": 2})")).close();
  c.accept().expect_until("\r\n\r\n").pause(2s).answer(ok(R"({"n": 3})")).close();
  std::string json;
  co_await when_all(a.play(), b.play(), c.play(), [](fixture& f, std::string& into) -> task<void> {
    into = co_await f.compile();
  }(with, json));
  CHECK(json == R"({"activity":{"status":"ok","data":{"n":1}},)"
                R"("revenue":{"status":"ok","data":{"n":2}},)"
                R"("health":{"status":"ok","data":{"n":3}}})");
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("dashboard: a source that fails costs its own entry only") {
  fixture with({source("activity", 1), source("health", 3)});
  scripted_peer a(with.net, port(1));
  a.accept().expect_until("\r\n\r\n").answer(ok("{}")).close();
  std::string json;
  co_await when_all(a.play(), [](fixture& f, std::string& into) -> task<void> {
    into = co_await f.compile();
  }(with, json));
  CHECK(json == R"({"activity":{"status":"ok","data":{}},)"
                R"("health":{"status":"error","detail":"the source could not be connected"}})");
}

LEAT_ASYNC_TEST("dashboard: a source that hangs costs no more than its timeout") {
  fixture with({source("slow", 1, 1500ms)});
  scripted_peer a(with.net, port(1));
  a.accept().expect_until("\r\n\r\n").expect_close();
  std::string json;
  co_await when_all(a.play(), [](fixture& f, std::string& into) -> task<void> {
    into = co_await f.compile();
  }(with, json));
  CHECK(json == R"({"slow":{"status":"error","detail":"the source did not answer in time"}})");
  CHECK(loop.elapsed() == 1500ms);
}

LEAT_ASYNC_TEST("dashboard: answers that are no JSON object of a success are errors") {
  fixture with({source("status", 1), source("array", 2), source("text", 3), source("cut", 4)});
  scripted_peer a(with.net, port(1));
  scripted_peer b(with.net, port(2));
  scripted_peer c(with.net, port(3));
  scripted_peer d(with.net, port(4));
  a.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
      .close();
  b.accept().expect_until("\r\n\r\n").answer(ok("[1]")).close();
  c.accept().expect_until("\r\n\r\n").answer(ok("hello")).close();
  d.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
      .close();
  std::string json;
  co_await when_all(
      a.play(), b.play(), c.play(), d.play(),
      [](fixture& f, std::string& into) -> task<void> { into = co_await f.compile(); }(with, json));
  CHECK(json ==
        R"({"status":{"status":"error","detail":"the source answered with status 404"},)"
        R"("array":{"status":"error","detail":"the source did not answer with a JSON object"},)"
        R"("text":{"status":"error","detail":"the source did not answer with a JSON object"},)"
        R"("cut":{"status":"error","detail":"the source's answer was not understood"}})");
}

LEAT_ASYNC_TEST("dashboard: each call is logged once with its outcome and time") {
  fixture with({source("good", 1), source("bad", 2)});
  scripted_peer a(with.net, port(1));
  a.accept().expect_until("\r\n\r\n").pause(800ms).answer(ok("{}")).close();
  co_await when_all(a.play(), [](fixture& f) -> task<void> { co_await f.compile(); }(with));
  CHECK(count(with.lines, R"("event": "upstream called", "source": "good", "outcome": "ok", )"
                          R"("seconds": 0.8)") == 1);
  CHECK(count(with.lines, R"("source": "bad", "outcome": "error")") == 1);
  CHECK(with.registry.to_text().find(
            R"(gateway_upstream_seconds_count{outcome="ok",source="good"} 1)") !=
        std::string::npos);
}

LEAT_ASYNC_TEST("dashboard: details for users name no host, the log does") {
  fixture with({source("bad", 2)});
  const auto json = co_await with.compile();
  CHECK(json.find("up.test") == std::string::npos);
  CHECK(count(with.lines, "up.test:2") == 1);
}

TEST_CASE("dashboard: every kind of failure has a detail that says something") {
  const std::vector<std::exception_ptr> failures{
      nullptr,
      std::make_exception_ptr(pool::pool_timeout("x")),
      std::make_exception_ptr(io::connect_timeout("x")),
      std::make_exception_ptr(io::read_timeout("x")),
      std::make_exception_ptr(deadline_exceeded()),
      std::make_exception_ptr(io::resolve_error("x")),
      std::make_exception_ptr(io::connect_error("x")),
      std::make_exception_ptr(io::read_error("x")),
      std::make_exception_ptr(http::remote_protocol_error("x")),
      std::make_exception_ptr(7),
  };
  for (const auto& each : failures) CHECK_FALSE(gateway::public_detail(each).empty());
}

TEST_CASE("dashboard: cancelled at every suspension point, it records each call exactly once") {
  std::unique_ptr<fixture> with;
  std::size_t most_calls = 0;
  const auto report = testing::for_each_cancellation(
      [&with] {
        with = std::make_unique<fixture>(
            std::vector{source("a", 1), source("b", 2), source("c", 3, 2ms)});
        return [](fixture& f) -> task<void> {
          scripted_peer a(f.net, port(1));
          scripted_peer b(f.net, port(2));
          scripted_peer c(f.net, port(3));
          a.accept().expect_until("\r\n\r\n").pause(1ms).answer(ok("{}")).close();
          b.accept().expect_until("\r\n\r\n").answer(ok("{}")).close();
          c.accept().expect_until("\r\n\r\n").expect_close();
          co_await when_all(a.play(), b.play(), c.play(), f.compile());
        }(*with);
      },
      [&with, &most_calls](const outcome<void>& ended) {
        const auto calls = count(with->lines, "upstream called");
        CHECK(calls <= 3);
        if (ended.has_value()) CHECK(calls == 3);
        most_calls = std::max(most_calls, count(with->lines, R"("outcome": "cancelled")"));
        CHECK(with->client.statistics().active == 0);
        CHECK(with->client.statistics().waiting == 0);
        with.reset();
      });
  CHECK(report.suspensions >= 10);
  CHECK(most_calls == 3);
}
