// SPDX-License-Identifier: MIT
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "leat/base/error.hpp"
#include "leat/proto/socks5/error.hpp"
#include "leat/proto/ws/handshake.hpp"

#include "support/raw_peer.hpp"
#include "ws/surfaces.hpp"

// WebSockets through proxies that are scripts, each case on both surfaces.

using namespace leat;
using namespace std::string_literals;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("websocket proxy: " name, Surface, async_surface, blocking_surface)

namespace {

std::string through(const raw_peer& proxy, const std::string& scheme) {
  return scheme + "://ada:s3cret@127.0.0.1:" + std::to_string(proxy.port());
}

/// The error that connecting through a proxy ends with; it must not show the password.
template <class Surface>
route::proxy_error proxy_failure(const std::string& proxy, const std::string& url) {
  typename Surface::options options;
  options.proxy = proxy;
  try {
    const Surface api(url, options);
  } catch (const route::proxy_error& e) {
    CHECK(std::string(e.what()).find("s3cret") == std::string::npos);
    CHECK(std::string(e.what()).find(e.proxy()) != std::string::npos);
    CHECK(e.proxy().find("s3cret") == std::string::npos);
    return e;
  }
  throw std::logic_error("a connection was made");
}

}  // namespace

LEAT_BOTH_SURFACES("one that makes no tunnel is an error that says which and why") {
  struct row {
    std::string answer;
    route::errc code;
    int status;
  };
  const row table[] = {
      {"HTTP/1.1 407 Who\r\n\r\n", route::errc::proxy_authentication, 407},
      {"HTTP/1.1 401 Who\r\n\r\n", route::errc::proxy_authentication, 401},
      {"HTTP/1.1 403 No\r\n\r\n", route::errc::proxy_refused, 403},
      {"HTTP/1.1 503 Later\r\n\r\n", route::errc::proxy_unavailable, 503},
      {"", route::errc::proxy_unavailable, 0},
      {"HTTP/1.1 200 O", route::errc::proxy_unavailable, 0},
      {"SSH-2.0-what\r\n\r\n", route::errc::proxy_protocol, 0},
  };
  for (const auto& each : table) {
    CAPTURE(each.answer);
    for (const char* url : {"ws://server.test/", "wss://server.test/"}) {
      raw_peer proxy([&each](raw_peer::conversation& talk) {
        talk.read_until();
        talk.send(each.answer);
      });
      const auto error = proxy_failure<Surface>(through(proxy, "http"), url);
      CHECK(error.code() == each.code);
      CHECK(error.status() == each.status);
    }
  }
}

LEAT_BOTH_SURFACES("a SOCKS5 proxy that does not connect is an error that says why") {
  struct row {
    std::string method;
    std::string answer;
    route::errc code;
    proto::socks5::errc cause;
  };
  using socks = proto::socks5::errc;
  const row table[] = {
      {"\x05\xff"s, "", route::errc::proxy_authentication, socks::no_acceptable_method},
      {"\x05\x02"s, "\x01\x01"s, route::errc::proxy_authentication, socks::credentials_refused},
      {"\x05\x00"s, "\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"s, route::errc::proxy_refused,
       socks::not_allowed},
      {"\x05\x00"s, "\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"s, route::errc::proxy_unavailable,
       socks::connection_refused},
      {"\x05\x00"s, "\x05\x00\x00"s, route::errc::proxy_unavailable, socks::truncated},
  };
  for (const auto& each : table) {
    CAPTURE(each.cause);
    raw_peer proxy([&each](raw_peer::conversation& talk) {
      talk.read_exactly(4);
      talk.send(each.method);
      if (each.answer.empty()) return;
      talk.read_exactly(each.method[1] == 2 ? 12 : 18);
      talk.send(each.answer);
    });
    const auto error = proxy_failure<Surface>(through(proxy, "socks5"), "ws://server.test/");
    CHECK(error.code() == each.code);
    CHECK(error.cause() == each.cause);
  }
}

LEAT_BOTH_SURFACES("the environment says which, by the scheme and with exceptions") {
  raw_peer proxy([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 403 No\r\n\r\n");
  });
  std::map<std::string, std::string> variables{{"HTTPS_PROXY", through(proxy, "http")},
                                               {"NO_PROXY", "direct.test,127.0.0.9"}};
  typename Surface::options options;
  options.environment = [&variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  CHECK_THROWS_AS(Surface("wss://server.test/", options), route::proxy_error);
  variables["ALL_PROXY"] = "nonsense://s3cret@x";
  CHECK_THROWS_WITH_AS(Surface("ws://server.test/", options),
                       "ALL_PROXY is no URL of a proxy: its scheme is none of http, https, socks5 "
                       "and socks5h",
                       route::invalid_proxy);
  options.trust_env = false;
  options.proxy = "http://user:s3cret@/";
  CHECK_THROWS_AS(Surface("ws://server.test/", options), route::invalid_proxy);
}

LEAT_BOTH_SURFACES("the environment's is not asked for the machine itself") {
  raw_peer server([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 418 No\r\n\r\n");
  });
  typename Surface::options options;
  options.environment = [](const char* name) -> std::optional<std::string> {
    if (name == "all_proxy"s) return "http://127.0.0.1:1";
    return std::nullopt;
  };
  CHECK_THROWS_AS(Surface("ws://127.0.0.1:" + std::to_string(server.port()) + "/", options),
                  ws::handshake_error);
}
