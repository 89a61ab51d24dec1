// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/error.hpp"
#include "leat/http/server.hpp"
#include "leat/http/server_transport.hpp"
#include "leat/io/error.hpp"
#include "leat/io/tls.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/memory_network.hpp"
#include "leat/testing/scripted_peer.hpp"

#include "http/trace_notes.hpp"
#include "support/async_test.hpp"
#include "support/certificates.hpp"

// What takes time on the way through a proxy, and what has to be cancelled. What both surfaces do
// alike is in client_routes_proxy_test.cpp.

using namespace leat;
using namespace std::string_literals;
using testing::scripted_peer;

namespace {

const io::endpoint proxy_test = io::endpoint::tcp("proxy.test", 3128);

http::async_client_options through(io::network& net, std::string proxy) {
  http::async_client_options options;
  options.network = &net;
  options.proxy = std::move(proxy);
  return options;
}

const test_authority& authority() {
  static const test_authority made;
  return made;
}

io::tls_context identity_of(const std::string& name) {
  io::tls_server_options options;
  options.identity = authority().issue({.names = {name}});
  options.alpn = {"http/1.1"};
  return io::tls_context::server(options);
}

deadline soon() {
  return deadline_after(1min);
}

/// Reads the head of a request.
task<std::string> read_head(io::async_stream& from) {
  std::string text;
  while (!text.ends_with("\r\n\r\n")) {
    std::byte byte{};
    if (co_await from.read_some(std::span(&byte, 1), soon()) == 0) break;
    text += static_cast<char>(byte);
  }
  co_return text;
}

task<void> say(io::async_stream& to, std::string text) {
  co_await to.write_all(as_bytes(text), soon());
}

/// A proxy that is the origin as well: makes one tunnel and answers in it, over TLS.
struct tunnel_end {
  explicit tunnel_end(io::network& net) : listening(net.listen(proxy_test)) {}

  task<void> serve() {
    auto stream = co_await listening->accept();
    if (own_tls) stream = co_await io::accept_tls(std::move(stream), *own_tls, soon());
    asked = co_await read_head(*stream);
    co_await say(*stream, "HTTP/1.1 200 Connected\r\nVia: test\r\n\r\n");
    auto inside = co_await io::accept_tls(std::move(stream), origin_tls, soon());
    for (std::size_t i = 0; i < requests; ++i) {
      request = co_await read_head(*inside);
      co_await say(*inside, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    }
    co_await inside->close(soon());
  }

  std::unique_ptr<io::listener> listening;
  std::optional<io::tls_context> own_tls;
  io::tls_context origin_tls = identity_of("origin.test");
  std::size_t requests = 2;
  std::string asked;
  std::string request;
};

/// A network whose first connections fail.
class failing_first final : public io::network {
 public:
  explicit failing_first(std::size_t failures) : failures_(failures) {}

  task<std::unique_ptr<io::async_stream>> connect(io::endpoint to, deadline until) override {
    ++attempts;
    if (attempts <= failures_ && by_name) throw io::resolve_error("no such name for now");
    if (attempts <= failures_) throw io::connect_error("refused for now");
    co_return co_await inner.connect(std::move(to), until);
  }
  std::unique_ptr<io::listener> listen(const io::endpoint& at,
                                       io::listen_options options) override {
    return inner.listen(at, options);
  }

  testing::memory_network inner;
  std::size_t attempts = 0;
  bool by_name = false;

