// SPDX-License-Identifier: MIT
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/proto/socks5/error.hpp"
#include "leat/route/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"
#include "support/server_thread.hpp"

// What proxies are asked for, what they are not told, and how they refuse. Each case on both
// surfaces.

using namespace leat;
using namespace std::string_literals;
using http::server_request;
using http::server_response;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client routes: " name, Surface, async_surface, blocking_surface)

namespace {

constexpr const char* ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

template <class Surface>
typename Surface::options through(const raw_peer& proxy, const std::string& scheme = "http",
                                  const std::string& login = {}) {
  typename Surface::options options;
  options.proxy = scheme + "://" + login + "127.0.0.1:" + std::to_string(proxy.port());
  return options;
}

/// The error that a request through a proxy ends with; it must not show the password.
template <class Surface>
http::proxy_error proxy_failure(typename Surface::options options, const std::string& url) {
  Surface api(std::move(options));
  try {
    static_cast<void>(api.get(url));
  } catch (const http::proxy_error& e) {
    CHECK(std::string(e.what()).find("s3cret") == std::string::npos);
    CHECK(std::string(e.what()).find(e.proxy()) != std::string::npos);
    CHECK(e.proxy().find("s3cret") == std::string::npos);
    CHECK(api.client().statistics().active == 0);
    CHECK(api.client().statistics().idle == 0);
    return e;
  }
  throw std::logic_error("the request succeeded");
}

std::string tunnel_message(const http::proxy_error& e) {
  const std::string what = e.what();
  const auto at = what.find(e.proxy());
  return what.substr(0, at) + "PROXY" + what.substr(at + e.proxy().size());
}

}  // namespace

LEAT_BOTH_SURFACES("an HTTP proxy is given the whole URL, and credentials of its own") {
  std::string seen;
  raw_peer proxy([&seen](raw_peer::conversation& talk) {
    seen = talk.read_until();
    talk.send(ok);
    seen += talk.read_until();
    talk.send(ok);
  });
  Surface api(through<Surface>(proxy, "http", "ada:s3cret@"));
  CHECK(api.get("http://origin.test:81/a?b=c#d").content() == "hello");
  CHECK(api.get("http://origin.test:81/e").content() == "hello");
  proxy.finish();
  CHECK(seen.starts_with("GET http://origin.test:81/a?b=c HTTP/1.1\r\nhost: origin.test:81\r\n"));
  CHECK(seen.find("GET http://origin.test:81/e HTTP/1.1\r\n") != std::string::npos);
  CHECK(seen.find("Proxy-Authorization: Basic YWRhOnMzY3JldA==\r\n") != std::string::npos);
}

LEAT_BOTH_SURFACES("the answer of a proxy that forwards is an answer like any other") {
  raw_peer proxy([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n");
  });
  Surface api(through<Surface>(proxy));
  CHECK(api.get("http://origin.test/").status() == 407);
}

LEAT_BOTH_SURFACES("a tunnel is asked for by host and port, with credentials") {
  std::string seen;
  const auto refusing = [&seen](raw_peer::conversation& talk) {
    seen = talk.read_until();
    talk.send("HTTP/1.1 503 Later\r\n\r\n");
    talk.wait_closed();
  };
  {
    raw_peer proxy(refusing);
    static_cast<void>(proxy_failure<Surface>(through<Surface>(proxy, "http", "ada:s3cret@"),
                                             "https://origin.test/a"));
    proxy.finish();
    CHECK(seen ==
          "CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\n"
          "Proxy-Authorization: Basic YWRhOnMzY3JldA==\r\n\r\n");
  }
  raw_peer proxy(refusing);
  static_cast<void>(proxy_failure<Surface>(through<Surface>(proxy), "https://[2001:db8::1]:99/"));
  proxy.finish();
  CHECK(seen == "CONNECT [2001:db8::1]:99 HTTP/1.1\r\nHost: [2001:db8::1]:99\r\n\r\n");
}

