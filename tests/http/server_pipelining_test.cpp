// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "leat/coro/event.hpp"

#include "http/raw_client.hpp"
#include "support/counting_network.hpp"

using namespace leat;
using http::router;
using http::server_options;
using http::server_request;
using http::server_response;

namespace {

/// Answers `/n/{number}` with the number, `/after/{ms}` with the time, when it has passed.
router routes_for_rows() {
  router routes;
  routes.get("/n/{number}", [](server_request& request) -> task<server_response> {
    co_return server_response::text(request.path_parameter("number"));
  });
  routes.get("/after/{ms}", [](server_request& request) -> task<server_response> {
    const auto time = request.path_parameter("ms");
    co_await sleep_for(std::chrono::milliseconds(std::stoi(time)));
    co_return server_response::text(time);
  });
  routes.post("/echo", [](server_request& request) -> task<server_response> {
    co_return server_response::text(std::string(request.body()));
  });
  routes.get("/large/{size}", [](server_request& request) -> task<server_response> {
    const auto size = static_cast<std::size_t>(std::stoul(request.path_parameter("size")));
    co_return server_response::text(std::string(size, 'x'));
  });
  return routes;
}

std::string numbered(int number) {
  return get("/n/" + std::to_string(number));
}

}  // namespace

LEAT_ASYNC_TEST("server: answers 64 requests that were sent ahead, in their order") {
  server_world world(routes_for_rows());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    std::string row;
    for (int i = 0; i < 64; ++i) row += numbered(i);
    auto client = co_await all.connect();
    co_await client.send(row);
    for (int i = 0; i < 64; ++i) CHECK((co_await client.read_answer()).body == std::to_string(i));
  });
}

LEAT_ASYNC_TEST("server: writes the answers to requests that came together at once") {
  counting_network net;
  server_options options;
  options.network = &net;
  http::server server(routes_for_rows(), options);
  const auto at = server.listen(io::endpoint::tcp("server.test", 80));
  const auto play = [](http::server& to, counting_network& on, io::endpoint where) -> task<void> {
    std::string row;
    for (int i = 0; i < 16; ++i) row += numbered(i);
    auto client = co_await raw_client::connect(on, std::move(where));
    // The first row tells the server that this client sends ahead.
    for (const int writes : {2, 1, 1}) {
      on.server_writes = 0;
      co_await client.send(row);
      for (int i = 0; i < 16; ++i) {
        CHECK((co_await client.read_answer()).body == std::to_string(i));
      }
      CHECK(on.server_writes == writes);
    }
    to.shut_down();
  };
  co_await when_all(server.run(), play(server, net, at));
}

LEAT_ASYNC_TEST("server: does not hold answers back behind a handler that waits") {
  server_world world(routes_for_rows());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(numbered(1) + numbered(2) + get("/after/1000") + numbered(3));
    CHECK((co_await client.read_answer()).body == "1");
    CHECK((co_await client.read_answer()).body == "2");
    CHECK(loop.elapsed() == 0s);
    CHECK((co_await client.read_answer()).body == "1000");
    CHECK((co_await client.read_answer()).body == "3");
    CHECK(loop.elapsed() == 1s);
  });
}

LEAT_ASYNC_TEST("server: does not hold answers back while it waits for the rest of a request") {
  server_world world(routes_for_rows());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    for (const auto* part :
         {"GET /n/5 HTT", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx"}) {
      const auto began = loop.elapsed();
      co_await client.send(numbered(1) + part);
      CHECK((co_await client.read_answer()).body == "1");
      CHECK(loop.elapsed() == began);
      co_await client.send(part[0] == 'G' ? "P/1.1\r\nHost: a\r\n\r\n" : "y");
      CHECK((co_await client.read_answer()).status == 200);
    }
  });
}

LEAT_ASYNC_TEST("server: takes a request that comes while it answers another for the next one") {
  server_world world(routes_for_rows());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(get("/after/1000"));
    co_await sleep_for(500ms);
    co_await client.send(numbered(2));
    CHECK((co_await client.read_answer()).body == "1000");
    CHECK((co_await client.read_answer()).body == "2");
    CHECK(loop.elapsed() == 1s);
  });
}

