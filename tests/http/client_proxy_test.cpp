// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/socks5/error.hpp"

#include "http/proxied_pages.hpp"
#include "http/surfaces.hpp"
#include "http/trace_notes.hpp"
#include "support/certificates.hpp"
#include "support/nginx.hpp"
#include "support/proxies.hpp"
#include "support/scratch_folder.hpp"

// Both clients, through real proxies, against a real nginx.

using namespace leat;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client and proxies: " name, Surface, async_surface, blocking_surface)

LEAT_BOTH_SURFACES("get pages of http and https through tinyproxy") {
  const tinyproxy proxy;
  CHECK(gets_pages<Surface>("http://" + proxy.at()) >= 1);
}

LEAT_BOTH_SURFACES("show their credentials to tinyproxy") {
  const tinyproxy proxy("ada s3cret");
  CHECK(gets_pages<Surface>("http://ada:s3cret@" + proxy.at()) >= 1);
  const closed_port nobody;  // it is refused before that shows
  const auto error =
      failure_through<Surface>("http://ada:wrong@" + proxy.at(), "https://" + nobody.at() + "/");
  CHECK(error.code() == route::errc::proxy_authentication);
}

LEAT_BOTH_SURFACES("are told by tinyproxy that nobody listens") {
  const tinyproxy proxy;
  const closed_port nobody;
  const auto error =
      failure_through<Surface>("http://" + proxy.at(), "https://" + nobody.at() + "/");
  CHECK(error.code() == failure::transient);
  CHECK(error.status() >= 500);
}

LEAT_BOTH_SURFACES("speak HTTP/2 through a tunnel") {
  const tinyproxy proxy;
  auto wishes = secure();
  wishes.speaks_http2 = true;
  const nginx server(wishes);
  Surface api(through<Surface>("http://" + proxy.at()));
  for (int i = 0; i < 3; ++i) CHECK(api.get(server.url()).http_version() == "HTTP/2");
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("tell a trace the steps of a tunnel, and no credentials") {
  using http::trace_step;
  const tinyproxy proxy("ada s3cret");
  const nginx server(secure());
  trace_notes notes;
  auto options = through<Surface>("http://ada:s3cret@" + proxy.at());
  options.trace = notes.callback();
  Surface api(options);
  CHECK(api.get(server.url()).status() == 200);
  CHECK(notes.steps() ==
        "pool_wait_started connect_started connect_finished tunnel_started tunnel_finished "
        "tls_started tls_finished request_headers_sent response_headers_received "
        "response_body_finished connection_returned");
  CHECK(notes.last(trace_step::connect_finished).peer == proxy.at());
  CHECK(notes.last(trace_step::tls_started).peer != proxy.at());
  CHECK(notes.last(trace_step::tls_started).address == proxy.at());

  options.proxy = "http://ada:wr0ng@" + proxy.at();
  Surface refused(options);
  CHECK_THROWS_AS(static_cast<void>(refused.get(server.url())), route::proxy_error);
  CHECK(notes.steps() ==
        "pool_wait_started connect_started connect_finished tunnel_started failed "
        "connection_closed");
  for (const auto& each : notes.all) {
    for (const char* const secret : {"s3cret", "wr0ng"}) {
      CHECK(each.peer.find(secret) == std::string::npos);
      if (each.error != nullptr) CHECK(describe(each.error).find(secret) == std::string::npos);
    }
  }
}

LEAT_BOTH_SURFACES("get pages of http and https through microsocks") {
  const microsocks proxy;
  CHECK(gets_pages<Surface>("socks5://" + proxy.at()) >= 1);
}

LEAT_BOTH_SURFACES("show their credentials to microsocks, which looks names up") {
  const microsocks proxy("ada", "s3cret");
  const nginx server;
  Surface api(through<Surface>("socks5h://ada:s3cret@" + proxy.at()));
  const std::string url = "http://localhost:" + std::to_string(server.port()) + "/";
  CHECK(api.get(url).content() == "hello");
  const auto refused = failure_through<Surface>("socks5://ada:wrong@" + proxy.at(), url);
  CHECK(refused.code() == route::errc::proxy_authentication);
  CHECK(refused.cause() == proto::socks5::errc::credentials_refused);
  const auto anonymous = failure_through<Surface>("socks5://" + proxy.at(), url);
  CHECK(anonymous.cause() == proto::socks5::errc::no_acceptable_method);
}

LEAT_BOTH_SURFACES("are told by microsocks that nobody listens") {
  const microsocks proxy;
  const closed_port nobody;
  const auto error =
      failure_through<Surface>("socks5://" + proxy.at(), "http://" + nobody.at() + "/");
  CHECK(error.cause() == proto::socks5::errc::connection_refused);
}

LEAT_BOTH_SURFACES("trust whom a file names, also one of the environment") {
  const nginx server(secure());
  server.write("authority.pem", authority().certificate());
  const std::string file = server.file("authority.pem");
  typename Surface::options options;
  options.tls.trusted_file = file;
  Surface by_option(options);
  CHECK(by_option.get(server.url()).content() == "hello");

  options.tls.trusted_file.clear();
  options.environment = [file](const char* name) -> std::optional<std::string> {
    if (std::string(name) == "SSL_CERT_FILE") return file;
    return std::nullopt;
  };
  Surface by_environment(options);
  CHECK(by_environment.get(server.url()).content() == "hello");
  options.trust_env = false;
  Surface by_nobody(options);
  CHECK_THROWS_AS(static_cast<void>(by_nobody.get(server.url())), io::tls_error);
}

LEAT_BOTH_SURFACES("trust whose certificates are in a folder, also one of the environment") {
  const nginx server(secure());
  const scratch_folder folder;
  std::ofstream(folder / "authority.pem") << authority().certificate();
  const std::string path = folder / "";
  REQUIRE(std::system(("openssl rehash " + path).c_str()) == 0);
  typename Surface::options options;
  options.tls.trusted_folder = path;
  Surface by_option(options);
  CHECK(by_option.get(server.url()).content() == "hello");

  options.tls.trusted_folder.clear();
  options.environment = [path](const char* name) -> std::optional<std::string> {
    if (std::string(name) == "SSL_CERT_DIR") return path;
    return std::nullopt;
  };
  Surface by_environment(options);
  CHECK(by_environment.get(server.url()).content() == "hello");

  const scratch_folder empty;
  options.tls.trusted_folder = empty / "";
  Surface by_nobody(options);
  CHECK_THROWS_AS(static_cast<void>(by_nobody.get(server.url())), io::tls_error);
}
