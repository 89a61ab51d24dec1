// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "leat/http/error.hpp"
#include "leat/io/error.hpp"

#include "http/surfaces.hpp"
#include "support/certificates.hpp"
#include "support/nginx.hpp"
#include "support/proxies.hpp"
#include "support/raw_peer.hpp"

// What few requests ask for: another target in the request line, another name in TLS. Both clients,
// against nginx and against peers that show what they were sent.

using namespace leat;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client extras: " name, Surface, async_surface, blocking_surface)

namespace {

constexpr const char* ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

const test_authority& authority() {
  static const test_authority made;
  return made;
}

/// An nginx that says which name it was asked for in TLS, and what in the request line.
nginx::wishes of_names(const std::vector<std::string>& names, bool speaks_http2 = false) {
  const auto identity = authority().issue({.names = names, .addresses = {}});
  nginx::wishes wishes;
  wishes.certificate = identity.certificate_chain;
  wishes.key = identity.key;
  wishes.speaks_http2 = speaks_http2;
  wishes.locations =
      "location /name { return 200 $ssl_server_name; } location / { return 200 $request_uri; }";
  return wishes;
}

template <class Surface>
typename Surface::options trusting() {
  typename Surface::options options;
  options.tls.trusted = authority().certificate();
  return options;
}

std::string first_line(const std::string& head) {
  return head.substr(0, head.find('\r'));
}

}  // namespace

LEAT_BOTH_SURFACES("a target of its own is asked for as it is") {
  std::string seen;
  raw_peer peer([&](raw_peer::conversation& talk) {
    seen = talk.read_until();
    talk.send(ok);
    talk.wait_closed();
  });
  {
    Surface api;
    const auto answer =
        api.request("OPTIONS", peer.url("/ignored?a=b"), http::request_options().target("*"));
    CHECK(answer.content() == "ok");
    CHECK(answer.url() == peer.url("/ignored?a=b"));
  }
  peer.finish();
  CHECK(first_line(seen) == "OPTIONS * HTTP/1.1");
  CHECK(seen.find("127.0.0.1:" + std::to_string(peer.port())) != std::string::npos);
}

LEAT_BOTH_SURFACES("a proxy that forwards is given the target as it is") {
  std::string seen;
  raw_peer proxy([&](raw_peer::conversation& talk) {
    seen = talk.read_until();
    talk.send(ok);
    talk.wait_closed();
  });
  {
    typename Surface::options options;
    options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
    Surface api(options);
    CHECK(api.get("http://a.test/", http::request_options().target("http://b.test/x")).content() ==
          "ok");
  }
  proxy.finish();
  CHECK(first_line(seen) == "GET http://b.test/x HTTP/1.1");
}

LEAT_BOTH_SURFACES("a redirect leads to where it says, and not to the target") {
  std::string second;
  raw_peer peer([&](raw_peer::conversation& talk) {
    static_cast<void>(talk.read_until());
    talk.send("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n");
    second = talk.read_until();
    talk.send(ok);
    talk.wait_closed();
  });
  {
    Surface api;
    CHECK(api.get(peer.url(), http::request_options().target("/first").follow_redirects())
              .content() == "ok");
  }
  peer.finish();
  CHECK(first_line(second) == "GET /next HTTP/1.1");
}

LEAT_BOTH_SURFACES("a target that cannot stand in a request line is refused, and nothing is sent") {
  const nginx server(of_names({"localhost"}));
  const nginx speaking_http2(of_names({"localhost"}, true));
  Surface api(trusting<Surface>());
  for (const auto* asked : {&server, &speaking_http2}) {
    const std::string url = "https://localhost:" + std::to_string(asked->port()) + "/";
    CHECK(api.get(url).status() == 200);
    for (const std::string bad : {"/a b", "/a\r\nx: y", "/a\nb", "/\x01"}) {
      CHECK_THROWS_AS(static_cast<void>(api.get(url, http::request_options().target(bad))),
                      http::local_protocol_error);
    }
    CHECK(api.get(url).status() == 200);
    CHECK(api.client().statistics().active == 0);
  }
  CHECK(api.client().statistics().idle == 2);
}

LEAT_BOTH_SURFACES("over HTTP/2 the target is the path") {
  const nginx server(of_names({"localhost"}, true));
  Surface api(trusting<Surface>());
  const std::string url = "https://localhost:" + std::to_string(server.port()) + "/";
  const auto answer = api.get(url, http::request_options().target("/a/./b/%7e?x"));
  CHECK(answer.http_version() == "HTTP/2");
  CHECK(answer.content() == "/a/./b/%7e?x");
}

LEAT_BOTH_SURFACES("a server is asked to be whom it has to prove to be") {
  const nginx server(of_names({"inner.test"}));
  Surface api(trusting<Surface>());
  CHECK(api.get(server.url("/name"), http::request_options().server_name("inner.test")).content() ==
        "inner.test");
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/name"))), io::tls_error);
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/name"),
                                            http::request_options().server_name("other.test"))),
                  io::tls_error);
}

LEAT_BOTH_SURFACES("connections to a server under several names are kept apart") {
  for (const bool speaks_http2 : {false, true}) {
    const nginx server(of_names({"one.test", "two.test"}, speaks_http2));
    Surface api(trusting<Surface>());
    for (int i = 0; i < 2; ++i) {
      for (const std::string name : {"one.test", "two.test"}) {
        CHECK(api.get(server.url("/name"), http::request_options().server_name(name)).content() ==
              name);
      }
    }
    CHECK(api.client().statistics().idle == 2);
  }
}

LEAT_BOTH_SURFACES("a server in a tunnel is asked by the name as well") {
  const tinyproxy proxy;
  const nginx server(of_names({"inner.test"}));
  auto options = trusting<Surface>();
  options.proxy = "http://" + proxy.at();
  Surface api(options);
  CHECK(api.get(server.url("/name"), http::request_options().server_name("inner.test")).content() ==
        "inner.test");
}

LEAT_BOTH_SURFACES("copies of options have extras of their own") {
  const auto first = http::request_options().target("/one").server_name("one.test");
  auto second = first;
  second.target("/two");
  const auto built = Surface().client().build_request("GET", "http://a.test/", first);
  CHECK(built.target() == "/one");
  CHECK(built.extras->server_name == "one.test");
  const auto other = Surface().client().build_request("GET", "http://a.test/", second);
  CHECK(other.target() == "/two");
  CHECK(other.extras->server_name == "one.test");
  const auto plain = Surface().client().build_request("GET", "http://a.test/x", {});
  CHECK(plain.target() == "/x");
  CHECK(plain.extras == nullptr);
}
