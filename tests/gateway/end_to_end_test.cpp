// SPDX-License-Identifier: MIT
#include <array>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/random.hpp"
#include "leat/testing/splits.hpp"

#include "gateway/gateway_world.hpp"
#include "support/scratch_folder.hpp"

// The gateway end to end, each scenario once on real sockets and once on a simulated network.
// What needs a process of its own (signals, exit status, nginx, curl, wrk, memory under load) is
// in gateway_e2e.py; what needs more time than a test may take, or a cancel at every point, is in
// service_test.cpp, and what only a simulated network can do in faults_test.cpp.

using namespace leat;

namespace {

using stream_ptr = std::unique_ptr<io::async_stream>;

const std::string demo_sources = R"(
[demo]
[[upstreams]]
name = "activity"
url = "/user_activity"
[[upstreams]]
name = "revenue"
url = "/revenue_stream"
)";

const std::string health_source = demo_sources + R"(
[[upstreams]]
name = "health"
url = "/system_health"
)";

std::string source(const std::string& name, const std::string& url,
                   const std::string& timeout = "10s") {
  return "[[upstreams]]\nname = \"" + name + "\"\nurl = \"" + url + "\"\ntimeout = \"" + timeout +
         "\"\n";
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

constexpr std::string_view empty_object = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// Answers every request with an empty object, or with nothing.
task<void> serve_metrics(io::listener& from, task_group& connections, bool is_prompt) {
  const auto serve = [](stream_ptr stream, bool answers) -> task<void> {
    try {
      while (!(co_await receive_until(*stream, "\r\n\r\n")).empty()) {
        if (answers) co_await send(*stream, empty_object);
      }
    } catch (const io_error&) {  // the gateway has given up
    } catch (const timeout_error&) {
    }
  };
  for (;;) connections.spawn(serve, co_await from.accept(), is_prompt);
}

/// Answers each connection's request with the same bytes, again and again, and closes.
task<void> serve_bytes(io::listener& from, task_group& connections, std::string head,
                       std::string piece, int times) {
  const auto serve = [](stream_ptr stream, std::string first, std::string again,
                        int count) -> task<void> {
    try {
      static_cast<void>(co_await receive_until(*stream, "\r\n\r\n"));
      co_await send(*stream, first);
      for (int i = 0; i < count; ++i) co_await send(*stream, again);
    } catch (const io_error&) {  // the gateway had enough
    } catch (const timeout_error&) {
    }
  };
  for (;;) connections.spawn(serve, co_await from.accept(), head, piece, times);
}

/// What the gateway answers to these bytes, until it closes.
task<std::string> answer_to(gateway_world& world, std::string_view request) {
  const auto stream = co_await world.connect();
  try {
    co_await send(*stream, request);
  } catch (const io::write_error&) {  // it has answered and closed before the end
  }
  co_return co_await receive_all(*stream);
}

task<void> check_refusal(gateway_world& world, int status, std::string request) {
  const auto answer = co_await answer_to(world, request);
  const std::string code = std::to_string(status);
  CHECK(answer.starts_with("HTTP/1.1 " + code + " "));
  CHECK(has(answer, "Connection: close\r\n"));
  CHECK(has(answer, "\r\n\r\n{\"error\":{\"status\":" + code));
  const auto alive = co_await world.get("/health/live");
  CHECK(alive.status() == 200);
}

}  // namespace

// --- the dashboard

LEAT_GATEWAY_TEST("gateway: its default dashboard has three entries that are ok, in order") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    const auto answer = co_await world.get("/dashboard");
    CHECK(answer.status() == 200);
    CHECK(answer.headers().get("content-type") == "application/json");
    const auto& json = answer.content();
    const auto revenue = json.find(R"("revenue":{"status":"ok","data":{"transactions":10000,)");
    const auto health = json.find(R"("health":{"status":"ok","data":{"load_1m":)");
    CHECK(json.starts_with(R"({"activity":{"status":"ok","data":{)"));
    CHECK(revenue != std::string::npos);
    CHECK(health != std::string::npos);
    CHECK(revenue < health);
  });
}

