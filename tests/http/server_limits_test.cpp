// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "leat/coro/shield.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/http/http_error.hpp"
#include "leat/io/error.hpp"

#include "http/raw_client.hpp"

using namespace leat;
using http::router;
using http::server_error;
using http::server_options;
using http::server_request;
using http::server_response;

namespace {

router usual_routes() {
  router routes;
  routes.get("/hello", [](server_request&) -> task<server_response> {
    co_return server_response::text("hello");
  });
  routes.get("/hang", [](server_request&) -> task<server_response> {
    co_await sleep_for(no_timeout);
    co_return server_response::text("never");
  });
  routes.post("/echo", [](server_request& request) -> task<server_response> {
    co_return server_response::text(std::string(request.body()));
  });
  return routes;
}

task<void> expect_end(raw_client& client, int status) {
  const auto got = co_await client.read_answer();
  CHECK(got.status == status);
  CHECK(got.has("Connection: close\r\n"));
  CHECK(co_await client.is_at_end());
}

}  // namespace

// Time.

LEAT_ASYNC_TEST("server: answers 408 to a connection that sends nothing for 10 s") {
  server_world world(usual_routes());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await expect_end(client, 408);
    CHECK(loop.elapsed() == 10s);
  });
}

LEAT_ASYNC_TEST("server: answers 408 to a head that takes longer than 10 s, however it drips") {
  server_world world(usual_routes());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/hello"))).status == 200);
    co_await sleep_for(60s);
    for (const char c : std::string("GET /hello HTTP/1.1")) {
      co_await client.send({&c, 1});
      co_await sleep_for(500ms);
    }
    co_await expect_end(client, 408);
    CHECK(loop.elapsed() == 70s);
  });
}

LEAT_ASYNC_TEST(
    "server: counts the time of a head from its first byte also behind another request") {
  server_world world(usual_routes());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await sleep_for(3s);
    CHECK((co_await client.ask(get("/hello") + "GET /hel")).status == 200);
    co_await expect_end(client, 408);
    CHECK(loop.elapsed() == 13s);
  });
}

LEAT_ASYNC_TEST("server: answers 408 to a body that takes longer than 30 s, however it drips") {
  server_world world(usual_routes());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
    for (int i = 0; i < 29; ++i) {
      co_await sleep_for(1s);
      co_await client.send("x");
    }
    co_await expect_end(client, 408);
    CHECK(loop.elapsed() == 30s);
  });
}

LEAT_ASYNC_TEST("server: closes a connection that was idle for 75 s, without a word") {
  server_world world(usual_routes());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/hello"))).status == 200);
    co_await sleep_for(74s);
    CHECK((co_await client.ask(get("/hello"))).status == 200);
    CHECK(co_await client.is_at_end());
    CHECK(loop.elapsed() == 149s);
  });
}

LEAT_ASYNC_TEST("server: answers 503 for a handler that takes longer than 30 s, and goes on") {
  server_world world(usual_routes());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    const auto got = co_await client.ask(get("/hang"));
    CHECK(got.status == 503);
    CHECK(got.body == error_text(503, "the request took too long"));
    CHECK(loop.elapsed() == 30s);
    CHECK((co_await client.ask(get("/hello"))).status == 200);
  });
}

LEAT_ASYNC_TEST("server: keeps each limit exactly, whichever was set before it") {
  server_options options;
  options.timeouts.handler = 300ms;
  options.timeouts.idle = 10s;
  server_world world(usual_routes(), options);
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    const auto elapsed_since = [&loop](duration begun) { return loop.elapsed() - begun; };
    for (const duration pause : {duration(0), duration(500ms), duration(3s), duration(900ms)}) {
      co_await sleep_for(pause);
      CHECK((co_await client.ask(get("/hello"))).status == 200);
      const duration begun = loop.elapsed();
      CHECK((co_await client.ask(get("/hang"))).status == 503);
      CHECK(elapsed_since(begun) == 300ms);
    }
    const duration begun = loop.elapsed();
    CHECK((co_await client.read_to_end()).empty());
    CHECK(elapsed_since(begun) == 10s);
  });
}

LEAT_ASYNC_TEST("server: answers 503 although a handler that protects itself returns after all") {
  router routes;
  routes.get("/", [](server_request&) -> task<server_response> {
    co_await shield(sleep_for(31s), 1h);
    co_return server_response::text("late");
  });
  server_world world(std::move(routes));
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/"))).status == 503);
    CHECK(loop.elapsed() == 31s);
  });
}

