// SPDX-License-Identifier: MIT
#include "leat/http/server.hpp"

#include <string>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/http/http_error.hpp"
#include "leat/io/error.hpp"
#include "leat/model/describe.hpp"

#include "http/raw_client.hpp"

using namespace leat;
using http::http_error;
using http::router;
using http::server_error;
using http::server_options;
using http::server_request;
using http::server_response;
using testing::memory_network;

namespace {

struct user {
  int id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(user, (), (id, name))

task<server_response> hello(server_request&) {
  co_return server_response::text("hello");
}

task<server_response> echo(server_request& request) {
  co_return server_response::text(std::string(request.body()));
}

task<server_response> rename_user(server_request& request) {
  auto changed = request.json<user>();
  changed.name += "!";
  co_return server_response::json(changed);
}

router usual_routes() {
  router routes;
  routes.get("/hello", hello);
  routes.post("/echo", echo);
  routes.put("/user", rename_user);
  return routes;
}

/// A router with one handler, at `/`.
template <class Handler>
router only(Handler handler) {
  router routes;
  routes.get("/", std::move(handler));
  return routes;
}

/// What becomes of one request on a connection of its own.
task<raw_client::answer> answer_to(server_world& world, std::string request) {
  auto client = co_await world.connect();
  co_return co_await client.ask(request);
}

}  // namespace

LEAT_ASYNC_TEST("server: answers with what the handler returns") {
  server_options options;
  options.wall_clock = [] { return std::chrono::system_clock::time_point(784111777s); };
  server_world world(usual_routes(), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const auto got = co_await answer_to(all, get("/hello"));
    CHECK(got.head ==
          "HTTP/1.1 200 OK\r\n"
          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Length: 5\r\n\r\n");
    CHECK(got.body == "hello");
  });
}

LEAT_ASYNC_TEST("server: tells the time of each second in Date, and reads the clock once for it") {
  int reads = 0;
  server_options options;
  options.wall_clock = [&reads, &loop] {
    ++reads;
    return std::chrono::system_clock::time_point(951868799s + 250ms) + loop.elapsed();
  };
  server_world world(usual_routes(), options);
  co_await serve_while(world, [&reads](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/hello"))).has("Date: Tue, 29 Feb 2000 23:59:59 GMT\r\n"));
    co_await sleep_for(749ms);
    CHECK((co_await client.ask(get("/hello"))).has("Date: Tue, 29 Feb 2000 23:59:59 GMT\r\n"));
    CHECK(reads == 1);
    co_await sleep_for(1ms);
    CHECK((co_await client.ask(get("/hello"))).has("Date: Wed, 01 Mar 2000 00:00:00 GMT\r\n"));
    CHECK(reads == 2);
  });
}

LEAT_ASYNC_TEST("server: shows a request to its handler") {
  router routes;
  routes.post("/users/{id}/{what}", [](server_request& request) -> task<server_response> {
    CHECK(request.method() == "POST");
    CHECK(request.target() == "/users/a%2Fb/x?q=1+2&q=3&empty");
    CHECK(request.path() == "/users/a%2Fb/x");
    CHECK(request.query() == "q=1+2&q=3&empty");
    CHECK(request.route() == "/users/{id}/{what}");
    CHECK(request.path_parameter("id") == "a/b");
    CHECK(request.raw_path_parameter("id") == "a%2Fb");
    CHECK(request.path_parameter("what") == "x");
    CHECK(request.query_parameter("q") == "1 2");
    CHECK(request.query_parameter("empty") == "");
    CHECK(request.query_parameter("absent") == std::nullopt);
    CHECK(request.query_parameters().size() == 3);
    CHECK(request.headers().get("x-more") == "yes");
    CHECK(request.body() == "12345");
    CHECK(request.peer() == "memory");
    co_return server_response::empty();
  });
  server_world world(std::move(routes));
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const auto got = co_await answer_to(
        all,
        "POST /users/a%2Fb/x?q=1+2&q=3&empty HTTP/1.1\r\nHost: a\r\nX-More: yes\r\n"
        "Content-Length: 5\r\n\r\n12345");
    CHECK(got.status == 204);
    CHECK_FALSE(got.has("Content-"));
  });
}

