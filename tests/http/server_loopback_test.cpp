// SPDX-License-Identifier: MIT
#include <string>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "leat/coro/event.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/http/server.hpp"
#include "leat/io/error.hpp"

#include "http/raw_client.hpp"

using namespace leat;
using http::router;
using http::server;
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
    co_await some_turns();
    co_return server_response::text("slow");
  });
  routes.post("/echo", [](server_request& request) -> task<server_response> {
    co_return server_response::text(std::string(request.body()));
  });
  return routes;
}

using socket_script = std::function<task<void>(server&, io::endpoint)>;

/// Serves on a real socket while the script runs, and then drains.
task<void> serve_while(server& served, io::endpoint at, socket_script script) {
  const auto play = [](server& to, const io::endpoint& where, socket_script& client) -> task<void> {
    co_await with_timeout(20s, client(to, where));
    to.shut_down();
  };
  co_await when_all(served.run(), play(served, at, script));
}

task<void> serve_while(socket_script script, server_options options = {}) {
  server served(usual_routes(), std::move(options));
  const auto at = served.listen(io::endpoint::tcp("127.0.0.1", 0));
  co_await serve_while(served, at, std::move(script));
}

task<raw_client> connect(io::endpoint to) {
  co_return co_await raw_client::connect(io::system_network(), std::move(to));
}

/// Leaves the process with room for so many more descriptors.
class descriptor_limit {
 public:
  explicit descriptor_limit(rlim_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(lowest_free);
    const rlimit lowered{static_cast<rlim_t>(lowest_free) + more, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &lowered) == 0);
  }
  descriptor_limit(const descriptor_limit&) = delete;
  descriptor_limit& operator=(const descriptor_limit&) = delete;
  ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

LEAT_LOOPBACK_TEST("server on sockets: keeps a connection for many requests") {
  co_await serve_while([](server&, io::endpoint at) -> task<void> {
    auto client = co_await connect(at);
    for (int i = 0; i < 100; ++i) CHECK((co_await client.ask(get("/hello"))).body == "hello");
  });
}

LEAT_LOOPBACK_TEST("server on sockets: understands requests that drip in byte by byte") {
  co_await serve_while([](server&, io::endpoint at) -> task<void> {
    auto client = co_await connect(at);
    for (const char c : post("/echo", "body") + get("/hello")) {
      co_await client.send({&c, 1});
      co_await yield_now();
    }
    CHECK((co_await client.read_answer()).body == "body");
    CHECK((co_await client.read_answer()).body == "hello");
  });
}

LEAT_LOOPBACK_TEST("server on sockets: answers 64 requests that were sent ahead, in their order") {
  co_await serve_while([](server&, io::endpoint at) -> task<void> {
    std::string row;
    for (int i = 0; i < 64; ++i) {
      row += i == 40 ? get("/slow") : post("/echo", std::to_string(i));
    }
    auto client = co_await connect(at);
    co_await client.send(row);
    for (int i = 0; i < 64; ++i) {
      CHECK((co_await client.read_answer()).body == (i == 40 ? "slow" : std::to_string(i)));
    }
  });
}

LEAT_LOOPBACK_TEST("server on sockets: answers a client that has ended its output") {
  co_await serve_while([](server&, io::endpoint at) -> task<void> {
    auto client = co_await connect(at);
    co_await client.send(get("/hello") + get("/slow"));
    co_await client.end_output();
    CHECK((co_await client.read_answer()).body == "hello");
    CHECK((co_await client.read_answer()).body == "slow");
    CHECK(co_await client.is_at_end());
  });
}