LEAT_ASYNC_TEST("server: takes a deadline of the handler's own for its error, not for the limit") {
  int told = 0;
  router routes;
  routes.get("/", [](server_request&) -> task<server_response> {
    co_await with_timeout(1s, sleep_for(2s));
    co_return server_response();
  });
  server_options options;
  options.on_error = [&told](const server_error&) { ++told; };
  server_world world(std::move(routes), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/"))).status == 500);
  });
  CHECK(told == 1);
}

LEAT_ASYNC_TEST("server: destroys what a handler holds when it is stopped") {
  struct guard {
    int& count;
    explicit guard(int& counted) : count(counted) {}
    ~guard() { ++count; }
  };
  int destroyed = 0;
  router routes;
  routes.get("/", [&destroyed](server_request&) -> task<server_response> {
    const guard held(destroyed);
    co_await sleep_for(no_timeout);
    co_return server_response();
  });
  server_world world(std::move(routes));
  co_await serve_while(world, [&destroyed](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/"))).status == 503);
    CHECK(destroyed == 1);
  });
}

LEAT_ASYNC_TEST("server: gives up a client that does not read for 30 s") {
  router routes;
  routes.get("/", [](server_request&) -> task<server_response> {
    co_return server_response::text(std::string(200'000, 'x'));
  });
  server_world world(std::move(routes));
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(get("/"));
    co_await sleep_for(30s - 1ns);
    CHECK(all.server.connections() == 1);
    co_await sleep_for(1ms);
    CHECK(all.server.connections() == 0);
  });
}

LEAT_ASYNC_TEST("server: lets a client take its time as long as it reads") {
  router routes;
  routes.get("/", [](server_request&) -> task<server_response> {
    co_return server_response::text(std::string(500'000, 'x'));
  });
  server_world world(std::move(routes));
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto stream = co_await all.net.connect(all.address, deadline::never());
    co_await stream->write_all(as_bytes(get("/")), deadline::never());
    std::vector<std::byte> room(50'000);
    for (std::size_t received = 0; received < 500'000;) {
      co_await sleep_for(10s);
      const auto size = co_await stream->read_some(room, deadline::never());
      REQUIRE(size != 0);
      received += size;
    }
    CHECK(loop.elapsed() > 99s);
  });
}

LEAT_ASYNC_TEST("server: waits without a limit where no_timeout says so") {
  server_options options;
  options.timeouts.handler = no_timeout;
  options.timeouts.idle = no_timeout;
  router routes;
  routes.get("/", [](server_request&) -> task<server_response> {
    co_await sleep_for(24h);
    co_return server_response::text("done");
  });
  server_world world(std::move(routes), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/"))).body == "done");
    co_await sleep_for(240h);
    CHECK((co_await client.ask(get("/"))).body == "done");
  });
}

// Size.

LEAT_ASYNC_TEST("server: takes a body of exactly the limit and answers 413 to a longer one") {
  server_options options;
  options.max_body_bytes = 100;
  server_world world(usual_routes(), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(post("/echo", std::string(100, 'x')))).body.size() == 100);
    co_await client.send(post("/echo", std::string(101, 'x')));
    co_await expect_end(client, 413);

    auto other = co_await all.connect();
    const std::string chunked =
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    CHECK(
        (co_await other.ask(chunked + "64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n")).status ==
        200);
    co_await other.send(chunked + "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n");
    co_await expect_end(other, 413);
  });
}

LEAT_ASYNC_TEST("server: takes bodies of 1 MiB unless told otherwise") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    const std::string whole(std::size_t{1} << 20, 'x');
    CHECK((co_await client.ask(post("/echo", whole))).body == whole);
    co_await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n");
    co_await expect_end(client, 413);
  });
}

LEAT_ASYNC_TEST("server: answers 414 to a request line that is too long") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    co_await client.send(get("/" + std::string(9000, 'x')));
    co_await expect_end(client, 414);
  });
}

LEAT_ASYNC_TEST("server: answers 431 to 100 KB of headers, and the client can read it") {
  server_world world(usual_routes());
  co_await serve_while(world, [](server_world& all) -> task<void> {
    std::string many;
    while (many.size() < 100'000) many += "X-Filler: " + std::string(90, 'x') + "\r\n";
    auto client = co_await all.connect();
    co_await client.send(get("/hello", many));
    co_await expect_end(client, 431);
  });
}

LEAT_ASYNC_TEST("server: answers 431 to too many headers") {
  server_options options;
  options.http1.max_fields = 3;
  server_world world(usual_routes(), options);
  co_await serve_while(world, [](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask(get("/hello", "A: 1\r\nB: 2\r\n"))).status == 200);
    co_await client.send(get("/hello", "A: 1\r\nB: 2\r\nC: 3\r\n"));
    co_await expect_end(client, 431);
  });
}