LEAT_GATEWAY_TEST(
    "gateway: what fails in its demo upstream is logged with the trace of the request") {
  const scratch_folder folder;
  const std::string ledger = folder / "ledger.csv";
  // JSON has no form for this name, so whatever sends it fails.
  std::ofstream(ledger) << "date,product,kind,amount_cents\n2026-01-02,\xFF,sale,100\n";
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  gateway_world world;
  co_await world.serve_while(
      "[demo]\nledger = \"" + ledger + "\"\n" + source("revenue", "/revenue_stream"),
      [&]() -> task<void> {
        const auto answer = co_await answer_to(
            world, "GET /dashboard HTTP/1.1\r\nHost: x\r\nConnection: close\r\ntraceparent: 00-" +
                       trace + "-00f067aa0ba902b7-01\r\n\r\n");
        CHECK(has(answer, R"("detail":"the source answered with status 500")"));
      });
  const auto inside = world.events("request failed");
  const auto outside = world.events("upstream failed");
  REQUIRE(inside.size() == 1);
  REQUIRE(outside.size() == 1);
  CHECK(field_of(inside[0], "route") == "/revenue_stream");
  CHECK(field_of(inside[0], "trace_id") == trace);
  CHECK(field_of(outside[0], "trace_id") == trace);
  CHECK(field_of(inside[0], "span_id") != field_of(outside[0], "span_id"));
}

LEAT_GATEWAY_TEST("gateway: counts its own requests for the activity source") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    for (int i = 0; i < 3; ++i) co_await world.get("/health/live");
    co_await world.get("/nothing");
    const auto answer = co_await world.get("/dashboard");
    CHECK(has(answer.content(), R"("requests_total":4,)"));
    CHECK(has(answer.content(), R"({"route":"/health/live","requests":3,"errors":0})"));
    CHECK(has(answer.content(), R"({"route":"unknown","requests":1,"errors":1})"));
  });
}

LEAT_GATEWAY_TEST("gateway: says that it lives") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    const auto answer = co_await world.get("/health/live");
    CHECK(answer.content() == R"({"status":"ok"})");
  });
}

LEAT_GATEWAY_TEST("gateway: logs and counts each call of an upstream") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    co_await world.get("/dashboard");
    co_await world.wait_event("request");
    const auto records = world.events("upstream called");
    REQUIRE(records.size() == 3);
    for (const auto& each : records) CHECK(field_of(each, "outcome") == "ok");
    const auto metrics = co_await world.get("/metrics");
    CHECK(has(metrics.content(),
              R"(gateway_upstream_seconds_count{outcome="ok",source="health"} 1)"));
  });
}

LEAT_GATEWAY_TEST("gateway: a hanging upstream is given up when its time is over") {
  gateway_world world;
  const auto silent = world.listen("silent");
  const auto sources = demo_sources + source("slow", world.url_of(*silent), "200ms");
  co_await world.serve_while(sources, [&]() -> task<void> {
    const auto answer = co_await world.get("/dashboard");
    CHECK(has(answer.content(), R"("revenue":{"status":"ok")"));
    CHECK(has(answer.content(),
              R"("slow":{"status":"error","detail":"the source did not answer in time"})"));
    for (const auto& each : world.events("upstream called")) {
      if (field_of(each, "source") != "slow") continue;
      CHECK(field_of(each, "outcome") == "error");
      // The limit begins with the step of the loop (`executor::limits_begin`), the measure with
      // the call, so it may show a little less.
      CHECK(std::stod(field_of(each, "seconds")) >= 0.19);
    }
  });
}

LEAT_GATEWAY_TEST("gateway: an upstream that is gone costs its own entry only") {
  gateway_world world;
  auto mortal = world.listen("mortal");
  const auto port = std::to_string(mortal->local().port());
  const auto sources = demo_sources + source("mortal", world.url_of(*mortal));
  co_await world.serve_while(sources, [&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&serve_metrics, std::ref(*mortal), std::ref(group), true);
      const auto before = co_await world.get("/dashboard");
      CHECK(has(before.content(), R"("mortal":{"status":"ok","data":{}})"));
      group.cancel();
    });
    mortal.reset();
    const auto after = co_await world.get("/dashboard");
    CHECK(after.status() == 200);
    CHECK(has(after.content(), R"("revenue":{"status":"ok")"));
    const auto entry = after.content().find(R"("mortal":{"status":"error","detail":")");
    REQUIRE(entry != std::string::npos);
    CHECK_FALSE(has(std::string_view(after.content()).substr(entry), port));
  });
}