LEAT_ASYNC_TEST("server: shows the header whatever trailers came with the body") {
  router routes;
  routes.post("/", [](server_request& request) -> task<server_response> {
    co_return server_response::text(std::string(request.headers().get("x-h").value_or("none")));
  });
  server_world world(std::move(routes));
  std::string trailers;
  for (int i = 0; i < 50; ++i) trailers += "t: u\r\n";
  const std::string request =
      "POST / HTTP/1.1\r\nHost: a\r\nX-H: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n" +
      trailers;
  co_await serve_while(world, [&](server_world& all) -> task<void> {
    // All at once, and with the end of the trailers behind the rest.
    auto client = co_await all.connect();
    CHECK((co_await client.ask(request + "\r\n")).body == "h");
    co_await client.send(request);
    co_await sleep_for(1s);
    CHECK((co_await client.ask("\r\n")).body == "h");
  });
}

LEAT_ASYNC_TEST("server: shows the same request however it was cut on its way") {
  router routes;
  routes.post("/a/{id}", [](server_request& request) -> task<server_response> {
    co_return server_response::text(std::string(request.method()) + " " +
                                    request.path_parameter("id") + " " +
                                    std::string(request.query()) + " " +
                                    std::string(request.headers().get("x-h").value_or("?")) + " " +
                                    std::string(request.body()));
  });
  server_world world(std::move(routes));
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const std::string sized =
        "POST /a/7?q HTTP/1.1\r\nHost: a\r\nX-H: h\r\nContent-Length: 6\r\n\r\nabcdef";
    const std::string chunked =
        "POST /a/7?q HTTP/1.1\r\nHost: a\r\nX-H: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4\r\nabcd\r\n2\r\nef\r\n0\r\nX-Trailer: t\r\n\r\n";
    auto client = co_await all.connect();
    for (const auto& request : {sized, chunked}) {
      for (std::size_t cut = 0; cut <= request.size(); ++cut) {
        co_await client.send(request.substr(0, cut));
        co_await sleep_for(1ms);
        co_await client.send(request.substr(cut));
        CHECK((co_await client.read_answer()).body == "POST 7 q h abcdef");
      }
    }
  });
}

LEAT_ASYNC_TEST("server: understands requests that drip in byte by byte") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    for (const char c : post("/echo", "body")) {
      co_await client.send({&c, 1});
      co_await sleep_for(10ms);
    }
    CHECK((co_await client.read_answer()).body == "body");
  });
}

LEAT_ASYNC_TEST("server: takes a target in absolute form for its path") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    CHECK((co_await answer_to(all, get("http://server.test/hello?q"))).body == "hello");
    CHECK((co_await answer_to(all, get("http://server.test"))).status == 404);
  });
}

LEAT_ASYNC_TEST("server: answers HEAD as GET without a body") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto got = co_await client.read_answer(true);
    CHECK(got.status == 200);
    CHECK(got.has("Content-Length: 5\r\n"));
    CHECK((co_await client.ask(get("/hello"))).body == "hello");
  });
}

LEAT_ASYNC_TEST("server: keeps a connection for many requests") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    for (int i = 0; i < 100; ++i) {
      const auto got = co_await client.ask(get("/hello"));
      CHECK(got.body == "hello");
      CHECK_FALSE(got.has("Connection:"));
    }
    CHECK(all.net.connections() == 1);
  });
}

LEAT_ASYNC_TEST("server: closes when the client asks for it") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK(
        (co_await client.ask(get("/hello", "Connection: close\r\n"))).has("Connection: close\r\n"));
    CHECK(co_await client.is_at_end());
  });
}

LEAT_ASYNC_TEST("server: closes after a request of HTTP/1.0, unless it is asked not to") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    const auto kept = co_await client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(kept.has("Connection: keep-alive\r\n"));
    CHECK((co_await client.ask("GET /hello HTTP/1.0\r\n\r\n")).has("Connection: close\r\n"));
    CHECK(co_await client.is_at_end());
  });
}

LEAT_ASYNC_TEST("server: reads a JSON body into a described type and writes one") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const auto got = co_await answer_to(all, put("/user", R"({"id":7,"name":"Eve"})"));
    CHECK(got.has("Content-Type: application/json\r\n"));
    CHECK(got.body == R"({"id":7,"name":"Eve!"})");
  });
}

LEAT_ASYNC_TEST("server: answers 400 to a body that is no JSON") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const auto got = co_await answer_to(all, put("/user", "{]"));
    CHECK(got.status == 400);
    CHECK(got.body.find(R"({"error":{"status":400,"message":"the body is no JSON: )") == 0);
  });
}

