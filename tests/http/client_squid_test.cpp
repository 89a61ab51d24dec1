// SPDX-License-Identifier: MIT
#include <string>

#include "leat/http/error.hpp"
#include "leat/http/status.hpp"
#include "leat/route/error.hpp"

#include "http/proxied_pages.hpp"
#include "http/surfaces.hpp"
#include "support/certificates.hpp"
#include "support/nginx.hpp"
#include "support/proxies.hpp"

// Both clients through Squid, which has opinions: it rewrites what it forwards, and answers with
// pages of its own.

using namespace leat;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client and squid: " name, Surface, async_surface, blocking_surface)

LEAT_BOTH_SURFACES("pages of http are forwarded, and those of https come through a tunnel") {
  const squid proxy;
  CHECK(gets_pages<Surface>("http://" + proxy.at()) == 2);
}

LEAT_BOTH_SURFACES("what was forwarded says so, and what came through a tunnel does not") {
  const squid proxy;
  const nginx open;
  const nginx closed(secure());
  Surface api(through<Surface>("http://" + proxy.at()));
  CHECK(api.get(open.url()).headers().contains("via"));
  CHECK_FALSE(api.get(closed.url()).headers().contains("via"));
}

LEAT_BOTH_SURFACES("credentials let everything through") {
  const squid proxy("ada", "s3cret");
  CHECK(gets_pages<Surface>("http://ada:s3cret@" + proxy.at()) == 2);
}

LEAT_BOTH_SURFACES("with other credentials there is no tunnel") {
  const squid proxy("ada", "s3cret");
  const closed_port nobody;  // it is refused before that shows
  const std::string url = "https://" + nobody.at() + "/";
  for (const std::string from : {"ada:wrong@", ""}) {
    const auto error = failure_through<Surface>("http://" + from + proxy.at(), url);
    CHECK(error.code() == route::errc::proxy_authentication);
    CHECK(error.status() == http::status::proxy_authentication_required);
    CHECK(std::string(error.what()).find("wrong") == std::string::npos);
  }
}

LEAT_BOTH_SURFACES("with other credentials what would be forwarded is answered by squid") {
  const squid proxy("ada", "s3cret");
  const nginx server;
  Surface api(through<Surface>("http://ada:wrong@" + proxy.at()));
  const auto answer = api.get(server.url());
  CHECK(answer.status() == http::status::proxy_authentication_required);
  CHECK(answer.headers().contains("proxy-authenticate"));
  CHECK_FALSE(answer.content().empty());
  CHECK_THROWS_AS(answer.raise_for_status(), http::status_error);
  // Its page was read to the end, so the connection is as good as before.
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("that nobody listens is no tunnel, and squid's page where it forwards") {
  const squid proxy;
  const closed_port nobody;
  const auto error =
      failure_through<Surface>("http://" + proxy.at(), "https://" + nobody.at() + "/");
  CHECK(error.status() == 503);
  CHECK(error.code() == failure::transient);
  Surface api(through<Surface>("http://" + proxy.at()));
  const auto answer = api.get("http://" + nobody.at() + "/");
  CHECK(answer.status() == 503);
  CHECK(answer.headers().get("x-squid-error") == "ERR_CONNECT_FAIL 111");
}

LEAT_BOTH_SURFACES("large bodies go through whole, forwarded and in a tunnel") {
  const std::string locations =
      "client_max_body_size 64m; location /size { return 200 $content_length; }"
      "location / { proxy_pass http://127.0.0.1:$server_port/size; }";
  nginx::wishes open_wishes;
  open_wishes.locations = locations;
  const nginx open(open_wishes);
  const squid proxy;
  Surface api(through<Surface>("http://" + proxy.at()));
  const auto answer = api.post(open.url("/upload"),
                               http::request_options().content(std::string(3'000'000, 'x'), "a/b"));
  CHECK(answer.content() == "3000000");

  const std::string much(3'000'000, 'y');
  nginx::wishes files = secure();
  files.locations = "location / { root .; }";
  const nginx server(files);
  server.write("large.txt", much);
  CHECK(api.get(server.url("/large.txt")).content() == much);
}

LEAT_BOTH_SURFACES("HTTP/2 is spoken through a tunnel") {
  const squid proxy;
  auto wishes = secure();
  wishes.speaks_http2 = true;
  const nginx server(wishes);
  Surface api(through<Surface>("http://" + proxy.at()));
  for (int i = 0; i < 3; ++i) CHECK(api.get(server.url()).http_version() == "HTTP/2");
  CHECK(api.client().statistics().idle == 1);
}
