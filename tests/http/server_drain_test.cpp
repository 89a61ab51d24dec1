// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "leat/coro/task_group.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/cancellation.hpp"

#include "http/raw_client.hpp"

using namespace leat;
using http::router;
using http::server_options;
using http::server_request;
using http::server_response;

namespace {

router usual_routes() {
  router routes;
  routes.get("/hello", [](server_request&) -> task<server_response> {
    co_return server_response::text("hello");
  });
  routes.get("/slow", [](server_request&) -> task<server_response> {
    co_await sleep_for(5s);
    co_return server_response::text("slow");
  });
  routes.get("/hang", [](server_request&) -> task<server_response> {
    co_await sleep_for(no_timeout);
    co_return server_response();
  });
  routes.post("/echo", [](server_request& request) -> task<server_response> {
    co_return server_response::text(std::string(request.body()));
  });
  return routes;
}

}  // namespace

LEAT_ASYNC_TEST("server: shut down before it runs, it serves nobody and returns") {
  server_world world(usual_routes());
  world.server.shut_down();
  CHECK(world.server.is_draining());
  co_await world.server.run();
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("server: refuses connections once it drains") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto busy = co_await all.connect();
    co_await busy.send(get("/slow"));
    co_await sleep_for(1s);
    all.server.shut_down();
    CHECK_THROWS_AS(co_await all.connect(), io::connect_error);
    CHECK((co_await busy.read_answer()).body == "slow");
  });
}

LEAT_ASYNC_TEST("server: closes idle connections at once when it drains") {
  server_world world(usual_routes());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto used = co_await all.connect();
    auto fresh = co_await all.connect();
    auto dozing = co_await all.connect();
    CHECK((co_await dozing.ask(get("/hello"))).status == 200);
    co_await sleep_for(5s);
    CHECK((co_await used.ask(get("/hello"))).status == 200);
    all.server.shut_down();
    CHECK(co_await used.is_at_end());
    CHECK(co_await fresh.is_at_end());
    CHECK(co_await dozing.is_at_end());
    CHECK(loop.elapsed() == 5s);
  });
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("server: answers what is under way when it drains, and closes then") {
  server_world world(usual_routes());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(get("/slow"));
    co_await sleep_for(1s);
    all.server.shut_down();
    const auto got = co_await client.read_answer();
    CHECK(got.body == "slow");
    CHECK(got.has("Connection: close\r\n"));
    CHECK(co_await client.is_at_end());
    CHECK(loop.elapsed() == 5s);
  });
}

LEAT_ASYNC_TEST("server: lets a request that has begun to come finish when it drains") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto head = co_await all.connect();
    auto body = co_await all.connect();
    co_await head.send("GET /hel");
    co_await body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
    co_await sleep_for(1s);
    all.server.shut_down();
    co_await sleep_for(1s);
    co_await head.send("lo HTTP/1.1\r\nHost: a\r\n\r\n");
    co_await body.send("dy");
    CHECK((co_await head.read_answer()).body == "hello");
    CHECK((co_await body.read_answer()).body == "body");
  });
}

LEAT_ASYNC_TEST("server: answers a request that came in the moment it began to drain") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/hello"))).status == 200);
    co_await client.send(get("/hello"));
    all.server.shut_down();
    CHECK((co_await client.read_answer()).has("Connection: close\r\n"));
  });
}

LEAT_ASYNC_TEST("server: stops what is left when the grace of a drain is over") {
  std::vector<int> noted;
  server_options options;
  options.on_access = [&noted](const http::access_record& record) {
    noted.push_back(record.status);
  };
  server_world world(usual_routes(), options);
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto hanging = co_await all.connect();
    auto partial = co_await all.connect();
    co_await hanging.send(get("/hang"));
    co_await partial.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
    co_await sleep_for(1s);
    all.server.shut_down();
    CHECK((co_await hanging.read_to_end()).empty());
    CHECK((co_await partial.read_to_end()).empty());
    CHECK(loop.elapsed() == 11s);
  });
  CHECK(noted == std::vector<int>{0, 0});
}

LEAT_ASYNC_TEST("server: drains beside a client that does not read its answer") {
  server_options options;
  options.timeouts.drain_grace = 3s;
  router routes;
  routes.get("/", [](server_request&) -> task<server_response> {
    co_return server_response::text(std::string(1'000'000, 'x'));
  });
  server_world world(std::move(routes), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(get("/"));
    co_await sleep_for(1s);
    all.server.shut_down();
    co_await sleep_for(10s);
    CHECK(all.server.connections() == 0);
  });
}

LEAT_ASYNC_TEST("server: stops everything when it is cancelled") {
  server_world world(usual_routes());
  co_await with_task_group([&world](task_group& group) -> task<void> {
    group.spawn([](http::server& server) { return server.run(); }, std::ref(world.server));
    auto hanging = co_await world.connect();
    auto idle = co_await world.connect();
    co_await hanging.send(get("/hang"));
    co_await sleep_for(1s);
    group.cancel();
  });
  CHECK(world.server.connections() == 0);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("server: an error of one connection does not reach another") {
  server_options options;
  int told = 0;
  options.on_error = [&told](const http::server_error&) { ++told; };
  auto routes = usual_routes();
  routes.get("/throw", [](server_request&) -> task<server_response> {
    co_await sleep_for(1s);
    throw std::runtime_error("oops");
  });
  server_world world(std::move(routes), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto good = co_await all.connect();
    auto bad = co_await all.connect();
    co_await good.send(get("/slow"));
    CHECK((co_await bad.ask(get("/throw"))).status == 500);
    CHECK((co_await bad.ask("nonsense\r\n\r\n")).status == 400);
    CHECK((co_await good.read_answer()).body == "slow");
  });
  CHECK(told == 1);
}

TEST_CASE("server: can be stopped at every moment and leaves nothing behind") {
  int running = 0;
  const auto scenario = [&running]() -> task<void> {
    struct counted {
      int& count;
      explicit counted(int& counter) : count(++counter) {}
      ~counted() { --count; }
    };
    auto routes = usual_routes();
    routes.get("/wait", [&running](server_request&) -> task<server_response> {
      const counted held(running);
      co_await sleep_for(1s);
      co_return server_response::text(std::string(20'000, 'x'));
    });
    server_world world(std::move(routes));
    co_await serve_while(world, [](server_world& all) -> task<void> {
      auto client = co_await all.connect();
      co_await client.ask(get("/hello"));
      co_await client.send(get("/hello") + get("/wait") + post("/echo", "bo"));
      for (int i = 0; i < 3; ++i) co_await client.read_answer();
      co_await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
      co_await sleep_for(2s);
      CHECK((co_await client.ask("dy")).body == "body");
      co_await sleep_for(2s);
      auto other = co_await all.connect();
      co_await other.send(get("/wait"));
      co_await sleep_for(100ms);
      all.server.shut_down();
      CHECK((co_await other.read_answer()).body.size() == 20'000);
      CHECK(co_await client.is_at_end());
      auto refused = co_await other.read_to_end();
      CHECK(refused.empty());
    });
  };
  const auto report = testing::for_each_cancellation(
      scenario, [&running](const outcome<void>&) { CHECK(running == 0); });
  CHECK(report.suspensions > 20);
  CHECK(report.stopped > 40);
}