LEAT_GATEWAY_TEST(
    "gateway: a source that never answers costs the others nothing, however many ask") {
  gateway_world world;
  const auto silent = world.listen("silent");
  const auto prompt = world.listen("prompt");
  const auto sources =
      source("slow", world.url_of(*silent), "300ms") + source("good", world.url_of(*prompt), "10s");
  constexpr int users = 200;
  int good = 0;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(&serve_metrics, std::ref(*silent), std::ref(group), false);
    group.spawn(&serve_metrics, std::ref(*prompt), std::ref(group), true);
    co_await world.serve_while(sources, [&]() -> task<void> {
      auto options = world.client_options();
      options.limits.max_connections = users;
      http::async_client client(options);
      co_await with_task_group([&](task_group& asking) -> task<void> {
        for (int i = 0; i < users; ++i) {
          asking.spawn(
              [](http::async_client& from, int& count) -> task<void> {
                const auto answer = co_await from.get("/dashboard");
                if (has(answer.content(), R"("good":{"status":"ok")")) ++count;
              },
              std::ref(client), std::ref(good));
        }
        co_return;
      });
      client.close();
    });
    group.cancel();
  });
  CHECK(good == users);
}

LEAT_GATEWAY_TEST("gateway: hostile upstreams cost their own entries only") {
  struct story {
    std::string name;
    std::string first;
    std::string again = {};
    int times = 0;
  };
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string large(65536, 'x');
  std::string chunks;
  std::string fields;
  for (int i = 0; i < 9999; ++i) chunks += "1\r\nx\r\n";
  for (int i = 0; i < 10'000; ++i) fields += "x: y\r\n";
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += R"({"a":)";
  const std::vector<story> stories{
      {"garbage", testing::random_source(1).bytes(2560)},
      {"truncated", head + "Content-Length: 100\r\n\r\n{"},
      {"endless", head + "\r\n", large, 300},
      {"chunks", head + "Transfer-Encoding: chunked\r\n\r\n", chunks, 200},
      {"interim", "", "HTTP/1.1 100 Continue\r\n\r\n", 1000},
      {"header", head, fields, 100},
      {"two-ends", head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"},
      {"no-utf-8", head + "\r\n{\"\xff\": \"\xc3\x28\"}"},
      {"deep", head + "\r\n" + deep},
      {"forged", head + "\r\n{\"a\": 1}\n{\"event\": \"forged\"}"},
  };
  gateway_world world;
  std::vector<std::unique_ptr<io::listener>> listeners;
  std::string sources;
  for (const auto& each : stories) {
    listeners.push_back(world.listen(each.name));
    sources += source(each.name, world.url_of(*listeners.back()));
  }
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (std::size_t i = 0; i < stories.size(); ++i) {
      group.spawn(&serve_bytes, std::ref(*listeners[i]), std::ref(group), stories[i].first,
                  stories[i].again, stories[i].times);
    }
    co_await world.serve_while(sources, [&]() -> task<void> {
      for (int i = 0; i < 3; ++i) {
        const auto answer = co_await world.get("/dashboard");
        CHECK(answer.status() == 200);
        for (const auto& each : stories) {
          INFO(each.name);
          CHECK(has(answer.content(), "\"" + each.name + R"(":{"status":"error")"));
        }
      }
    });
    group.cancel();
  });
  CHECK(world.events("forged").empty());
}

LEAT_GATEWAY_TEST("gateway: a source whose answer has no end does not fill the memory") {
  gateway_world world;
  const auto endless = world.listen("endless");
  std::size_t sent = 0;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(
        [](io::listener& from, std::size_t& count) -> task<void> {
          const auto stream = co_await from.accept();
          const std::string piece(65536, 'x');
          try {
            co_await send(*stream, "HTTP/1.1 200 OK\r\n\r\n\"");
            for (; count < (std::size_t{64} << 20); count += piece.size()) {
              co_await send(*stream, piece);
            }
          } catch (const io_error&) {  // the gateway had enough
          }
        },
        std::ref(*endless), std::ref(sent));
    co_await world.serve_while(source("endless", world.url_of(*endless)), [&]() -> task<void> {
      const auto answer = co_await world.get("/dashboard");
      CHECK(has(answer.content(), R"("endless":{"status":"error")"));
    });
  });
  // A megabyte, and what a system keeps under way.
  CHECK(sent < (std::size_t{32} << 20));
}