LEAT_ASYNC_TEST("server: answers 422 to JSON that does not fit, and lists every problem") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const auto got = co_await answer_to(all, put("/user", R"({"id":"x","name":5})"));
    CHECK(got.status == 422);
    CHECK(got.has("Content-Type: application/json\r\n"));
    CHECK(got.body.find(R"("problems":[{"pointer":"/id","kind":"wrong_type","message":")") !=
          std::string::npos);
    CHECK(got.body.find(R"({"pointer":"/name","kind":"wrong_type")") != std::string::npos);
  });
}

LEAT_ASYNC_TEST("server: answers 404 to a path without a route") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    const auto got = co_await client.ask(post("/nowhere", "body"));
    CHECK(got.status == 404);
    CHECK(got.body == error_text(404, "Not Found"));
    CHECK((co_await client.ask(get("/hello"))).status == 200);  // the body was read, not left
  });
}

LEAT_ASYNC_TEST("server: answers 405 with Allow to a method without a route") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const auto got = co_await answer_to(all, post("/hello", ""));
    CHECK(got.status == 405);
    CHECK(got.has("Allow: GET, HEAD\r\n"));
    CHECK(got.body == error_text(405, "Method Not Allowed"));
  });
}

LEAT_ASYNC_TEST("server: answers 400 to a path that is malformed") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    CHECK((co_await answer_to(all, get("/%zz"))).status == 400);
    CHECK((co_await answer_to(all, get("*"))).status == 400);
  });
}

LEAT_ASYNC_TEST("server: answers a question about the whole server, and declines CONNECT") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    CHECK((co_await answer_to(all, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")).status == 204);
    CHECK((co_await answer_to(all, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")).status == 501);
  });
}

LEAT_ASYNC_TEST("server: answers what breaks HTTP with the status that says how, and closes") {
  struct vector {
    const char* request;
    int status;
  };
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    for (const auto& [request, status] : {
             vector{"GET /hello HTTP/1.1\r\n\r\n", 400},
             vector{"GET /hello HTTP/1.1\nHost: a\n\n", 400},
             vector{"GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
             vector{"GET /hello HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400},
             vector{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    400},
             vector{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                    "Content-Length: 2\r\n\r\nx",
                    400},
             vector{"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    400},
             vector{"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
             vector{"GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505},
             vector{"\x16\x03\x01\x02", 400},
         }) {
      CAPTURE(request);
      auto client = co_await all.connect();
      const auto got = co_await client.ask(request);
      CHECK(got.status == status);
      CHECK(got.has("Connection: close\r\n"));
      CHECK(got.body.find(R"({"error":{"status":)") == 0);
      CHECK(co_await client.is_at_end());
    }
  });
}

LEAT_ASYNC_TEST("server: hides what a handler throws from the client, and tells the hook") {
  std::vector<std::string> told;
  server_options options;
  options.on_error = [&told](const server_error& error) {
    CHECK(error.where == server_error::place::handler);
    told.push_back(std::string(error.method) + " " + std::string(error.route) + ": " +
                   describe(error.failure));
  };
  server_world world(only([](server_request&) -> task<server_response> {
                       throw std::runtime_error("password 123");
                       co_return server_response();
                     }),
                     options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    const auto got = co_await client.ask(get("/"));
    CHECK(got.status == 500);
    CHECK(got.body == error_text(500, "Internal Server Error"));
    CHECK((co_await client.ask(get("/none"))).status == 404);  // the connection goes on
  });
  CHECK(told == std::vector<std::string>{"GET /: password 123"});
}

LEAT_ASYNC_TEST("server: answers for a handler that throws before it has a task to return") {
  server_world world(
      only([](server_request&) -> task<server_response> { throw http::http_error(409, "taken"); }));
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/"))).status == 409);
    CHECK((co_await client.ask(get("/"))).status == 409);  // the connection goes on
  });
}

LEAT_ASYNC_TEST("server: reports an error that no hook takes to the executor") {
  server_world world(only([](server_request&) -> task<server_response> {
    throw 5;
    co_return server_response();
  }));
  co_await serve_while(world, [](server_world& all) -> task<void> {
    CHECK((co_await answer_to(all, get("/"))).status == 500);
  });
  CHECK(loop.take_reports().size() == 1);
}

LEAT_ASYNC_TEST("server: answers as a handler refuses") {
  server_world world(only([](server_request&) -> task<server_response> {
    throw http_error(429, "not so fast", {{"Retry-After", "7"}});
    co_return server_response();
  }));
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const auto got = co_await answer_to(all, get("/"));
    CHECK(got.status == 429);
    CHECK(got.has("Retry-After: 7\r\n"));
    CHECK(got.body == error_text(429, "not so fast"));
  });
}

LEAT_ASYNC_TEST("server: sends the usual phrase for a refusal that JSON cannot hold") {
  server_world world(only([](server_request&) -> task<server_response> {
    throw http_error(404, "\xff");
    co_return server_response();
  }));
  co_await serve_while(world, [](server_world& all) -> task<void> {
    CHECK((co_await answer_to(all, get("/"))).body == error_text(404, "Not Found"));
  });
}

TEST_CASE("http_error: refuses a status that is no error") {
  CHECK_THROWS_AS(http_error(200, "fine"), invalid_argument);
  CHECK_THROWS_AS(http_error(600, "odd"), invalid_argument);
}

LEAT_ASYNC_TEST("server: answers 500 for a response that HTTP does not allow, and tells the hook") {
  int told = 0;
  server_options options;
  options.on_error = [&told](const server_error& error) {
    ++told;
    CHECK(describe(error.failure).find("cannot be sent") != std::string::npos);
  };
  router routes;
  routes.get("/injected", [](server_request&) -> task<server_response> {
    auto made = server_response::text("x");
    made.headers().add("X-Name", "a\r\nX-Injected: b");
    co_return made;
  });
  routes.get("/informational",
             [](server_request&) -> task<server_response> { co_return server_response(103); });
  routes.get("/no-content-with-body", [](server_request&) -> task<server_response> {
    co_return server_response::text("x", 204);
  });
  routes.get("/wrong-length", [](server_request&) -> task<server_response> {
    auto made = server_response::text("x");
    made.headers().add("Content-Length", "2");
    co_return made;
  });
  server_world world(std::move(routes), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    for (const auto* path :
         {"/injected", "/informational", "/no-content-with-body", "/wrong-length"}) {
      CAPTURE(path);
      CHECK((co_await client.ask(get(path))).status == 500);
    }
  });
  CHECK(told == 4);
}

