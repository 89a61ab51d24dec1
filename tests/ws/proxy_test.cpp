// SPDX-License-Identifier: MIT
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/when_any.hpp"
#include "leat/io/error.hpp"
#include "leat/io/tls.hpp"
#include "leat/proto/socks5/error.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/failures.hpp"
#include "leat/testing/scripted_peer.hpp"

#include "support/certificates.hpp"
#include "ws/memory.hpp"

// WebSockets through proxies: what is said, what takes time, what is cancelled and what fails. What
// both surfaces do alike is in proxy_loopback_test.cpp.

using namespace leat;
using namespace std::string_literals;
using conversation = websocket_peer::conversation;
using stream_ptr = std::unique_ptr<io::async_stream>;
using testing::scripted_peer;

namespace {

const io::endpoint proxy_test = io::endpoint::tcp("proxy.test", 3128);

const test_authority& authority() {
  static const test_authority made;
  return made;
}

io::tls_context identity_of(const std::string& name) {
  io::tls_server_options options;
  options.identity = authority().issue({.names = {name}});
  return io::tls_context::server(options);
}

deadline soon() {
  return deadline_after(1min);
}

task<void> say(io::async_stream& to, std::string text) {
  co_await to.write_all(as_bytes(text), soon());
}

task<std::string> hear(io::async_stream& from, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    std::byte byte{};
    if (co_await from.read_some(std::span(&byte, 1), soon()) == 0) {
      throw io::read_error("the client has gone");
    }
    text += static_cast<char>(byte);
  }
  co_return text;
}

task<std::string> hear_head(io::async_stream& from) {
  std::string text;
  while (!text.ends_with("\r\n\r\n")) text += co_await hear(from, 1);
  co_return text;
}

task<stream_ptr> make_tunnel(stream_ptr on) {
  co_await hear_head(*on);
  co_await say(*on, "HTTP/1.1 200 Connected\r\n\r\n");
  co_return on;
}

void require(bool holds) {
  if (!holds) throw std::logic_error("the client said something else");
}

task<stream_ptr> make_socks_connection(stream_ptr on) {
  const std::string methods = co_await hear(*on, 4);
  require(methods == "\x05\x02\x00\x02"s);
  co_await say(*on, "\x05\x02"s);
  co_await hear(*on, 12);
  co_await say(*on, "\x01\x00"s);
  const std::string asked = co_await hear(*on, 18);
  require(asked == "\x05\x01\x00\x03\x0bserver.test\x00\x50"s);
  co_await say(*on, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s);
  co_return on;
}

ws::async_options through(io::network& net, std::string proxy) {
  auto options = returning_options_on(net);
  options.proxy = std::move(proxy);
  options.tls.trusted = authority().certificate();
  return options;
}

task<void> echo(conversation& talk) {
  return talk.echo();
}

/// What a conversation through `proxy` has in common, whatever is done to it.
task<void> talk_through(io::network& net, std::string proxy, std::string url) {
  auto socket = co_await ws::async_connection::connect(std::move(url), through(net, proxy));
  co_await socket.send_text("hello");
  CHECK((co_await socket.receive()).data == "hello");
  co_await socket.close();
}

}  // namespace

LEAT_ASYNC_TEST("websocket proxy: a tunnel is asked for, by ws too, with the proxy's credentials") {
  testing::memory_network net;
  scripted_peer proxy(net, proxy_test);
  proxy.accept().expect_until("\r\n\r\n").answer("HTTP/1.1 403 No\r\n\r\n").expect_close();
  co_await when_all(proxy.play(), [](io::network& on) -> task<void> {
    auto options = through(on, "http://ada:s3cret@proxy.test:3128");
    options.headers.set("Authorization", "Bearer of-the-server");
    const auto ended =
        co_await as_outcome(ws::async_connection::connect("ws://server.test/chat", options));
    REQUIRE(ended.has_error());
    try {
      std::rethrow_exception(ended.error());
    } catch (const route::proxy_error& e) {
      CHECK(e.code() == route::errc::proxy_refused);
      CHECK(e.status() == 403);
      CHECK(e.proxy() == "http://proxy.test:3128");
      CHECK(e.what() ==
            "no connection to server.test:80 through the proxy http://proxy.test:3128: it "
            "answered 403 Forbidden"s);
    }
  }(net));
  CHECK(proxy.received() ==
        "CONNECT server.test:80 HTTP/1.1\r\nHost: server.test:80\r\n"
        "Proxy-Authorization: Basic YWRhOnMzY3JldA==\r\n\r\n");
}