// --- hostile and unusual clients

LEAT_GATEWAY_TEST("gateway: answers a client that sends byte by byte") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    const auto stream = co_await world.connect();
    const std::string request = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for (const char& each : request) {
      co_await send(*stream, {&each, 1});
      co_await some_turns();
    }
    const auto answer = co_await receive_all(*stream);
    CHECK(answer.starts_with("HTTP/1.1 200 "));
    CHECK(answer.ends_with(R"({"status":"ok"})"));
  });
}

LEAT_GATEWAY_TEST("gateway: answers 64 requests sent at once") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    std::string requests;
    for (int i = 0; i < 63; ++i) requests += "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    requests += "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const auto answers = co_await answer_to(world, requests);
    int heads = 0;
    int bodies = 0;
    for (std::size_t at = 0; (at = answers.find("HTTP/1.1 200", at)) != std::string::npos; ++at) {
      ++heads;
    }
    for (std::size_t at = 0; (at = answers.find(R"({"status":"ok"})", at)) != std::string::npos;
         ++at) {
      ++bodies;
    }
    CHECK(heads == 64);
    CHECK(bodies == 64);
  });
}

LEAT_GATEWAY_TEST("gateway: refuses a request with two ways to end") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    co_await check_refusal(world, 400,
                           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n");
  });
}

LEAT_GATEWAY_TEST("gateway: refuses lines that end without a carriage return") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    co_await check_refusal(world, 400, "GET / HTTP/1.1\nHost: x\n\n");
  });
}

LEAT_GATEWAY_TEST("gateway: refuses 100 KB of header") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    co_await check_refusal(
        world, 431, "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n");
  });
}

LEAT_GATEWAY_TEST("gateway: answers a client that has closed its side") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    const auto stream = co_await world.connect();
    co_await send(*stream, "GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n");
    co_await stream->shut_down_write(deadline_after(1s));
    const auto answer = co_await receive_all(*stream);
    CHECK(answer.starts_with("HTTP/1.1 200 "));
    CHECK(has(answer, R"("revenue":{"status":"ok")"));
  });
}

namespace {

/// Sends bytes that may mean anything, ends, and reads what comes back.
task<std::string> provoke(gateway_world& world, std::string_view bytes) {
  const auto stream = co_await world.connect();
  try {
    co_await send(*stream, bytes);
    co_await stream->shut_down_write(deadline_after(1s));
  } catch (const io::write_error&) {  // it had enough
  }
  co_return co_await receive_all(*stream);
}

/// One or two requests with pieces put in, taken out, and bytes changed.
std::string mutated_request(testing::random_source& random) {
  static const std::array<std::string, 7> requests{
      "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET http://x/dashboard?a=%20 HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
      "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n",
      "PUT /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\nzzzzzzzzz",
      "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\nT: x\r\nT: x\r\nT: x\r\n\r\n",
      "HEAD /metrics HTTP/1.0\r\n\r\n",
  };
  static const std::array<std::string, 20> pieces{"\r\n",
                                                  "\n",
                                                  "\r",
                                                  std::string(1, '\0'),
                                                  " ",
                                                  ":",
                                                  "%",
                                                  "\xff\xfe",
                                                  "-1",
                                                  "HTTP/9.9",
                                                  "0\r\n\r\n",
                                                  "ffffffffffffffff\r\n",
                                                  "Content-Length: 18446744073709551616\r\n",
                                                  "Content-Length: 0\r\n",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "Host: y\r\n",
                                                  "Expect: 100-continue\r\n",
                                                  std::string(9000, 'a'),
                                                  "X: y\r\nX: y\r\nX: y\r\nX: y\r\n",
                                                  "\"}\n{\"event\": \"forged\"}"};
  const auto piece = [&random]() -> const std::string& {
    return pieces[random.below(pieces.size())];
  };
  std::string text = requests[random.below(requests.size())];
  if (random.chance(0.5)) text += requests[random.below(requests.size())];
  for (auto left = 1 + random.below(5); left != 0; --left) {
    const auto at = static_cast<std::size_t>(random.below(text.size() + 1));
    switch (random.below(5)) {
      case 0: text.replace(at, 1, random.bytes(1)); break;
      case 1: text.insert(at, piece()); break;
      case 2: text.erase(at, 1 + static_cast<std::size_t>(random.below(30))); break;
      case 3: {
        const auto line = text.find("\r\n", at);
        text.insert(line == std::string::npos ? at : line + 2, piece());
        break;
      }
      default: text.insert(at, text.substr(0, static_cast<std::size_t>(random.below(60)))); break;
    }
  }
  return text;
}

}  // namespace