LEAT_BOTH_SURFACES("a proxy that makes no tunnel is an error that says which and why") {
  struct row {
    std::string answer;
    route::errc code;
    int status;
    std::string why;
  };
  const std::string begin = "HTTP/1.1 ";
  const row table[] = {
      {begin + "407 Who are you\r\n\r\n", route::errc::proxy_authentication, 407,
       "it answered 407 Proxy Authentication Required"},
      {begin + "403 No\r\n\r\n", route::errc::proxy_refused, 403, "it answered 403 Forbidden"},
      {begin + "302 Elsewhere\r\nLocation: http://x/\r\n\r\n", route::errc::proxy_refused, 302,
       "it answered 302 Found"},
      {begin + "502 Bad\r\nContent-Length: 3\r\n\r\nsad", route::errc::proxy_unavailable, 502,
       "it answered 502 Bad Gateway"},
      {begin + "100 Continue\r\n\r\nHTTP/1.1 504 Late\r\n\r\n", route::errc::proxy_unavailable, 504,
       "it answered 504 Gateway Timeout"},
      {"", route::errc::proxy_unavailable, 0, ""},
      {"HTTP/1.1 200 OK\r\nVia", route::errc::proxy_unavailable, 0, ""},
      {"\x05\x01 what is that\r\n\r\n", route::errc::proxy_protocol, 0, ""},
      {begin + "101 Switching\r\n\r\n", route::errc::proxy_protocol, 0, ""},
      {begin + "200 OK\r\nVia: a\n\r\n\r\n", route::errc::proxy_protocol, 0, ""},
      // More than a head may have.
      {begin + "200 OK\r\nVia: " + std::string(9000, 'x'), route::errc::proxy_protocol, 0, ""},
      {begin + "200 OK\r\n" + std::string(200, 'a') + ": b\r\n", route::errc::proxy_unavailable, 0,
       ""},
      // Nobody has asked the origin for anything.
      {begin + "200 OK\r\n\r\nhello", route::errc::proxy_protocol, 0, ""},
  };
  for (const auto& each : table) {
    CAPTURE(each.answer);
    raw_peer proxy([&each](raw_peer::conversation& talk) {
      talk.read_until();
      talk.send(each.answer);
    });
    const auto error = proxy_failure<Surface>(through<Surface>(proxy, "http", "ada:s3cret@"),
                                              "https://origin.test/");
    CHECK(error.code() == each.code);
    CHECK(error.status() == each.status);
    CHECK(error.proxy() == "http://127.0.0.1:" + std::to_string(proxy.port()));
    if (!each.why.empty()) {
      CHECK(tunnel_message(error) ==
            "no connection to origin.test:443 through the proxy PROXY: " + each.why);
    }
    const bool is_transient = each.code == route::errc::proxy_unavailable;
    CHECK((error.code() == failure::transient) == is_transient);
  }
}

LEAT_BOTH_SURFACES("an endless head of a proxy is given up") {
  raw_peer proxy([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 10'000; ++i) talk.send("X-Field: and another\r\n");
  });
  const auto error = proxy_failure<Surface>(through<Surface>(proxy), "https://origin.test/");
  CHECK(error.code() == route::errc::proxy_protocol);
}

LEAT_BOTH_SURFACES("a proxy that is not there is an error that says so") {
  typename Surface::options options;
  {
    const raw_peer gone([](raw_peer::conversation&) {});
    options.proxy = "http://ada:s3cret@127.0.0.1:" + std::to_string(gone.port());
  }
  for (const char* url : {"http://origin.test/", "https://origin.test/"}) {
    const auto error = proxy_failure<Surface>(options, url);
    CHECK(error.code() == route::errc::proxy_unavailable);
    CHECK(error.cause() == std::errc::connection_refused);
    CHECK(std::string(error.what()).starts_with("the proxy http://127.0.0.1:"));
  }
}

LEAT_BOTH_SURFACES("a proxy behind https that speaks no TLS is told from the origin") {
  raw_peer proxy([](raw_peer::conversation& talk) { talk.send("HTTP/1.1 400 Bad\r\n\r\n"); });
  const auto error =
      proxy_failure<Surface>(through<Surface>(proxy, "https"), "http://origin.test/");
  CHECK(error.code() == route::errc::proxy_protocol);
  CHECK(std::string(error.what()).starts_with("no TLS with the proxy https://127.0.0.1:"));
}

