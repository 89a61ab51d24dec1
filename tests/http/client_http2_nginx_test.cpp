// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include <sys/stat.h>

#include "leat/coro/task_group.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/http/error.hpp"
#include "leat/io/error.hpp"

#include "http/surfaces.hpp"
#include "support/certificates.hpp"
#include "support/nginx.hpp"

// Both clients over HTTP/2 against a real nginx.

using namespace leat;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client and HTTP/2: " name, Surface, async_surface, blocking_surface)

namespace {

const test_authority& authority() {
  static const test_authority made;
  return made;
}

nginx::wishes http2_server() {
  const auto identity = authority().issue({});
  nginx::wishes wishes;
  wishes.certificate = identity.certificate_chain;
  wishes.key = identity.key;
  wishes.speaks_http2 = true;
  wishes.locations =
      "client_max_body_size 64m; location / { return 200 $arg_n; }"
      "location /version { return 200 $server_protocol; }"
      "location /size { return 200 $content_length; }"
      "location /files/ { root .; }"
      "location /proxied { proxy_http_version 1.1; proxy_ssl_verify off;"
      " proxy_pass https://127.0.0.1:$server_port/size; }";
  return wishes;
}

template <class Surface>
typename Surface::options trusting() {
  typename Surface::options options;
  options.tls.trusted = authority().certificate();
  return options;
}

}  // namespace

LEAT_BOTH_SURFACES("is chosen by ALPN, and the connection is kept") {
  const nginx server(http2_server());
  Surface api(trusting<Surface>());
  for (int i = 0; i < 3; ++i) {
    const auto answer = api.get(server.url("/version"));
    CHECK(answer.content() == "HTTP/2.0");
    CHECK(answer.http_version() == "HTTP/2");
    CHECK(answer.status() == 200);
  }
  CHECK(api.client().statistics().idle == 1);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("is not spoken where it is turned off") {
  const nginx server(http2_server());
  auto options = trusting<Surface>();
  options.http2 = false;
  Surface api(options);
  CHECK(api.get(server.url("/version")).http_version() == "HTTP/1.1");
}

LEAT_BOTH_SURFACES("is spoken at once where that is known to work") {
  nginx::wishes wishes;
  wishes.speaks_http2 = true;
  wishes.locations = "location / { return 200 $server_protocol; }";
  const nginx server(wishes);
  typename Surface::options options;
  options.http2_prior_knowledge = true;
  Surface api(options);
  CHECK(api.get(server.url()).content() == "HTTP/2.0");
}

LEAT_BOTH_SURFACES("a server that does not know it is a protocol error") {
  const nginx server;
  typename Surface::options options;
  options.http2_prior_knowledge = true;
  Surface api(options);
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url())), http::remote_protocol_error);
  CHECK(api.client().statistics().active == 0);
  CHECK(api.client().statistics().idle == 0);
}

LEAT_BOTH_SURFACES("large bodies go both ways whole") {
  const nginx server(http2_server());
  CHECK(::mkdir(server.file("files").c_str(), 0755) == 0);
  std::string much;
  for (int i = 0; i < 400'000; ++i) much += std::to_string(i) + "\n";
  server.write("files/large.txt", much);
  Surface api(trusting<Surface>());
  CHECK(api.get(server.url("/files/large.txt")).content() == much);
  const auto sent = api.post(server.url("/proxied"),
                             http::request_options().content(std::string(5'000'000, 'x'), "a/b"));
  CHECK(sent.content() == "5000000");
  CHECK(sent.http_version() == "HTTP/2");
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("an answer that is given up resets its stream, and the connection stays") {
  const nginx server(http2_server());
  CHECK(::mkdir(server.file("files").c_str(), 0755) == 0);
  server.write("files/large.txt", std::string(8'000'000, 'x'));
  Surface api(trusting<Surface>());
  {
    auto answer = api.stream("GET", server.url("/files/large.txt"));
    CHECK_FALSE(api.read_some(answer).empty());
    CHECK(api.client().statistics().active == 1);
  }
  CHECK(api.client().statistics().active == 0);
  // This answer of the async surface was given up outside of its loop.
  CHECK(api.client().statistics().idle == (Surface::io::is_blocking ? 1 : 0));
  CHECK(api.get(server.url("/?n=5")).content() == "5");
}

LEAT_BOTH_SURFACES("HEAD, an empty answer, and an error are answers") {
  const nginx server(http2_server());
  Surface api(trusting<Surface>());
  CHECK(api.request("HEAD", server.url("/version")).content().empty());
  CHECK(api.get(server.url("/files/none")).status() == 404);
  CHECK(api.post(server.url("/size")).content() == "0");
}

TEST_CASE("client and HTTP/2: a hundred requests share one connection") {
  const nginx server(http2_server());
  http::async_client client(trusting<async_surface>());
  int right = 0;
  std::size_t most = 0;
  io::loop loop;
  run(loop, [&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (int i = 0; i < 300; ++i) {
        group.spawn(
            [](http::async_client& with, std::string url, std::string expected, int& good,
               std::size_t& active) -> task<void> {
              const auto answer = co_await with.get(std::move(url));
              active = std::max(active, with.statistics().active + with.statistics().idle);
              if (answer.content() == expected) ++good;
            },
            std::ref(client), server.url("/?n=" + std::to_string(i)), std::to_string(i),
            std::ref(right), std::ref(most));
      }
      co_return;
    });
  }());
  CHECK(right == 300);
  CHECK(most == 1);
  CHECK(client.statistics().active == 0);
  CHECK(client.statistics().idle == 1);
}

TEST_CASE("client and HTTP/2: of many requests one is stopped, and the others are right") {
  const nginx server(http2_server());
  CHECK(::mkdir(server.file("files").c_str(), 0755) == 0);
  const std::string much(3'000'000, 'y');
  server.write("files/large.txt", much);
  http::async_client client(trusting<async_surface>());
  int right = 0;
  io::loop loop;
  run(loop, [&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (int i = 0; i < 8; ++i) {
        group.spawn(
            [](http::async_client& with, std::string url, const std::string& expected,
               int& good) -> task<void> {
              if ((co_await with.get(std::move(url))).content() == expected) ++good;
            },
            std::ref(client), server.url("/files/large.txt"), std::cref(much), std::ref(right));
      }
      // Those that are given up in the middle of their bodies.
      for (int i = 0; i < 8; ++i) {
        group.spawn(
            [](http::async_client& with, std::string url) -> task<void> {
              auto answer = co_await with.stream("GET", std::move(url));
              static_cast<void>(co_await answer.read_some());
            },
            std::ref(client), server.url("/files/large.txt"));
      }
      co_return;
    });
  }());
  CHECK(right == 8);
  CHECK(client.statistics().active == 0);
  CHECK(client.statistics().idle == 1);
}