 private:
  std::size_t failures_;
};

}  // namespace

LEAT_ASYNC_TEST("proxy: TLS inside of a tunnel is with the origin") {
  testing::memory_network net;
  tunnel_end proxy(net);
  auto options = through(net, "http://ada:s3cret@proxy.test:3128");
  options.tls.trusted = authority().certificate();
  http::async_client client(options);
  co_await when_all(proxy.serve(), [](http::async_client& api) -> task<void> {
    CHECK((co_await api.get("https://origin.test/a")).content() == "hello");
    CHECK((co_await api.get("https://origin.test/b")).content() == "hello");
    CHECK(api.statistics().idle == 1);
    api.close();
  }(client));
  CHECK(proxy.asked.starts_with("CONNECT origin.test:443 HTTP/1.1\r\n"));
  CHECK(proxy.request.starts_with("GET /b HTTP/1.1\r\n"));
  CHECK(proxy.request.find("roxy") == std::string::npos);
  CHECK(net.connections() == 1);
}

LEAT_ASYNC_TEST("proxy: what goes wrong inside of a tunnel is said of the origin") {
  testing::memory_network net;
  tunnel_end proxy(net);
  proxy.origin_tls = identity_of("other.test");
  auto options = through(net, "http://proxy.test:3128");
  options.tls.trusted = authority().certificate();
  http::async_client client(options);
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(
        [](tunnel_end& end) -> task<void> { CHECK_THROWS_AS(co_await end.serve(), io::tls_error); },
        std::ref(proxy));
    CHECK_THROWS_WITH_AS(
        static_cast<void>(co_await client.get("https://origin.test/")),
        doctest::Contains("TLS with origin.test:443 through http://proxy.test:3128 failed"),
        io::tls_error);
  });
}

LEAT_ASYNC_TEST("proxy: a SOCKS5 connection that answers nothing is the origin's fault") {
  testing::memory_network net;
  scripted_peer proxy(net, proxy_test);
  proxy.accept().answer("\x05\x00\x05\x00\x00\x03\x01x\x00\x00"s).expect_until("\r\n\r\n").close();
  http::async_client client(through(net, "socks5://proxy.test:3128"));
  co_await when_all(proxy.play(), [](http::async_client& api) -> task<void> {
    CHECK_THROWS_WITH_AS(static_cast<void>(co_await api.get("http://origin.test/")),
                         "origin.test:80 through socks5://proxy.test:3128 closed the connection "
                         "without an answer",
                         http::no_response);
  }(client));
}

LEAT_ASYNC_TEST("proxy: one behind https is spoken to over TLS of its own") {
  testing::memory_network net;
  tunnel_end proxy(net);
  proxy.own_tls = identity_of("proxy.test");
  auto options = through(net, "https://proxy.test:3128");
  options.tls.trusted = authority().certificate();
  http::async_client client(options);
  co_await when_all(proxy.serve(), [](http::async_client& api) -> task<void> {
    CHECK((co_await api.get("https://origin.test/a")).content() == "hello");
    CHECK((co_await api.get("https://origin.test/b")).content() == "hello");
    api.close();
  }(client));
  CHECK(proxy.asked.starts_with("CONNECT origin.test:443 HTTP/1.1\r\n"));
}

LEAT_ASYNC_TEST("proxy: a trace tells the TLS of one behind https from that of the origin") {
  using http::trace_step;
  testing::memory_network net;
  tunnel_end proxy(net);
  proxy.own_tls = identity_of("proxy.test");
  proxy.requests = 1;
  trace_notes notes;
  auto options = through(net, "https://ada:s3cret@proxy.test:3128");
  options.tls.trusted = authority().certificate();
  options.trace = notes.callback();
  http::async_client client(options);
  co_await when_all(proxy.serve(), [](http::async_client& api) -> task<void> {
    CHECK((co_await api.get("https://origin.test/")).content() == "hello");
    api.close();
  }(client));
  CHECK(notes.steps() ==
        "pool_wait_started connect_started connect_finished tls_started tls_finished "
        "tunnel_started tunnel_finished tls_started tls_finished request_headers_sent "
        "response_headers_received response_body_finished connection_returned");
  const std::string through_proxy = "origin.test:443 through https://proxy.test:3128";
  bool is_in_tunnel = false;
  for (const auto& each : notes.all) {
    CAPTURE(std::string(to_string(each.step)));
    if (each.step == trace_step::pool_wait_started) continue;
    if (each.step == trace_step::tunnel_finished) is_in_tunnel = true;
    const char* const proxy_itself =
        each.step == trace_step::connect_started ? "proxy.test:3128" : "memory";
    CHECK(each.peer == (is_in_tunnel ? through_proxy : proxy_itself));
    const bool has_agreed = each.step == trace_step::tls_finished;
    CHECK(each.tls_version.starts_with("TLSv1.") == has_agreed);
  }
}