LEAT_ASYNC_TEST("websocket proxy: the server is told nothing of it") {
  testing::memory_network net;
  scripted_peer proxy(net, proxy_test);
  proxy.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 200 OK\r\n\r\n")
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 404 No\r\n\r\n");
  co_await when_all(proxy.play(), [](io::network& on) -> task<void> {
    CHECK_THROWS_WITH_AS(static_cast<void>(co_await ws::async_connection::connect(
                             "ws://server.test/", through(on, "ada:s3cret@proxy.test:3128"))),
                         doctest::Contains("server.test:80 through http://proxy.test:3128"),
                         ws::handshake_error);
  }(net));
  const std::string& all = proxy.received();
  const std::string inside = all.substr(all.find("\r\n\r\n") + 4);
  CHECK(inside.starts_with("GET / HTTP/1.1\r\n"));
  CHECK(inside.find("roxy") == std::string::npos);
}

LEAT_ASYNC_TEST("websocket proxy: a connection made anew takes the same way") {
  testing::memory_network net;
  for (const bool is_socks : {false, true}) {
    websocket_peer proxy(net, proxy_test);
    proxy.open_by(is_socks ? make_socks_connection : make_tunnel)
        .on_connect([](conversation& talk) { return talk.send_close(1012); })
        .on_connect(echo);
    co_await when_all(
        proxy.play(),
        talk_through(net, is_socks ? "socks5://ada:s3cret@proxy.test:3128" : "proxy.test:3128",
                     "ws://server.test/"));
    CHECK(proxy.connections() == 2);
  }
}

LEAT_ASYNC_TEST("websocket proxy: TLS is with the server, and with a proxy behind https besides") {
  for (const bool has_tls : {false, true}) {
    testing::memory_network net;
    websocket_peer proxy(net, proxy_test, identity_of("server.test"));
    proxy.on_connect(echo).open_by([has_tls](stream_ptr on) -> task<stream_ptr> {
      if (has_tls) on = co_await io::accept_tls(std::move(on), identity_of("proxy.test"), soon());
      CHECK((co_await hear_head(*on)).starts_with("CONNECT server.test:443 HTTP/1.1\r\n"));
      co_await say(*on, "HTTP/1.1 200 Connected\r\n\r\n");
      co_return on;
    });
    co_await when_all(proxy.play(),
                      talk_through(net, (has_tls ? "https"s : "http"s) + "://proxy.test:3128",
                                   "wss://server.test/"));
    CHECK(proxy.connections() == 1);
  }
}

LEAT_ASYNC_TEST("websocket proxy: the context of the options is for the server alone") {
  testing::memory_network net;
  websocket_peer proxy(net, proxy_test, identity_of("server.test"));
  proxy.on_connect(echo).open_by(make_tunnel);
  auto options = through(net, "proxy.test:3128");
  options.tls_context = io::tls_context::client(options.tls);
  options.tls.trusted.clear();
  co_await when_all(proxy.play(), [](ws::async_options given) -> task<void> {
    auto socket = co_await ws::async_connection::connect("wss://server.test/", std::move(given));
    co_await socket.close();
  }(std::move(options)));
}

LEAT_ASYNC_TEST("websocket proxy: one that answers slowly has the connect timeout and no more") {
  testing::memory_network net;
  scripted_peer proxy(net, proxy_test);
  proxy.accept().answer_slowly("HTTP/1.1 200 OK\r\n\r\n", 1s).close();
  const duration began = loop.elapsed();
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([](scripted_peer& peer) { return peer.play(); }, std::ref(proxy));
    CHECK_THROWS_WITH_AS(static_cast<void>(co_await ws::async_connection::connect(
                             "ws://server.test/", through(net, "proxy.test:3128"))),
                         doctest::Contains("it did not answer in time"), io::connect_timeout);
    group.cancel();
  });
  CHECK(loop.elapsed() - began == 10s);
}

LEAT_ASYNC_TEST("websocket proxy: what is behind a tunnel's answer already is nobody's") {
  testing::memory_network net;
  scripted_peer proxy(net, proxy_test);
  proxy.accept().expect_until("\r\n\r\n").answer("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101").close();
  co_await when_all(proxy.play(), [](io::network& on) -> task<void> {
    const auto ended = co_await as_outcome(
        ws::async_connection::connect("ws://server.test/", through(on, "proxy.test:3128")));
    REQUIRE(ended.has_error());
    CHECK_THROWS_AS(std::rethrow_exception(ended.error()), route::proxy_error);
  }(net));
}