LEAT_ASYNC_TEST("server: keeps Date and Content-Type of a handler that sets them") {
  server_world world(only([](server_request&) -> task<server_response> {
    auto made = server_response::text("<a/>");
    made.headers().set("content-type", "application/xml");
    made.headers().set("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
    co_return made;
  }));
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const auto got = co_await answer_to(all, get("/"));
    CHECK(got.head ==
          "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\n"
          "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 4\r\n\r\n");
  });
}

LEAT_ASYNC_TEST("server: sends large bodies whole") {
  for (const std::size_t size : {16383U, 16384U, 65536U, 65537U, 1000000U}) {
    CAPTURE(size);
    server_world world(only([size](server_request&) -> task<server_response> {
      co_return server_response::text(std::string(size, 'x'));
    }));
    co_await serve_while(world, [size](server_world& all) -> task<void> {
      auto client = co_await all.connect();
      CHECK((co_await client.ask(get("/"))).body == std::string(size, 'x'));
      CHECK((co_await client.ask(get("/"))).body.size() == size);
    });
  }
}

LEAT_ASYNC_TEST("server: asks for a body that waits to be asked for") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    const auto interim = co_await client.ask(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(interim.head == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK((co_await client.ask("body")).body == "body");
  });
}

LEAT_ASYNC_TEST("server: does not ask for a body that nobody wants") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    const auto got = co_await client.ask(
        "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(got.status == 404);
    CHECK(got.has("Connection: close\r\n"));
    CHECK(co_await client.is_at_end());
  });
}

LEAT_ASYNC_TEST("server: does not ask for a body that is too large") {
  server_options options;
  options.max_body_bytes = 3;
  server_world world(usual_routes(), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    const auto got = co_await answer_to(
        all, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(got.status == 413);
  });
}

LEAT_ASYNC_TEST("server: answers a client that has ended its output") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(get("/hello") + get("/hello"));
    co_await client.end_output();
    CHECK((co_await client.read_answer()).body == "hello");
    CHECK((co_await client.read_answer()).body == "hello");
    CHECK(co_await client.is_at_end());
  });
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("server: answers 400 to a client that ends its output inside of a request") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    for (const auto* part :
         {"GET /hel", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"}) {
      auto client = co_await all.connect();
      co_await client.send(part);
      co_await client.end_output();
      CHECK((co_await client.read_answer()).status == 400);
      CHECK(co_await client.is_at_end());
    }
  });
}

