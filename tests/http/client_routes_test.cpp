// SPDX-License-Identifier: MIT
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/http/server_transport.hpp"
#include "leat/io/blocking_network.hpp"
#include "leat/io/error.hpp"
#include "leat/io/network.hpp"
#include "leat/proto/http1/error.hpp"
#include "leat/proto/socks5/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"
#include "support/scratch_folder.hpp"
#include "support/server_thread.hpp"

// How requests reach their origins: proxies, mounts, and transports that are no network. Each case
// on both surfaces.

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

/// A mock that answers with a word.
template <class Surface>
std::shared_ptr<http::basic_transport<typename Surface::io>> saying(const std::string& word) {
  using request = http::basic_request<typename Surface::io>;
  return std::make_shared<http::basic_mock_transport<typename Surface::io>>(
      [word](const request&) { return server_response::text(word); });
}

/// A transport that fails to close, and counts.
template <class Io>
class stubborn final : public http::basic_transport<Io> {
 public:
  stubborn(int& closed, bool fails) : closed_(closed), fails_(fails) {}

  typename Io::template result<http::basic_transport_response<Io>> handle(
      http::basic_request<Io>&) override {
    throw std::logic_error("nobody asks it");
  }
  void close() override {
    ++closed_;
    if (fails_) throw std::runtime_error("stuck");
  }

 private:
  int& closed_;
  bool fails_;
};

/// A transport that adds a field and asks another.
template <class Io>
class marking final : public http::basic_transport<Io> {
 public:
  marking(std::string mark, std::shared_ptr<http::basic_transport<Io>> next)
      : mark_(std::move(mark)), next_(std::move(next)) {}

  typename Io::template result<http::basic_transport_response<Io>> handle(
      http::basic_request<Io>& request) override {
    request.headers.add("x-mark", mark_);
    return next_->handle(request);
  }
  void close() override { next_->close(); }

 private:
  std::string mark_;
  std::shared_ptr<http::basic_transport<Io>> next_;
};

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
  auto named = through<Surface>(proxy);
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

LEAT_BOTH_SURFACES("the most specific mount takes a request, also one of a redirect") {
  typename Surface::options options;
  options.transport = saying<Surface>("default");
  for (const char* on :
       {"all://", "https://", "all://*.a.test", "all://a.test", "all://a.test:81"}) {
    options.mounts.emplace_back(on, saying<Surface>(on));
  }
  using request = http::basic_request<typename Surface::io>;
  options.mounts.emplace_back(
      "all://moved.test",
      std::make_shared<http::basic_mock_transport<typename Surface::io>>([](const request&) {
        auto answer = server_response::empty(302);
        answer.headers().add("location", "http://a.test:81/");
        return answer;
      }));
  Surface api(std::move(options));
  const auto taken = [&api](const std::string& url) {
    return api.get(url, http::request_options().follow_redirects()).content();
  };
  CHECK(taken("http://b.test/") == "all://");
  CHECK(taken("https://b.test/") == "https://");
  CHECK(taken("https://a.test/") == "all://a.test");
  CHECK(taken("https://www.a.test/") == "all://*.a.test");
  CHECK(taken("http://a.test:81/") == "all://a.test:81");
  CHECK(taken("http://moved.test/") == "all://a.test:81");
}

LEAT_BOTH_SURFACES("a mount on nothing connects directly, whatever the proxy") {
  const server_thread origin(http::router{});
  typename Surface::options options;
  options.proxy = "http://127.0.0.1:1";
  options.mounts.emplace_back("all://127.0.0.1", nullptr);
  Surface api(std::move(options));
  CHECK(api.get(origin.url()).status() == 404);
  CHECK(api.client().statistics().idle == 1);
  CHECK_THROWS_AS(static_cast<void>(api.get("http://origin.test/")), http::proxy_error);
}

LEAT_BOTH_SURFACES("a mount on a transport of its own goes through its proxy") {
  raw_peer proxy([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send(ok);
  });
  http::basic_transport_options<typename Surface::io> way;
  way.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  typename Surface::options options;
  options.transport = saying<Surface>("default");
  options.mounts.emplace_back("all://far.test", http::make_transport(way));
  Surface api(std::move(options));
  CHECK(api.get("http://far.test/").content() == "hello");
  CHECK(api.get("http://near.test/").content() == "default");
  way.limits.max_connections = 0;
  CHECK_THROWS_AS(static_cast<void>(http::make_transport(way)), invalid_argument);
}

LEAT_BOTH_SURFACES("closing closes every transport once, whichever fail") {
  using transport = stubborn<typename Surface::io>;
  int well = 0;
  int badly = 0;
  const auto shared = std::make_shared<transport>(well, false);
  typename Surface::options options;
  options.transport = std::make_shared<transport>(badly, true);
  options.mounts.emplace_back("all://a.test", shared);
  options.mounts.emplace_back("all://b.test", shared);
  {
    Surface api(options);
    CHECK_THROWS_WITH_AS(api.client().close(), "stuck", std::runtime_error);
    CHECK(well == 1);
    CHECK(badly == 1);
    CHECK(api.client().is_closed());
    api.client().close();
    CHECK(badly == 1);
  }
  options.mounts.emplace_back("all://c.test", std::make_shared<transport>(badly, true));
  Surface api(options);
  CHECK_THROWS_WITH_AS(api.client().close(), "2 of 3 children failed: stuck; then stuck",
                       error_group);
  CHECK(well == 2);
  CHECK(badly == 3);
  CHECK_THROWS_AS(static_cast<void>(api.get("http://a.test/")), http::client_closed);
}

