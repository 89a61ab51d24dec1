// SPDX-License-Identifier: MIT
#include <optional>
#include <string>

#include "leat/coro/when_any.hpp"
#include "leat/testing/cancellation.hpp"

#include "http/raw_client.hpp"

using namespace leat;
using http::router;
using http::server_request;
using http::server_response;

namespace {

/// Whether the last handler saw its client go.
struct seen {
  std::optional<bool> gone;
};

router watching_routes(seen& what) {
  router routes;
  routes.get("/watch", [&what](server_request& request) -> task<server_response> {
    const auto first = co_await when_any(request.wait_client_gone(), sleep_for(5s));
    what.gone = first.index == 0;
    co_return server_response::text("watched " + std::string(request.path()));
  });
  routes.get("/hello", [](server_request&) -> task<server_response> {
    co_return server_response::text("hello");
  });
  return routes;
}

}  // namespace

LEAT_ASYNC_TEST("client gone: a handler sees its client close the connection") {
  seen what;
  server_world world(watching_routes(what));
  co_await serve_while(world, [&](server_world& all) -> task<void> {
    {
      auto client = co_await all.connect();
      co_await client.send(get("/watch"));
      co_await sleep_for(1s);
    }
    co_await some_turns();
    CHECK(what.gone == true);
    CHECK(loop.elapsed() == 1s);
  });
}

LEAT_ASYNC_TEST("client gone: one that only closes its side is gone too, and gets its answer") {
  seen what;
  server_world world(watching_routes(what));
  co_await serve_while(world, [&](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(get("/watch"));
    co_await sleep_for(1s);
    co_await client.end_output();
    CHECK((co_await client.read_answer()).body == "watched /watch");
    CHECK(what.gone == true);
    CHECK(co_await client.is_at_end());
  });
}

LEAT_ASYNC_TEST("client gone: one that waits is not gone, and its connection goes on") {
  seen what;
  server_world world(watching_routes(what));
  co_await serve_while(world, [&](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/watch"))).body == "watched /watch");
    CHECK(what.gone == false);
    CHECK((co_await client.ask(get("/hello"))).body == "hello");
    CHECK((co_await client.ask(get("/watch"))).body == "watched /watch");
  });
}

LEAT_ASYNC_TEST("client gone: what is sent ahead meanwhile is answered afterwards, in order") {
  seen what;
  server_world world(watching_routes(what));
  co_await serve_while(world, [&](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(get("/watch"));
    co_await sleep_for(1s);
    const std::string ahead = get("/hello") + get("/hello");
    co_await client.send(ahead.substr(0, 10));
    co_await sleep_for(1s);
    co_await client.send(ahead.substr(10));
    CHECK((co_await client.read_answer()).body == "watched /watch");
    CHECK(what.gone == false);
    CHECK((co_await client.read_answer()).body == "hello");
    CHECK((co_await client.read_answer()).body == "hello");
  });
}

LEAT_ASYNC_TEST(
    "client gone: behind much that is sent ahead the end is not seen, and all answered") {
  seen what;
  server_world world(watching_routes(what));
  co_await serve_while(world, [&](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(get("/watch"));
    co_await sleep_for(1s);
    int requests = 0;
    for (std::size_t size = 0; size < 40'000; size += get("/hello").size(), ++requests) {
      co_await client.send(get("/hello"));
    }
    co_await client.end_output();
    CHECK((co_await client.read_answer()).body == "watched /watch");
    CHECK(what.gone == false);
    for (int i = 0; i < requests; ++i) CHECK((co_await client.read_answer()).body == "hello");
    CHECK(co_await client.is_at_end());
  });
}

LEAT_ASYNC_TEST("client gone: without a connection nobody goes") {
  const router routes;
  const http::detail::request_parts parts;
  const auto route = routes.find("GET", "/");
  server_request request(parts, route);
  const auto first = co_await when_any(request.wait_client_gone(), sleep_for(1h));
  CHECK(first.index == 1);
}

TEST_CASE("client gone: server_request::wait_client_gone can be cancelled anywhere") {
  const auto report = testing::for_each_cancellation([]() -> task<void> {
    seen what;
    server_world world(watching_routes(what));
    co_await serve_while(world, [](server_world& all) -> task<void> {
      auto client = co_await all.connect();
      co_await client.send(get("/watch"));
      co_await client.send(get("/hello"));
      CHECK((co_await client.read_answer()).body == "watched /watch");
      CHECK((co_await client.read_answer()).body == "hello");
    });
  });
  CHECK(report.stopped > 10);
}