LEAT_ASYNC_TEST("server: is not disturbed by clients that vanish") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    for (const auto* part :
         {"", "GET /hel", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",
          "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"}) {
      auto client = co_await all.connect();
      co_await client.send(part);
    }
    co_await sleep_for(1ms);
    CHECK(all.server.connections() == 0);
    CHECK((co_await answer_to(all, get("/hello"))).body == "hello");
  });
}

LEAT_ASYNC_TEST("server: finishes a handler although its client has gone") {
  bool finished = false;
  server_world world(only([&finished](server_request&) -> task<server_response> {
    co_await sleep_for(5s);
    finished = true;
    co_return server_response();
  }));
  co_await serve_while(world, [](server_world& all) -> task<void> {
    {
      auto client = co_await all.connect();
      co_await client.send(get("/"));
      co_await sleep_for(1s);
    }
    co_await sleep_for(5s);
  });
  CHECK(finished);
}

LEAT_ASYNC_TEST("server: notes each request once, without what may be secret") {
  std::vector<std::string> notes;
  server_options options;
  options.on_access = [&notes](const http::access_record& record) {
    notes.push_back(std::string(record.method) + " " + std::string(record.route) + " " +
                    std::to_string(record.status) + " " + std::to_string(record.body_in) + "/" +
                    std::to_string(record.body_out) + " " + std::to_string(record.elapsed / 1ms) +
                    " " + std::string(record.peer));
  };
  auto routes = usual_routes();
  routes.get("/slow/{id}", [](server_request&) -> task<server_response> {
    co_await sleep_for(70ms);
    co_return server_response::text("slow");
  });
  server_world world(std::move(routes), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.ask(get("/slow/secret?token=x"));
    co_await client.ask(post("/echo", "12345"));
    co_await client.ask(get("/nowhere"));
    co_await client.ask("nonsense\r\n\r\n");
  });
  REQUIRE(notes.size() == 4);
  CHECK(notes[0] == "GET /slow/{id} 200 0/4 70 memory");
  CHECK(notes[1] == "POST /echo 200 5/5 0 memory");
  CHECK(notes[2] == "GET  404 0/46 0 memory");
  CHECK(notes[3].find("  400 0/") == 0);
}

LEAT_ASYNC_TEST("server: stays with HTTP/1.1 when it is asked to leave it") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    for (int i = 0; i < 2; ++i) {
      const auto got =
          co_await client.ask(get("/hello", "Connection: upgrade\r\nUpgrade: websocket\r\n"));
      CHECK(got.status == 200);
      CHECK_FALSE(got.has("Upgrade:"));
    }
  });
}

LEAT_ASYNC_TEST("server: goes on when a hook throws") {
  server_options options;
  options.on_access = [](const http::access_record&) { throw std::runtime_error("full disk"); };
  options.on_error = [](const server_error&) { throw std::runtime_error("still full"); };
  server_world world(usual_routes(), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    CHECK((co_await answer_to(all, get("/hello"))).body == "hello");
  });
  CHECK(loop.take_reports().size() == 2);
}

LEAT_ASYNC_TEST("server: listens in several places") {
  memory_network net;
  server_options options;
  options.network = &net;
  http::server server(usual_routes(), options);
  const auto first = server.listen(io::endpoint::tcp("server.test", 0));
  const auto second = server.listen(io::endpoint::unix_socket("/run/server"));
  CHECK(first.port() != 0);
  CHECK(server.local() == first);
  const auto play = [](http::server& to, memory_network& on, io::endpoint a,
                       io::endpoint b) -> task<void> {
    for (const auto& at : {a, b}) {
      auto client = co_await raw_client::connect(on, at);
      CHECK((co_await client.ask(get("/hello"))).body == "hello");
    }
    to.shut_down();
  };
  co_await when_all(server.run(), play(server, net, first, second));
}

LEAT_ASYNC_TEST("server: refuses to be used wrongly") {
  memory_network net;
  server_options options;
  options.network = &net;
  http::server server(usual_routes(), options);
  CHECK_THROWS_AS(static_cast<void>(server.local()), invalid_argument);
  CHECK_THROWS_AS(co_await server.run(), invalid_argument);

  options.max_connections = 0;
  CHECK_THROWS_AS(http::server(usual_routes(), options), invalid_argument);
  options.max_connections = 1;
  options.timeouts.idle = -1s;
  CHECK_THROWS_AS(http::server(usual_routes(), options), invalid_argument);
}

LEAT_ASYNC_TEST("server: throws at once where it cannot listen") {
  server_world world(usual_routes());
  CHECK_THROWS_AS(world.server.listen(world.address), io::listen_error);
  co_return;
}
