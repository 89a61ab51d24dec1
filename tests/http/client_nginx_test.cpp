// SPDX-License-Identifier: MIT
#include <string>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/io/error.hpp"

#include "http/surfaces.hpp"
#include "support/certificates.hpp"
#include "support/nginx.hpp"

// Both clients against a real nginx.

using namespace leat;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client and nginx: " name, Surface, async_surface, blocking_surface)

namespace {

const test_authority& authority() {
  static const test_authority made;
  return made;
}

nginx::wishes secure(const test_authority::wish& wanted = {}) {
  const auto identity = authority().issue(wanted);
  nginx::wishes wishes;
  wishes.certificate = identity.certificate_chain;
  wishes.key = identity.key;
  return wishes;
}

template <class Surface>
typename Surface::options trusting() {
  typename Surface::options options;
  options.tls.trusted = authority().certificate();
  return options;
}

}  // namespace

LEAT_BOTH_SURFACES("gets a page over TLS, and keeps the connection") {
  const nginx server(secure());
  Surface api(trusting<Surface>());
  for (int i = 0; i < 3; ++i) CHECK(api.get(server.url()).content() == "hello");
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("refuses a certificate that nobody trusted has signed, and says nothing") {
  const nginx server(secure({.is_self_signed = true}));
  Surface api(trusting<Surface>());
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url())), io::tls_error);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("refuses the certificate of another host") {
  const nginx server(secure({.addresses = {"127.0.0.2"}}));
  Surface api(trusting<Surface>());
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url())), io::tls_error);
}

LEAT_BOTH_SURFACES("a server without TLS is a tls_error") {
  const nginx server;
  Surface api(trusting<Surface>());
  CHECK_THROWS_AS(
      static_cast<void>(api.get("https://127.0.0.1:" + std::to_string(server.port()) + "/")),
      io::tls_error);
}

LEAT_BOTH_SURFACES("reads a large file over TLS whole") {
  auto wishes = secure();
  wishes.locations = "location / { root .; }";
  const nginx server(wishes);
  std::string much;
  for (int i = 0; i < 400'000; ++i) much += std::to_string(i) + "\n";
  server.write("large.txt", much);
  Surface api(trusting<Surface>());
  CHECK(api.get(server.url("/large.txt")).content() == much);
}

LEAT_BOTH_SURFACES("a body that is sent over TLS arrives whole") {
  auto wishes = secure();
  wishes.locations =
      "client_max_body_size 64m; location / { proxy_pass http://127.0.0.1:$server_port/; }"
      "location /size { return 200 $content_length; }";
  const nginx server(wishes);
  Surface api(trusting<Surface>());
  CHECK(api.post(server.url("/size"),
                 http::request_options().content(std::string(5'000'000, 'x'), "a/b"))
            .content() == "5000000");
}

LEAT_BOTH_SURFACES("an answer that ends with its connection is read to that end") {
  nginx::wishes wishes;
  wishes.locations =
      "chunked_transfer_encoding off; keepalive_timeout 0; location / { return 200 'bye'; }";
  const nginx server(wishes);
  Surface api;
  CHECK(api.get(server.url()).content() == "bye");
  CHECK(api.client().statistics().idle == 0);
}

LEAT_BOTH_SURFACES("a page that nginx compresses arrives as it was, and can be had compressed") {
  nginx::wishes wishes;
  wishes.locations = "gzip on; gzip_types text/plain; gzip_min_length 1; location / { root .; }";
  const nginx server(wishes);
  std::string much;
  for (int i = 0; i < 200'000; ++i) much += std::to_string(i) + "\n";
  server.write("large.txt", much);
  Surface api;
  auto answer = api.stream("GET", server.url("/large.txt"));
  CHECK(answer.headers().get("content-encoding") == "gzip");
  CHECK(api.read_all(answer) == much);
  CHECK(answer.bytes_read() == much.size());
  CHECK(answer.bytes_downloaded() < much.size() / 2);
  CHECK(api.client().statistics().idle == 1);

  auto raw = api.stream("GET", server.url("/large.txt"));
  const std::string first = api.read_raw_some(raw);
  CHECK(first.starts_with("\x1F\x8B"));
}