LEAT_ASYNC_TEST("server: does not read without end behind an error") {
  server_world world(usual_routes());
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto client = co_await all.connect();
    CHECK((co_await client.ask("nonsense\r\n\r\n")).status == 400);
    CHECK(co_await client.is_at_end());
    // The client neither closes nor stops to send.
    for (int i = 0; i < 3; ++i) {
      co_await sleep_for(600ms);
      co_await client.send("more");
    }
    CHECK(all.server.connections() == 1);
    co_await sleep_for(201ms);
    CHECK(all.server.connections() == 0);
    CHECK(loop.elapsed() == 2001ms);
  });
}

// Number.

LEAT_ASYNC_TEST("server: at its limit of connections it waits until one ends") {
  server_options options;
  options.max_connections = 2;
  server_world world(usual_routes(), options);
  co_await serve_while(world, [&loop](server_world& all) -> task<void> {
    auto first = co_await all.connect();
    auto second = co_await all.connect();
    CHECK((co_await first.ask(get("/hello"))).status == 200);
    CHECK((co_await second.ask(get("/hello"))).status == 200);
    auto third = co_await all.connect();
    co_await third.send(get("/hello"));
    co_await sleep_for(5s);
    CHECK(all.server.connections() == 2);
    CHECK((co_await first.ask(get("/hello", "Connection: close\r\n"))).status == 200);
    CHECK((co_await third.read_answer()).status == 200);
    CHECK(loop.elapsed() == 5s);
  });
}

LEAT_ASYNC_TEST("server: counts connections of all its listeners together") {
  server_options options;
  options.max_connections = 1;
  server_world world(usual_routes(), options);
  const auto other = io::endpoint::tcp("server.test", 81);
  world.server.listen(other);
  co_await serve_while(world, [other](server_world& all) -> task<void> {
    auto first = co_await all.connect();
    auto second = co_await raw_client::connect(all.net, other);
    CHECK((co_await first.ask(get("/hello"))).status == 200);
    co_await second.send(get("/hello"));
    co_await sleep_for(1s);
    CHECK(all.server.connections() == 1);
    co_await first.ask(get("/hello", "Connection: close\r\n"));
    CHECK((co_await second.read_answer()).status == 200);
  });
}

namespace {

/// A network whose listeners fail to accept a few times.
class failing_network final : public io::network {
 public:
  explicit failing_network(int failures) : failures_(failures) {}

  task<std::unique_ptr<io::async_stream>> connect(io::endpoint to, deadline until) override {
    return inner_.connect(std::move(to), until);
  }
  std::unique_ptr<io::listener> listen(const io::endpoint& at, io::listen_options more) override {
    return std::make_unique<failing_listener>(inner_.listen(at, more), failures_);
  }

 private:
  class failing_listener final : public io::listener {
   public:
    failing_listener(std::unique_ptr<io::listener> inner, int& failures)
        : inner_(std::move(inner)), failures_(failures) {}

    task<std::unique_ptr<io::async_stream>> accept() override {
      if (failures_ > 0) {
        --failures_;
        throw io::accept_error("accept failed: too many open files",
                               std::make_error_code(std::errc::too_many_files_open));
      }
      co_return co_await inner_->accept();
    }
    void close() noexcept override { inner_->close(); }
    const io::endpoint& local() const noexcept override { return inner_->local(); }

   private:
    std::unique_ptr<io::listener> inner_;
    int& failures_;
  };

  testing::memory_network inner_;
  int failures_;
};

}  // namespace

LEAT_ASYNC_TEST("server: goes on 50 ms after it could not accept, as often as that happens") {
  int told = 0;
  failing_network net(3);
  server_options options;
  options.network = &net;
  options.on_error = [&told](const server_error& error) {
    CHECK(error.where == server_error::place::accept);
    ++told;
  };
  http::server server(usual_routes(), options);
  const auto at = server.listen(io::endpoint::tcp("server.test", 80));
  const auto play = [](http::server& to, failing_network& on, io::endpoint where) -> task<void> {
    auto client = co_await raw_client::connect(on, std::move(where));
    CHECK((co_await client.ask(get("/hello"))).body == "hello");
    to.shut_down();
  };
  co_await when_all(server.run(), play(server, net, at));
  CHECK(told == 3);
  CHECK(loop.elapsed() == 150ms);
}