LEAT_ASYNC_TEST("server: mixes requests with bodies, errors and large answers in one row") {
  server_world world(routes_for_rows());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(post("/echo", "abc") + get("/nowhere") + get("/large/100000") +
                         post("/nowhere", "xyz") + get("/large/20000") + numbered(7));
    CHECK((co_await client.read_answer()).body == "abc");
    CHECK((co_await client.read_answer()).status == 404);
    CHECK((co_await client.read_answer()).body.size() == 100000);
    CHECK((co_await client.read_answer()).status == 404);
    CHECK((co_await client.read_answer()).body.size() == 20000);
    CHECK((co_await client.read_answer()).body == "7");
  });
}

LEAT_ASYNC_TEST("server: a row of requests ends at one that cannot be read") {
  server_world world(routes_for_rows());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(numbered(1) + "nonsense\r\n\r\n" + numbered(2));
    CHECK((co_await client.read_answer()).body == "1");
    CHECK((co_await client.read_answer()).status == 400);
    CHECK(co_await client.is_at_end());
  });
}

LEAT_ASYNC_TEST("server: a handler that takes too long does not end the row") {
  server_world world(routes_for_rows());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(numbered(1) + get("/after/31000") + numbered(2));
    CHECK((co_await client.read_answer()).body == "1");
    CHECK((co_await client.read_answer()).status == 503);
    CHECK(loop.elapsed() == 30s);
    CHECK((co_await client.read_answer()).body == "2");
  });
}

LEAT_ASYNC_TEST("server: stops answering a client that sends ahead and does not read") {
  int answered = 0;
  server_options options;
  options.on_access = [&answered](const http::access_record& record) {
    if (record.status == 200) ++answered;
  };
  server_world world(routes_for_rows(), options);
  co_await serve_while(world, [&answered](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    std::string row;
    for (int i = 0; i < 100; ++i) row += get("/large/10000");
    co_await client.send(row);
    co_await sleep_for(1s);
    // The pipe holds 64 KiB and the server gathers 16 KiB.
    CHECK(answered < 12);
    co_await sleep_for(30s);
    CHECK(all.server.connections() == 0);
  });
}

namespace {

/// So much that a client has to read before all of it is written: the pipe holds 64 KiB, and the
/// last answer is still to be written when the next handler starts.
std::string more_than_the_pipe_holds() {
  std::string row;
  for (int i = 0; i < 7; ++i) row += get("/large/10000");
  return row;
}

}  // namespace

LEAT_ASYNC_TEST("server: a handler that ends before the answers ahead of it are written waits") {
  server_world world(routes_for_rows());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(more_than_the_pipe_holds() + get("/after/1000") + numbered(2));
    co_await sleep_for(2s);
    for (int i = 0; i < 7; ++i) CHECK((co_await client.read_answer()).body.size() == 10000);
    CHECK((co_await client.read_answer()).body == "1000");
    CHECK((co_await client.read_answer()).body == "2");
    CHECK(loop.elapsed() == 2s);
  });
}

LEAT_ASYNC_TEST("server: a handler's time limit counts while answers ahead of it are not read") {
  server_options options;
  options.timeouts.handler = 5s;
  server_world world(routes_for_rows(), options);
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(more_than_the_pipe_holds() + get("/after/31000") + numbered(2));
    co_await sleep_for(10s);
    for (int i = 0; i < 7; ++i) CHECK((co_await client.read_answer()).body.size() == 10000);
    CHECK((co_await client.read_answer()).status == 503);
    CHECK((co_await client.read_answer()).body == "2");
    CHECK(loop.elapsed() == 10s);
  });
}

LEAT_ASYNC_TEST("server: a client that does not read loses its connection when the handler ends") {
  server_options options;
  options.timeouts.write = 5s;
  server_world world(routes_for_rows(), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(more_than_the_pipe_holds() + get("/after/8000"));
    // The write has failed by then, but no handler is cut off because of that.
    co_await sleep_for(7s);
    CHECK(all.server.connections() == 1);
    co_await sleep_for(2s);
    CHECK(all.server.connections() == 0);
  });
}

LEAT_ASYNC_TEST("server: a shutdown ends a handler and the write beside it") {
  server_options options;
  options.timeouts.drain_grace = 1s;
  server_world world(routes_for_rows(), options);
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(more_than_the_pipe_holds() + get("/after/20000"));
    co_await sleep_for(1s);
    all.server.shut_down();
    co_await sleep_for(2s);
    CHECK(all.server.connections() == 0);
    CHECK(loop.elapsed() == 3s);
  });
}
