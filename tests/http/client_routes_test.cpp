// SPDX-License-Identifier: MIT
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/io/blocking_network.hpp"
#include "leat/io/error.hpp"
#include "leat/io/network.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"
#include "support/scratch_folder.hpp"
#include "support/server_thread.hpp"

// By which way requests reach their origins: what the environment and the options say. Each case on
// both surfaces.

using namespace leat;
using namespace std::string_literals;
using http::server_request;
using http::server_response;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client routes: " name, Surface, async_surface, blocking_surface)

namespace {

constexpr const char* ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

io::network& some_network(const http::async_client_options&) {
  return io::system_network();
}
io::blocking_network& some_network(const http::client_options&) {
  return io::system_blocking_network();
}

http::environment made_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

}  // namespace

LEAT_BOTH_SURFACES("the environment is asked once, when the client is made") {
  const auto script = [](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send(ok);
  };
  raw_peer proxy(std::vector<raw_peer::script>{script});
  int asked = 0;
  typename Surface::options options;
  const std::string url = "http://127.0.0.1:" + std::to_string(proxy.port());
  options.environment = [&asked, url](const char* name) -> std::optional<std::string> {
    ++asked;
    if (name == "http_proxy"s) return url;
    if (name == "NO_PROXY"s) return "direct.test";
    return std::nullopt;
  };
  Surface api(std::move(options));
  const int at_first = asked;
  CHECK(at_first > 0);
  CHECK(api.get("http://origin.test/").content() == "hello");
  CHECK_THROWS_AS(static_cast<void>(api.get("http://direct.test/")), io::resolve_error);
  CHECK(asked == at_first);
}

LEAT_BOTH_SURFACES("the environment is not asked where the program says so, or names a proxy") {
  const auto fails = [](const char*) -> std::optional<std::string> {
    throw std::logic_error("the environment is asked");
  };
  typename Surface::options options;
  options.environment = fails;
  options.trust_env = false;
  const Surface deaf(options);
  options.trust_env = true;
  CHECK_THROWS_AS(Surface{options}, std::logic_error);

  raw_peer proxy([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send(ok);
  });
  typename Surface::options named;
  named.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  named.environment = made_of({{"ALL_PROXY", "http://other.test"}, {"NO_PROXY", "*"}});
  Surface api(std::move(named));
  CHECK(api.get("http://origin.test/").content() == "hello");
}

LEAT_BOTH_SURFACES("certificates that the environment names are looked for") {
  typename Surface::options options;
  options.environment = made_of({{"SSL_CERT_FILE", "/nowhere/certificates.pem"}});
  raw_peer origin([](raw_peer::conversation& talk) { talk.wait_closed(); });
  const std::string url = "https://127.0.0.1:" + std::to_string(origin.port());
  Surface api(options);
  CHECK_THROWS_WITH_AS(static_cast<void>(api.get(url)),
                       doctest::Contains("file of trusted certificates"), io::tls_error);
}

LEAT_BOTH_SURFACES("requests go to a Unix socket, and say whom they mean") {
  const scratch_folder folder;
  const std::string path = folder / "server.sock";
  http::router site;
  site.get("/", [](server_request& request) -> task<server_response> {
    co_return server_response::text(request.headers().joined("host").value_or("none"));
  });
  const server_thread origin(std::move(site), {}, io::endpoint::unix_socket(path));
  typename Surface::options options;
  options.unix_socket = path;
  Surface api(options);
  CHECK(api.get("http://docker.test/").content() == "docker.test");
  CHECK(api.client().statistics().idle == 1);
  options.unix_socket = path + ".gone";
  Surface gone(options);
  CHECK_THROWS_AS(static_cast<void>(gone.get("http://docker.test/")), io::connect_error);
}

LEAT_BOTH_SURFACES("connections begin at the address that was asked for") {
  std::string from;
  http::router site;
  site.get("/", [](server_request& request) -> task<server_response> {
    co_return server_response::text(std::string(request.peer()));
  });
  const server_thread origin(std::move(site));
  typename Surface::options options;
  options.local_address = "127.0.0.9";
  Surface api(options);
  CHECK(api.get(origin.url()).content().starts_with("127.0.0.9:"));
  options.local_address = "::1";
  Surface other(options);
  CHECK_THROWS_AS(static_cast<void>(other.get(origin.url())), io::connect_error);
  options.local_address = "192.0.2.1";  // no address of this machine
  Surface foreign(options);
  CHECK_THROWS_AS(static_cast<void>(foreign.get(origin.url())), io::connect_error);
  options.local_address = "localhost";
  CHECK_THROWS_AS(Surface{options}, invalid_argument);
}

LEAT_BOTH_SURFACES("sockets have the options that were asked for, or there is no client") {
  http::router site;
  site.get("/", [](server_request&) -> task<server_response> {
    co_return server_response::text("hello");
  });
  const server_thread origin(std::move(site));
  typename Surface::options options;
  options.socket_options.keep_alive.emplace();
  options.socket_options.congestion_control = "reno";
  Surface api(options);
  CHECK(api.get(origin.url()).content() == "hello");
  options.socket_options.congestion_control = "carrier-pigeon";
  CHECK_THROWS_AS(Surface{options}, io::socket_option_refused);
}

LEAT_BOTH_SURFACES("options that exclude each other are refused") {
  typename Surface::options socket;
  socket.unix_socket = "/tmp/x";
  socket.proxy = "http://proxy.test";
  CHECK_THROWS_AS(Surface{socket}, invalid_argument);
  socket.proxy.clear();
  socket.local_address = "127.0.0.1";
  CHECK_THROWS_AS(Surface{socket}, invalid_argument);
  socket.local_address.clear();
  socket.socket_options.send_buffer = 100'000;
  CHECK_NOTHROW(Surface{socket});
  typename Surface::options elsewhere;
  elsewhere.socket_options.send_buffer = 100'000;
  elsewhere.network = &some_network(elsewhere);
  CHECK_THROWS_AS(Surface{elsewhere}, invalid_argument);
  typename Surface::options proxy;
  proxy.proxy = "ftp://proxy.test";
  CHECK_THROWS_AS(Surface{proxy}, http::invalid_url);
  typename Surface::options mounts;
  mounts.mounts.emplace_back("all://a.test", nullptr);
  mounts.mounts.emplace_back("all://A.test", nullptr);
  CHECK_THROWS_AS(Surface{mounts}, invalid_argument);
  mounts.mounts.pop_back();
  mounts.mounts.emplace_back("a.test", nullptr);
  CHECK_THROWS_AS(Surface{mounts}, invalid_argument);
}