LEAT_ASYNC_TEST("proxy: a handshake that fails is told as that of the proxy, or of the origin") {
  using http::trace_step;
  for (const bool is_of_proxy : {true, false}) {
    testing::memory_network net;
    tunnel_end proxy(net);
    proxy.own_tls = identity_of(is_of_proxy ? "other.test" : "proxy.test");
    if (!is_of_proxy) proxy.origin_tls = identity_of("other.test");
    trace_notes notes;
    auto options = through(net, "https://proxy.test:3128");
    options.tls.trusted = authority().certificate();
    options.trace = notes.callback();
    http::async_client client(options);
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](tunnel_end& end) -> task<void> {
            CHECK_THROWS_AS(co_await end.serve(), io::tls_error);
          },
          std::ref(proxy));
      try {
        static_cast<void>(co_await client.get("https://origin.test/"));
        FAIL("it succeeded");
      } catch (const leat::error&) {
      }
    });
    CHECK(notes.count(trace_step::tls_finished) == (is_of_proxy ? 0 : 1));
    CHECK(notes.count(trace_step::tunnel_finished) == (is_of_proxy ? 0 : 1));
    CHECK(notes.last(trace_step::failed).failed_after == trace_step::tls_started);
    CHECK(notes.all.back().step == trace_step::connection_closed);
    check_balance(notes);
  }
}

LEAT_ASYNC_TEST("proxy: connections are kept for their origin only") {
  testing::memory_network net;
  http::router site;
  site.get("/", [](http::server_request& request) -> task<http::server_response> {
    co_return http::server_response::text(std::string(request.target()));
  });
  http::server_options server_options;
  server_options.network = &net;
  http::server proxy(std::move(site), server_options);
  proxy.listen(proxy_test);
  http::async_client client(through(net, "proxy.test:3128"));
  co_await when_all(proxy.run(), [](http::async_client& api, http::server& on) -> task<void> {
    for (const char* url : {"http://a.test/", "http://b.test/", "http://a.test/"}) {
      CHECK((co_await api.get(url)).content() == url);
    }
    CHECK(api.statistics().idle == 2);
    api.close();
    on.shut_down();
  }(client, proxy));
  CHECK(net.connections() == 2);
}

LEAT_ASYNC_TEST("proxy: a tunnel has to be there within the connect timeout") {
  struct row {
    const char* proxy;
    const char* url;
    std::string answer;
  };
  const row table[] = {
      {"http://proxy.test:3128", "https://origin.test/", "HTTP/1.1 200 OK\r\nVia: x\r\n\r\n"},
      {"socks5://proxy.test:3128", "http://origin.test/",
       "\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s}};
  for (const auto& each : table) {
    // Each byte comes in time; all of them do not.
    testing::memory_network net;
    scripted_peer proxy(net, proxy_test);
    proxy.accept().answer_slowly(each.answer, 1s).close();
    http::async_client client(through(net, each.proxy));
    const duration began = loop.elapsed();
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([](scripted_peer& peer) { return peer.play(); }, std::ref(proxy));
      CHECK_THROWS_WITH_AS(static_cast<void>(co_await client.get(each.url)),
                           doctest::Contains("it did not answer in time"), io::connect_timeout);
      group.cancel();
    });
    CHECK(loop.elapsed() - began == 5s);
    CHECK(client.statistics().active == 0);
  }
}