LEAT_GATEWAY_TEST("gateway: survives garbage") {
  gateway_world world;
  co_await world.serve_while(health_source, [&]() -> task<void> {
    std::string lines;
    for (int i = 0; i < 1000; ++i) lines += "\r\n";
    for (const std::string& garbage :
         {std::string(1000, '\0'), lines, testing::random_source(2).bytes(5000), std::string("GET"),
          std::string("\x16\x03\x01")}) {
      static_cast<void>(co_await provoke(world, garbage));
    }
    const auto alive = co_await world.get("/health/live");
    CHECK(alive.status() == 200);
  });
}

LEAT_GATEWAY_TEST("gateway: survives 500 mutated requests") {
  constexpr std::uint64_t seed = 20261122;
  CAPTURE(seed);
  gateway_world world;
  testing::random_source random(seed);
  co_await world.serve_while(health_source, [&]() -> task<void> {
    for (int i = 0; i < 500; ++i) {
      const auto answer = co_await provoke(world, mutated_request(random));
      REQUIRE((answer.empty() || answer.starts_with("HTTP/1.1 ")));
    }
    const auto alive = co_await world.get("/health/live");
    CHECK(alive.status() == 200);
  });
  CHECK(world.events("forged").empty());
}

LEAT_GATEWAY_TEST("gateway: keeps nothing of 1,000 connections dropped inside of a request") {
  gateway_world world;
  testing::random_source random(20261122);
  const std::string request =
      "POST /dashboard HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x');
  co_await world.serve_while(health_source, [&]() -> task<void> {
    co_await world.get("/health/live");
    co_await some_turns();
    const auto before = world.open_connections();
    for (int i = 0; i < 20; ++i) {
      std::vector<stream_ptr> streams;
      for (int n = 0; n < 50; ++n) streams.push_back(co_await world.connect());
      for (auto& each : streams) {
        const auto part = static_cast<std::size_t>(random.below(request.size()));
        co_await send(*each, std::string_view(request).substr(0, part));
      }
    }
    const auto alive = co_await world.get("/health/live");
    CHECK(alive.status() == 200);
    while (world.open_connections() > before) co_await sleep_for(1ms);
  });
}

// --- its end

LEAT_GATEWAY_TEST("gateway: asked to stop, it answers what is under way and then ends") {
  gateway_world world;
  const auto slow = world.listen("slow");
  co_await world.serve_while(source("slow", world.url_of(*slow)), [&]() -> task<void> {
    const auto client = co_await world.connect();
    co_await send(*client, "GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto upstream = co_await slow->accept();
    static_cast<void>(co_await receive_until(*upstream, "\r\n\r\n"));
    world.stop.ask();
    co_await world.wait_event("draining");
    CHECK_THROWS_AS(static_cast<void>(co_await world.connect()), io::connect_error);
    co_await send(*upstream, empty_object);
    const auto answer = co_await receive_all(*client);
    CHECK(answer.starts_with("HTTP/1.1 200 "));
    CHECK(has(answer, "Connection: close\r\n"));
    CHECK(answer.ends_with(R"({"slow":{"status":"ok","data":{}}})"));
    co_await client->close(deadline_after(1s));  // or the gateway would linger for us
    co_await world.wait_event("stopped");
  });
  CHECK(world.events("stopped").size() == 1);
}

LEAT_GATEWAY_TEST("gateway: asked twice to stop, it does not wait for what is under way") {
  gateway_world world;
  const auto slow = world.listen("slow");
  const auto sources = source("slow", world.url_of(*slow), "1h");
  co_await world.serve_while(
      sources,
      [&]() -> task<void> {
        const auto client = co_await world.connect();
        co_await send(*client, "GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n");
        const auto upstream = co_await slow->accept();
        world.stop.ask();
        co_await world.wait_event("draining");
        world.stop.ask();
        const auto answer = co_await receive_all(*client);
        CHECK(answer.empty());
        co_await world.wait_event("stopped");
      },
      "drain = \"1h\"");
}