LEAT_LOOPBACK_TEST("server on sockets: lets a client that sends too much read why") {
  co_await serve_while([](server&, io::endpoint at) -> task<void> {
    std::string many;
    while (many.size() < 100'000) many += "X-Filler: " + std::string(90, 'x') + "\r\n";
    auto headers = co_await connect(at);
    co_await headers.send(get("/hello", many));
    CHECK((co_await headers.read_answer()).status == 431);
    CHECK(co_await headers.is_at_end());

    auto body = co_await connect(at);
    co_await body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
    co_await body.send(std::string(500'000, 'x'));
    CHECK((co_await body.read_answer()).status == 413);
    CHECK(co_await body.is_at_end());
  });
}

LEAT_LOOPBACK_TEST("server on sockets: refuses what smuggles requests") {
  co_await serve_while([](server&, io::endpoint at) -> task<void> {
    for (const auto* request :
         {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /hello HTTP/1.1\nHost: a\n\n"}) {
      CAPTURE(request);
      auto client = co_await connect(at);
      CHECK((co_await client.ask(request)).status == 400);
      CHECK(co_await client.is_at_end());
    }
  });
}

LEAT_LOOPBACK_TEST("server on sockets: sends and takes large bodies") {
  co_await serve_while([](server&, io::endpoint at) -> task<void> {
    const std::string large(std::size_t{1} << 20, 'x');
    auto client = co_await connect(at);
    CHECK((co_await client.ask(post("/echo", large))).body == large);
    CHECK((co_await client.ask(get("/hello"))).body == "hello");
  });
}

LEAT_LOOPBACK_TEST("server on sockets: is not disturbed by clients that vanish") {
  co_await serve_while([](server& served, io::endpoint at) -> task<void> {
    for (const auto* part : {"", "GET /hel", "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
                             "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"}) {
      auto client = co_await connect(at);
      co_await client.send(part);
    }
    while (served.connections() != 0) co_await some_turns();
    auto client = co_await connect(at);
    CHECK((co_await client.ask(get("/hello"))).body == "hello");
  });
}

LEAT_LOOPBACK_TEST("server on sockets: serves a Unix socket") {
  const std::string path = "/tmp/leat_server_test." + std::to_string(::getpid());
  server served(usual_routes());
  const auto at = served.listen(io::endpoint::unix_socket(path));
  co_await serve_while(served, at, [](server&, io::endpoint to) -> task<void> {
    auto client = co_await connect(to);
    CHECK((co_await client.ask(get("/hello"))).body == "hello");
  });
  CHECK(::access(path.c_str(), F_OK) != 0);
}

LEAT_LOOPBACK_TEST("server on sockets: drains idle and busy connections") {
  struct {
    event entered;
    event may_leave;
  } handler;
  auto routes = usual_routes();
  routes.get("/wait", [&handler](server_request&) -> task<server_response> {
    handler.entered.set();
    co_await handler.may_leave.wait();
    co_return server_response::text("waited");
  });
  server served(std::move(routes));
  const auto local = served.listen(io::endpoint::tcp("127.0.0.1", 0));
  co_await serve_while(served, local, [&handler](server& all, io::endpoint at) -> task<void> {
    auto idle = co_await connect(at);
    auto busy = co_await connect(at);
    CHECK((co_await idle.ask(get("/hello"))).body == "hello");
    co_await busy.send(get("/wait"));
    co_await handler.entered.wait();
    all.shut_down();
    CHECK(co_await idle.is_at_end());
    CHECK_THROWS_AS(static_cast<void>(co_await connect(at)), io::connect_error);
    handler.may_leave.set();
    CHECK((co_await busy.read_answer()).has("Connection: close\r\n"));
    CHECK(co_await busy.is_at_end());
  });
}

// UndefinedBehaviorSanitizer opens a pipe to look at an object, and calls the object broken when
// there is no descriptor for it.
#if defined(__has_feature) && __has_feature(address_sanitizer)
constexpr bool needs_descriptors_itself = true;
#else
constexpr bool needs_descriptors_itself = false;
#endif

LEAT_LOOPBACK_TEST("server on sockets: outlives a lack of descriptors without spinning" *
                   doctest::skip(needs_descriptors_itself)) {
  struct {
    int told = 0;
    event happened;
  } refusals;
  server_options options;
  options.on_error = [&refusals](const http::server_error& error) {
    CHECK(error.where == http::server_error::place::accept);
    ++refusals.told;
    refusals.happened.set();
  };
  co_await serve_while(
      [&refusals](server&, io::endpoint at) -> task<void> {
        auto before = co_await connect(at);
        CHECK((co_await before.ask(get("/hello"))).body == "hello");
        {
          const descriptor_limit client_only(1);
          auto refused = co_await connect(at);
          co_await refusals.happened.wait();
          CHECK((co_await before.ask(get("/hello"))).body == "hello");
        }
        auto after = co_await connect(at);
        CHECK((co_await after.ask(get("/hello"))).body == "hello");
        CHECK(refusals.told == 1);
      },
      options);
}