LEAT_ASYNC_TEST("proxy: an answer that comes byte by byte is the same answer") {
  testing::memory_network net;
  scripted_peer proxy(net, proxy_test);
  proxy.accept()
      .answer_slowly("\x05\x00\x05\x00\x00\x03\x01x\x00\x00"s, 1ms)
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 204 None\r\n\r\n")
      .expect_close();
  http::async_client client(through(net, "socks5://proxy.test:3128"));
  co_await when_all(proxy.play(), [](http::async_client& api) -> task<void> {
    CHECK((co_await api.get("http://origin.test/")).status() == 204);
    api.close();
  }(client));
}

TEST_CASE("proxy: the making of a tunnel can be cancelled anywhere") {
  std::unique_ptr<http::async_client> client;
  struct world {
    testing::memory_network net;
    tunnel_end proxy{net};
  };
  std::unique_ptr<world> all;
  for (const bool has_tls : {false, true}) {
    const auto report = testing::for_each_cancellation(
        [&] {
          all = std::make_unique<world>();
          all->proxy.requests = 1;
          if (has_tls) all->proxy.own_tls = identity_of("proxy.test");
          auto options = through(all->net, (has_tls ? "https"s : "http"s) + "://proxy.test:3128");
          options.tls.trusted = authority().certificate();
          options.limits.max_connections = 1;
          client = std::make_unique<http::async_client>(std::move(options));
          return [](tunnel_end& proxy, http::async_client& api) -> task<void> {
            co_await with_task_group([&](task_group& group) -> task<void> {
              group.spawn([](tunnel_end& end) { return end.serve(); }, std::ref(proxy));
              CHECK((co_await api.get("https://origin.test/")).content() == "hello");
              api.close();
            });
          }(all->proxy, *client);
        },
        [&](const outcome<void>&) {
          const auto now = client->statistics();
          CHECK(now.active == 0);
          CHECK(now.waiting == 0);
          CHECK(now.idle <= 1);
          client.reset();
          all.reset();
        });
    CHECK(report.suspensions > 5);
    CHECK(report.stopped > 10);
  }
}