LEAT_BOTH_SURFACES("a SOCKS5 proxy connects, and the request is the origin's") {
  std::string request;
  raw_peer proxy([&request](raw_peer::conversation& talk) {
    CHECK(talk.read_exactly(4) == "\x05\x02\x00\x02"s);
    talk.send("\x05\x02"s);
    CHECK(talk.read_exactly(12) ==
          "\x01\x03"
          "ada\x06s3cret"s);
    talk.send("\x01\x00"s);
    CHECK(talk.read_exactly(18) == "\x05\x01\x00\x03\x0borigin.test\x00\x51"s);
    talk.send("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s);
    request = talk.read_until();
    talk.send(ok);
    talk.read_until();
    talk.send(ok);
  });
  Surface api(through<Surface>(proxy, "socks5", "ada:s3cret@"));
  CHECK(api.get("http://origin.test:81/a").content() == "hello");
  CHECK(api.get("http://origin.test:81/b").content() == "hello");
  proxy.finish();
  CHECK(request.starts_with("GET /a HTTP/1.1\r\n"));
  CHECK(request.find("roxy") == std::string::npos);
}

LEAT_BOTH_SURFACES("a SOCKS5 proxy is asked for addresses as such") {
  for (const auto& [host, asked] :
       {std::pair{"10.0.0.1"s, "\x01\x0a\x00\x00\x01"s},
        std::pair{"[::1]"s, "\x04"s + std::string(15, '\0') + "\x01"}}) {
    raw_peer proxy([asked](raw_peer::conversation& talk) {
      talk.read_exactly(3);
      talk.send("\x05\x00"s);
      CHECK(talk.read_exactly(3 + asked.size() + 2) == "\x05\x01\x00"s + asked + "\x00\x50"s);
      talk.send("\x05\x05"s);
    });
    const auto error =
        proxy_failure<Surface>(through<Surface>(proxy, "socks5h"), "http://" + host + "/");
    CHECK(error.cause() == proto::socks5::errc::connection_refused);
    proxy.finish();
  }
}

LEAT_BOTH_SURFACES("a SOCKS5 proxy that does not connect is an error that says why") {
  struct row {
    std::vector<std::string> answers;
    route::errc code;
    proto::socks5::errc cause;
  };
  using socks = proto::socks5::errc;
  const auto replying = [](char reply) {
    return std::vector{"\x05\x00"s, "\x05"s + reply + "\x00\x01\x00\x00\x00\x00\x00\x00"s};
  };
  const row table[] = {
      {replying(1), route::errc::proxy_unavailable, socks::general_failure},
      {replying(2), route::errc::proxy_refused, socks::not_allowed},
      {replying(3), route::errc::proxy_unavailable, socks::network_unreachable},
      {replying(4), route::errc::proxy_unavailable, socks::host_unreachable},
      {replying(5), route::errc::proxy_unavailable, socks::connection_refused},
      {replying(6), route::errc::proxy_unavailable, socks::ttl_expired},
      {replying(7), route::errc::proxy_refused, socks::command_not_supported},
      {replying(8), route::errc::proxy_refused, socks::address_type_not_supported},
      {replying(9), route::errc::proxy_refused, socks::unassigned_reply},
      {{"\x05\xff"s}, route::errc::proxy_authentication, socks::no_acceptable_method},
      {{"\x05\x02"s, "\x01\x01"s}, route::errc::proxy_authentication, socks::credentials_refused},
      {{"\x05\x01"s}, route::errc::proxy_protocol, socks::unexpected_method},
      {{"HTTP/1.1 400 Bad\r\n\r\n"}, route::errc::proxy_protocol, socks::bad_version},
      {{"\x05\x00"s, "\x05\x00\x00\x09"s}, route::errc::proxy_protocol, socks::bad_reply},
      {{""}, route::errc::proxy_unavailable, socks::truncated},
      {{"\x05\x00"s, "\x05\x00\x00\x01\x00"s}, route::errc::proxy_unavailable, socks::truncated},
  };
  for (const auto& each : table) {
    raw_peer proxy([&each](raw_peer::conversation& talk) {
      talk.read_exactly(4);
      talk.send(each.answers[0]);
      if (each.answers.size() == 1) return;
      const bool authenticates = each.answers[0][1] == 2;
      talk.read_exactly(authenticates ? 12 : 18);
      talk.send(each.answers[1]);
    });
    const auto error = proxy_failure<Surface>(through<Surface>(proxy, "socks5", "ada:s3cret@"),
                                              "http://origin.test/");
    CAPTURE(error.what());
    CHECK(error.code() == each.code);
    CHECK(error.cause() == each.cause);
    CHECK(error.status() == 0);
    CHECK(tunnel_message(error) == "no connection to origin.test:80 through the proxy PROXY: " +
                                       make_error_code(each.cause).message());
  }
}

LEAT_BOTH_SURFACES("what is meant for a proxy never reaches an origin") {
  http::router site;
  site.get("/", [](server_request& request) -> task<server_response> {
    co_return server_response::text(
        request.headers().joined("proxy-authorization").value_or("none"));
  });
  const server_thread origin(std::move(site));
  http::request_options secret;
  secret.header("Proxy-Authorization", "Basic s3cret");
  Surface direct;
  CHECK(direct.get(origin.url(), secret).content() == "none");

  // A proxy is given what the request says, and the server behind a redirect is not.
  std::string seen;
  raw_peer proxy([&seen, to = origin.url()](raw_peer::conversation& talk) {
    seen = talk.read_until();
    talk.send("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to + "\r\n\r\n");
  });
  auto options = through<Surface>(proxy, "http", "ada:other@");
  options.mounts.emplace_back("all://127.0.0.1", nullptr);
  Surface api(std::move(options));
  CHECK(
      api.get("http://origin.test/", http::request_options(secret).follow_redirects()).content() ==
      "none");
  CHECK(seen.find("Proxy-Authorization: Basic s3cret\r\n") != std::string::npos);
  CHECK(seen.find("YWRh") == std::string::npos);  // one of the two
}