LEAT_ASYNC_TEST("websocket proxy: a proxy that has gone is an attempt that failed") {
  testing::memory_network net;
  auto proxy = std::make_unique<websocket_peer>(net, proxy_test);
  proxy->open_by(make_tunnel).on_connect([](conversation& talk) { return talk.send_close(1012); });
  co_await when_all(
      [](std::unique_ptr<websocket_peer>& peer) -> task<void> {
        co_await peer->play();
        peer.reset();
      }(proxy),
      [](io::network& on) -> task<void> {
        auto socket = co_await ws::async_connection::connect("ws://server.test/",
                                                             through(on, "proxy.test:3128"));
        try {
          static_cast<void>(co_await socket.receive());
          FAIL("nothing was to be received");
        } catch (const ws::reconnect_failed& e) {
          CHECK_THROWS_AS(std::rethrow_exception(e.last()), route::proxy_error);
        }
      }(net));
}

LEAT_ASYNC_TEST("websocket proxy: a network of the program's own asks no environment unasked") {
  testing::memory_network net;
  websocket_peer server(net, server_test);
  server.on_connect(echo);
  websocket_peer proxy(net, proxy_test);
  proxy.open_by(make_tunnel).on_connect(echo);
  const auto variables = [](const char* name) -> std::optional<std::string> {
    if (name == "http_proxy"s) return "http://proxy.test:3128";
    if (name == "https_proxy"s) return "http://nobody.test:1";
    return std::nullopt;
  };
  co_await when_all(proxy.play(), server.play(),
                    [](io::network& on, route::environment of) -> task<void> {
                      auto options = options_on(on);
                      options.environment = of;
                      auto socket = co_await connect_to_server(options);
                      co_await socket.close();
                      options.trust_env = false;
                      socket = co_await connect_to_server(options);
                      co_await socket.close();
                    }(net, variables));
  CHECK(proxy.connections() == 1);
  CHECK(server.connections() == 1);
}

TEST_CASE("websocket proxy: connecting through one can be cancelled anywhere") {
  struct row {
    const char* proxy;
    websocket_peer::opening opening;
  };
  const row table[] = {{"http://ada:s3cret@proxy.test:3128", make_tunnel},
                       {"socks5://ada:s3cret@proxy.test:3128", make_socks_connection}};
  for (const auto& each : table) {
    const auto report = testing::for_each_cancellation([&each]() -> task<void> {
      testing::memory_network net;
      websocket_peer proxy(net, proxy_test);
      proxy.open_by(each.opening).on_connect(echo);
      co_await when_all(proxy.play(), talk_through(net, each.proxy, "ws://server.test/"));
    });
    CHECK(report.suspensions > 5);
    CHECK(report.stopped > 10);
  }
}

TEST_CASE(
    "websocket proxy: connecting over TLS through one behind https can be cancelled anywhere") {
  const auto report = testing::for_each_cancellation([]() -> task<void> {
    testing::memory_network net;
    websocket_peer proxy(net, proxy_test, identity_of("server.test"));
    proxy.on_connect(echo).open_by([](stream_ptr on) -> task<stream_ptr> {
      auto secure = co_await io::accept_tls(std::move(on), identity_of("proxy.test"), soon());
      co_return co_await make_tunnel(std::move(secure));
    });
    co_await when_all(proxy.play(),
                      talk_through(net, "https://proxy.test:3128", "wss://server.test/"));
  });
  CHECK(report.stopped > 10);
}

TEST_CASE("websocket proxy: each failure of the network ends in an error, and nothing hangs") {
  for (const bool is_socks : {false, true}) {
    int failed = 0;
    const auto report =
        testing::for_each_failure([is_socks, &failed](io::network& net) -> task<void> {
          websocket_peer proxy(net, proxy_test);
          proxy.open_by(is_socks ? make_socks_connection : make_tunnel)
              .on_connect(echo)
              .on_connect(echo);
          auto socket = through(net, is_socks ? "socks5://ada:s3cret@proxy.test:3128"
                                              : "http://ada:s3cret@proxy.test:3128");
          socket.reconnect.enabled = false;
          socket.timeouts.receive = 1min;
          static_cast<void>(co_await when_any(
              proxy.play(), [](ws::async_options options, int& count) -> task<void> {
                try {
                  auto made = co_await connect_to_server(std::move(options));
                  co_await made.send_text("hello");
                  static_cast<void>(co_await made.receive());
                  co_await made.close();
                } catch (const error& e) {
                  if (std::string(e.what()).find("s3cret") != std::string::npos) {
                    throw std::logic_error("a message shows the password");
                  }
                  ++count;
                }
              }(std::move(socket), failed)));
        });
    CHECK(report.operations > 10);
    CHECK(failed > 5);
  }
}