TEST_CASE("proxy: a conversation with a SOCKS5 proxy can be cancelled anywhere") {
  struct world {
    testing::memory_network net;
    scripted_peer proxy{net, proxy_test};
    http::async_client client{[this] {
      auto options = through(net, "socks5://ada:s3cret@proxy.test:3128");
      options.limits.max_connections = 1;
      return options;
    }()};
  };
  std::unique_ptr<world> all;
  const auto report = testing::for_each_cancellation(
      [&all] {
        all = std::make_unique<world>();
        all->proxy.accept()
            .expect("\x05\x02\x00\x02"s)
            .answer("\x05\x02"s)
            .expect(
                "\x01\x03"
                "ada\x06s3cret"s)
            .answer("\x01\x00"s)
            .expect_until("\x00\x50"s)
            .answer("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s)
            .expect_until("\r\n\r\n")
            .answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            .expect_close();
        return [](world& in) -> task<void> {
          co_await with_task_group([&](task_group& group) -> task<void> {
            group.spawn([](scripted_peer& peer) { return peer.play(); }, std::ref(in.proxy));
            CHECK((co_await in.client.get("http://origin.test/")).content() == "hi");
            in.client.close();
          });
        }(*all);
      },
      [&all](const outcome<void>&) {
        const auto now = all->client.statistics();
        CHECK(now.active == 0);
        CHECK(now.waiting == 0);
        all.reset();
      });
  CHECK(report.suspensions > 5);
  CHECK(report.stopped > 10);
}

LEAT_ASYNC_TEST("client: connections that fail are tried again, with longer pauses") {
  for (const bool by_name : {false, true}) {
    failing_first net(4);
    net.by_name = by_name;
    scripted_peer origin(net.inner, io::endpoint::tcp("origin.test", 80));
    origin.accept().expect_until("\r\n\r\n").answer("HTTP/1.1 204 None\r\n\r\n").expect_close();
    http::async_client_options options;
    options.network = &net;
    options.connect_retries = 4;
    http::async_client client(options);
    const duration began = loop.elapsed();
    co_await when_all(origin.play(), [](http::async_client& api) -> task<void> {
      CHECK((co_await api.get("http://origin.test/")).status() == 204);
      api.close();
    }(client));
    CHECK(net.attempts == 5);
    CHECK(loop.elapsed() - began == 0ms + 500ms + 1s + 2s);
  }
}

LEAT_ASYNC_TEST("client: as many attempts are made as was asked for, and none by default") {
  for (const std::size_t retries : {std::size_t{0}, std::size_t{2}}) {
    failing_first net(100);
    http::async_client_options options;
    options.network = &net;
    options.connect_retries = retries;
    http::async_client client(options);
    CHECK_THROWS_AS(static_cast<void>(co_await client.get("http://origin.test/")),
                    io::connect_error);
    CHECK(net.attempts == retries + 1);
    CHECK(client.statistics().active == 0);
  }
}

LEAT_ASYNC_TEST("client: a pause that would pass the connect timeout is not begun") {
  failing_first net(100);
  http::async_client_options options;
  options.network = &net;
  options.connect_retries = 100;
  options.timeouts.connect = 2s;
  http::async_client client(options);
  const duration began = loop.elapsed();
  CHECK_THROWS_AS(static_cast<void>(co_await client.get("http://origin.test/")), io::connect_error);
  // At 0, 0, 0.5 and 1.5 s; the next would be at 3.5 s.
  CHECK(net.attempts == 4);
  CHECK(loop.elapsed() - began == 1500ms);
}

LEAT_ASYNC_TEST("client: an attempt that has timed out is not repeated") {
  testing::memory_network net;
  scripted_peer proxy(net, proxy_test);
  proxy.accept().pause(1h).expect_close();
  auto options = through(net, "socks5://proxy.test:3128");
  options.connect_retries = 5;
  http::async_client client(options);
  const duration began = loop.elapsed();
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([](scripted_peer& peer) { return peer.play(); }, std::ref(proxy));
    CHECK_THROWS_AS(static_cast<void>(co_await client.get("http://origin.test/")),
                    io::connect_timeout);
    group.cancel();
  });
  CHECK(loop.elapsed() - began == 5s);
  CHECK(net.connections() == 1);
}

TEST_CASE("server transport: a request can be cancelled anywhere, and its handler ends with it") {
  int handlers = 0;
  std::unique_ptr<http::async_client> client;
  const auto report = testing::for_each_cancellation(
      [&] {
        http::router site;
        site.post("/", [&handlers](http::server_request& request) -> task<http::server_response> {
          ++handlers;
          const std::shared_ptr<void> ended(nullptr, [&handlers](void*) { --handlers; });
          co_await sleep_for(1ms);
          co_return http::server_response::text(std::string(request.body()));
        });
        http::async_client_options options;
        options.transport = std::make_shared<http::async_server_transport>(std::move(site));
        client = std::make_unique<http::async_client>(std::move(options));
        return [](http::async_client& api) -> task<void> {
          const auto answer =
              co_await api.post("http://service.test/",
                                http::request_options().content(std::string(100'000, 'x'), "a/b"));
          CHECK(answer.content().size() == 100'000);
        }(*client);
      },
      [&](const outcome<void>&) {
        CHECK(handlers == 0);
        client.reset();
      });
  CHECK(report.stopped > 5);
}

LEAT_ASYNC_TEST("server transport: a handler that takes too long is answered for") {
  http::router site;
  site.get("/", [](http::server_request&) -> task<http::server_response> {
    co_await sleep_for(1h);
    co_return http::server_response::empty();
  });
  http::server_options server_options;
  server_options.timeouts.handler = 2s;
  http::async_client_options options;
  options.transport =
      std::make_shared<http::async_server_transport>(std::move(site), server_options);
  http::async_client client(options);
  const duration began = loop.elapsed();
  CHECK((co_await client.get("http://service.test/")).status() == 503);
  CHECK(loop.elapsed() - began == 2s);
}