LEAT_BOTH_SURFACES("a mock answers in place of a network") {
  using request = http::basic_request<typename Surface::io>;
  typename Surface::options options;
  std::string sent;
  options.transport = std::make_shared<http::basic_mock_transport<typename Surface::io>>(
      [&sent](const request& asked) {
        sent = asked.method + " " + asked.url.text() + " " + asked.content;
        if (asked.url.path() == "/none") return server_response::empty();
        auto answer = server_response::text("mocked", 201);
        answer.headers().add("set-cookie", "a=b");
        return answer;
      });
  Surface api(options);
  typename Surface::request_options body;
  body.stream(Surface::pieces({"one ", "two"}));
  const auto answer = api.post("http://a.test/x", std::move(body));
  CHECK(sent == "POST http://a.test/x one two");
  CHECK(answer.status() == 201);
  CHECK(answer.reason() == "Created");
  CHECK(answer.content() == "mocked");
  CHECK(answer.headers().get("content-length") == "6");
  CHECK(answer.headers().get("content-type") == "text/plain; charset=utf-8");
  const auto none = api.get("http://a.test/none");
  CHECK(none.status() == 204);
  CHECK_FALSE(none.headers().contains("content-length"));
  const auto head = api.request("HEAD", "http://a.test/x");
  CHECK(head.content().empty());
  CHECK(head.headers().get("content-length") == "6");
}

LEAT_BOTH_SURFACES("a mock that answers what HTTP does not allow is told so") {
  using request = http::basic_request<typename Surface::io>;
  const auto answering = [](server_response answer) {
    typename Surface::options options;
    options.transport = std::make_shared<http::basic_mock_transport<typename Surface::io>>(
        [answer](const request&) { return answer; });
    return options;
  };
  const auto with = [](std::string_view name, std::string_view value) {
    auto answer = server_response::text("body");
    answer.headers().add(name, value);
    return answer;
  };
  for (const auto& bad :
       {server_response::empty(101), server_response::empty(600), with("content-length", "3"),
        with("transfer-encoding", "chunked"), with("x", "a\r\nb")}) {
    Surface api(answering(bad));
    CHECK_THROWS_AS(static_cast<void>(api.get("http://a.test/")), http::local_protocol_error);
  }
}

LEAT_BOTH_SURFACES("transports can be wrapped") {
  using io_policy = typename Surface::io;
  using request = http::basic_request<io_policy>;
  const auto mock =
      std::make_shared<http::basic_mock_transport<io_policy>>([](const request& asked) {
        return server_response::text(asked.headers.joined("x-mark").value_or("none"));
      });
  typename Surface::options options;
  options.transport = std::make_shared<marking<io_policy>>(
      "outer", std::make_shared<marking<io_policy>>("inner", mock));
  Surface api(options);
  CHECK(api.get("http://a.test/").content() == "outer, inner");
}

LEAT_BOTH_SURFACES("a server in the same process answers by HTTP") {
  http::router site;
  site.post("/echo/{word}", [](server_request& request) -> task<server_response> {
    co_return server_response::text(request.path_parameter("word") + ":" +
                                    std::string(request.body()));
  });
  site.get("/fail", [](server_request&) -> task<server_response> {
    throw std::runtime_error("s3cret");
    co_return server_response::empty();
  });
  site.get("/", [](server_request& request) -> task<server_response> {
    co_return server_response::text(
        request.headers().joined("proxy-authorization").value_or("none"));
  });
  http::server_options server_options;
  server_options.max_body_bytes = 100'000;
  server_options.on_error = [](const http::server_error&) {};
  typename Surface::options options;
  options.base_url = "http://service.test";
  options.transport = std::make_shared<http::basic_server_transport<typename Surface::io>>(
      std::move(site), server_options);
  Surface api(options);
  typename Surface::request_options body;
  body.stream(Surface::pieces({"one ", "two"}));
  const auto answer = api.post("/echo/hi", std::move(body));
  CHECK(answer.content() == "hi:one two");
  CHECK(answer.headers().contains("date"));
  CHECK(api.request("HEAD", "/").content().empty());
  CHECK(api.get("/", http::request_options().header("Proxy-Authorization", "x")).content() ==
        "none");
  CHECK(api.get("/nothing").status() == 404);
  CHECK(api.request("DELETE", "/").status() == 405);
  CHECK(api.get("/fail").status() == 500);
  const std::string large(90'000, 'x');
  CHECK(api.post("/echo/a", http::request_options().content(large, "a/b")).content().size() ==
        large.size() + 2);
  CHECK(api.post("/echo/a", http::request_options().content(large + large, "a/b")).status() == 413);
}
