// SPDX-License-Identifier: MIT
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/base/error_detail.hpp"
#include "leat/http/auth.hpp"
#include "leat/http/error.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/io/error.hpp"
#include "leat/pool/error.hpp"
#include "leat/route/error.hpp"

#include "http/answered_by.hpp"
#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// Every error of a request says which request it was; each case on both surfaces. Those that
// several requests end with are in failed_request_test.cpp.

using namespace leat;
using namespace std::chrono_literals;
using http::request_options;
using http::server_response;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client errors: " name, Surface, async_surface, blocking_surface)

namespace {

server_response moved_to(std::string_view where, int status = 307) {
  auto answer = server_response::empty(status);
  answer.headers().add("location", where);
  return answer;
}

std::string text_of(const http::failed_request* request) {
  return request == nullptr ? "none" : request->method + " " + request->url;
}

/// What a failed call says of its request, once the three ways of saying it have been compared.
template <class Call>
std::string request_of(Call call, const std::type_info* expected = nullptr) {
  try {
    call();
  } catch (const leat::error& e) {
    if (expected != nullptr) CHECK(typeid(e) == *expected);
    CHECK(std::string(e.what()).find('\n') == std::string::npos);
    std::string told = "none";
    for (const auto& each : e.details()) {
      if (each.key == "method") told = std::get<std::string>(each.value);
      if (each.key == "url") told += " " + std::get<std::string>(each.value);
    }
    CHECK(told == text_of(http::request_of(e)));
    return told;
  }
  return "no error";
}
template <class Error, class Call>
std::string request_of_error(Call call) {
  return request_of(std::move(call), &typeid(Error));
}

struct kind {
  std::function<void()> fail;
  const std::type_info* type;
};

template <class Error>
kind kind_of(Error made) {
  return {[made] { throw made; }, &typeid(Error)};
}

class own_error final : public leat::error {
 public:
  using leat::error::error;
};

/// Whatever a transport may throw.
std::vector<kind> kinds() {
  return {kind_of(io::resolve_error("m")),
          kind_of(io::connect_error("m", std::make_error_code(std::errc::connection_refused))),
          kind_of(io::connect_timeout("m")),
          kind_of(io::read_error("m")),
          kind_of(io::read_timeout("m")),
          kind_of(io::write_error("m")),
          kind_of(io::write_timeout("m")),
          kind_of(io::tls_error("m")),
          kind_of(pool::pool_timeout("m")),
          kind_of(route::proxy_error(route::errc::proxy_refused, "http://proxy.test", "m")),
          kind_of(http::local_protocol_error("m")),
          kind_of(http::remote_protocol_error("m")),
          kind_of(http::no_response("m")),
          kind_of(http::unsupported_protocol("m")),
          kind_of(http::client_closed()),
          kind_of(http::unreadable_body("m")),
          kind_of(limit_exceeded("m")),
          kind_of(deadline_exceeded("m")),
          kind_of(own_error(leat::errc::limit_exceeded, "m"))};
}

raw_peer answering(std::string answer) {
  return raw_peer([answer = std::move(answer)](auto& talk) {
    talk.read_until();
    talk.send(answer);
  });
}

}  // namespace

LEAT_BOTH_SURFACES("whatever ends a request names it, without credentials, as the type it was") {
  for (const kind& each : kinds()) {
    CAPTURE(each.type->name());
    Surface api(answered_by<Surface>([&each](const auto& sent) {
      if (sent.url.path() == "/from") return moved_to("http://b.test/to?q=1");
      each.fail();
      return server_response::empty();
    }));
    CHECK(request_of([&] { static_cast<void>(api.get("http://u:s3cret@a.test/x")); }, each.type) ==
          "GET http://[secure]@a.test/x");
    CHECK(request_of([&] { static_cast<void>(api.stream("PUT", "http://a.test/x")); }, each.type) ==
          "PUT http://a.test/x");
    auto built = api.client().build_request("POST", "http://a.test/x");
    CHECK(request_of([&] { static_cast<void>(api.send(std::move(built))); }, each.type) ==
          "POST http://a.test/x");
    const auto following = request_options().follow_redirects();
    CHECK(request_of([&] { static_cast<void>(api.get("http://a.test/from", following)); },
                     each.type) == "GET http://b.test/to?q=1");
    CHECK(request_of([&] { static_cast<void>(api.stream("GET", "http://a.test/from", following)); },
                     each.type) == "GET http://b.test/to?q=1");
  }
}

LEAT_BOTH_SURFACES("a redirect that is not followed names the request that it answers") {
  Surface api(answered_by<Surface>([](const auto& sent) {
    if (sent.url.path() == "/loop") return moved_to("/loop");
    if (sent.url.path() == "/odd") return moved_to("http://[nonsense/");
    if (sent.url.path() == "/post") return moved_to("http://b.test/");
    return moved_to(std::string(sent.url.path()) + "i");
  }));
  const auto following = request_options().follow_redirects();
  CHECK(request_of_error<http::redirect_loop>([&] {
          static_cast<void>(api.get("http://a.test/loop", following));
        }) == "GET http://a.test/loop");
  CHECK(request_of_error<http::remote_protocol_error>([&] {
          static_cast<void>(api.get("http://a.test/odd", following));
        }) == "GET http://a.test/odd");
  CHECK(request_of_error<http::too_many_redirects>([&] {
          static_cast<void>(api.get("http://a.test/i", following));
        }) == "GET http://a.test/" + std::string(21, 'i'));
  typename Surface::request_options once;
  once.follow_redirects();
  once.stream(Surface::pieces({"a"}));
  CHECK(request_of_error<http::body_not_replayable>([&] {
          static_cast<void>(api.request("PUT", "http://a.test/post", once));
        }) == "PUT http://a.test/post");
}

LEAT_BOTH_SURFACES("a hook or an authentication that fails names the request that was to be sent") {
  class failing_auth final : public http::auth {
   public:
    [[nodiscard]] std::unique_ptr<http::auth_flow> start() const override {
      throw own_error(leat::errc::limit_exceeded, "no token");
    }
  };
  using io_policy = typename Surface::io;
  auto options = answered_by<Surface>([](const auto&) { return server_response::empty(); });
  {
    Surface api(options);
    CHECK(request_of_error<own_error>([&] {
            static_cast<void>(api.get("http://a.test/x", request_options().authenticate(
                                                             std::make_shared<failing_auth>())));
          }) == "GET http://a.test/x");
  }
  if constexpr (io_policy::is_blocking) {
    options.on_request.push_back(
        [](http::request&) { throw own_error(leat::errc::limit_exceeded, "no"); });
  } else {
    options.on_request.push_back([](http::async_request&) -> task<void> {
      throw own_error(leat::errc::limit_exceeded, "no");
      co_return;
    });
  }
  Surface api(options);
  CHECK(request_of_error<own_error>([&] { static_cast<void>(api.get("http://a.test/y")); }) ==
        "GET http://a.test/y");
}

LEAT_BOTH_SURFACES("an error that has a request already keeps it") {
  auto inner = std::make_shared<blocking_surface>(answered_by<blocking_surface>(
      [](const auto&) -> server_response { throw io::read_error("m"); }));
  if constexpr (Surface::io::is_blocking) {
    Surface api(answered_by<Surface>([inner](const auto&) {
      static_cast<void>(inner->get("http://inner.test/"));
      return server_response::empty();
    }));
    CHECK(request_of_error<io::read_error>([&] {
            static_cast<void>(api.get("http://outer.test/"));
          }) == "GET http://inner.test/");
  } else {
    auto below = std::make_shared<http::async_client>(
        answered_by<Surface>([](const auto&) -> server_response { throw io::read_error("m"); }));
    Surface api(answered_by<Surface>([below](const auto&) -> task<server_response> {
      co_await below->get("http://inner.test/");
      co_return server_response::empty();
    }));
    CHECK(request_of_error<io::read_error>([&] {
            static_cast<void>(api.get("http://outer.test/"));
          }) == "GET http://inner.test/");
  }
}

LEAT_BOTH_SURFACES("what is wrong with an answer names the request that it answers") {
  Surface api(answered_by<Surface>([](const auto& sent) {
    if (sent.url.path() == "/coded") {
      auto coded = server_response::text("no gzip");
      coded.headers().add("content-encoding", "gzip");
      return coded;
    }
    if (sent.url.path() == "/charset") {
      auto odd = server_response(200, "text");
      odd.headers().add("content-type", "text/plain; charset=nothing");
      return odd;
    }
    return server_response::text("three\nlines", sent.url.path() == "/404" ? 404 : 200);
  }));
  CHECK(request_of_error<http::status_error>([&] {
          api.get("http://u:s3cret@a.test/404").raise_for_status();
        }) == "GET http://[secure]@a.test/404");
  CHECK(request_of_error<http::status_error>([&] {
          api.stream("GET", "http://a.test/404").raise_for_status();
        }) == "GET http://a.test/404");
  CHECK(request_of_error<http::decode_error>([&] {
          static_cast<void>(api.get("http://a.test/coded"));
        }) == "GET http://a.test/coded");
  CHECK(request_of_error<http::decode_error>([&] {
          static_cast<void>(api.get("http://a.test/charset").text());
        }) == "GET http://a.test/charset");
  CHECK(request_of_error<http::decode_error>([&] {
          static_cast<void>(api.get("http://a.test/json").template json<int>());
        }) == "GET http://a.test/json");
  CHECK(request_of_error<limit_exceeded>([&] {
          static_cast<void>(api.get("http://a.test/long", request_options().max_body_bytes(3)));
        }) == "GET http://a.test/long");
  auto streamed = api.stream("GET", "http://a.test/lines");
  CHECK(request_of_error<limit_exceeded>([&] { static_cast<void>(api.read_line(streamed, 2)); }) ==
        "GET http://a.test/lines");
  auto closed = api.stream("GET", "http://a.test/closed");
  closed.close();
  CHECK(request_of_error<http::stream_closed>([&] { static_cast<void>(api.read_some(closed)); }) ==
        "GET http://a.test/closed");
  auto read = api.stream("GET", "http://a.test/lines");
  static_cast<void>(api.read_all(read));
  CHECK(request_of_error<http::stream_consumed>([&] { static_cast<void>(api.read_all(read)); }) ==
        "GET http://a.test/lines");
}

LEAT_BOTH_SURFACES("a client's own connections name the request") {
  typename Surface::options options;
  options.timeouts.read = 20ms;
  options.timeouts.pool = 20ms;
  options.limits.max_connections = 1;
  Surface api(options);
  CHECK(request_of_error<io::connect_error>([&] {
          static_cast<void>(api.get("http://127.0.0.1:1/x"));
        }) == "GET http://127.0.0.1:1/x");
  {
    raw_peer none([](auto& talk) { talk.read_until(); });
    CHECK(request_of_error<http::no_response>(
              [&] { static_cast<void>(api.get(none.url() + "x")); }) == "GET " + none.url() + "x");
  }
  {
    raw_peer odd = answering("nonsense\r\n\r\n");
    CHECK(request_of_error<http::remote_protocol_error>(
              [&] { static_cast<void>(api.get(odd.url() + "x")); }) == "GET " + odd.url() + "x");
  }
  {
    raw_peer silent([](auto& talk) { talk.wait_closed(); });
    CHECK(request_of_error<io::read_timeout>([&] {
            static_cast<void>(api.get(silent.url() + "x"));
          }) == "GET " + silent.url() + "x");
  }
  raw_peer stalls([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    talk.wait_closed();
  });
  auto streamed = api.stream("GET", stalls.url() + "x");
  CHECK(request_of_error<pool::pool_timeout>([&] {
          static_cast<void>(api.get("http://127.0.0.1:1/y"));
        }) == "GET http://127.0.0.1:1/y");
  CHECK(request_of_error<io::read_timeout>([&] { static_cast<void>(api.read_all(streamed)); }) ==
        "GET " + stalls.url() + "x");
}

LEAT_BOTH_SURFACES("a body that is cut off names the request, however it is read") {
  const auto cut = [] { return answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"); };
  Surface api;
  {
    raw_peer peer = cut();
    CHECK(request_of_error<http::remote_protocol_error>(
              [&] { static_cast<void>(api.get(peer.url() + "x")); }) == "GET " + peer.url() + "x");
  }
  raw_peer peer = cut();
  auto streamed = api.stream("GET", peer.url() + "x");
  CHECK(request_of_error<http::remote_protocol_error>([&] {
          while (!api.read_some(streamed).empty()) continue;
        }) == "GET " + peer.url() + "x");
}

LEAT_BOTH_SURFACES("a total that has passed names the request, before and in the body") {
  typename Surface::request_options hurried;
  hurried.timeouts.total = 20ms;
  Surface api;
  {
    raw_peer silent([](auto& talk) { talk.wait_closed(); });
    CHECK(request_of_error<deadline_exceeded>([&] {
            static_cast<void>(api.get(silent.url() + "x", hurried));
          }) == "GET " + silent.url() + "x");
  }
  raw_peer stalls([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    talk.wait_closed();
  });
  auto streamed = api.stream("GET", stalls.url() + "x", hurried);
  CHECK(request_of_error<deadline_exceeded>([&] { static_cast<void>(api.read_all(streamed)); }) ==
        "GET " + stalls.url() + "x");
}

LEAT_BOTH_SURFACES("what is wrong before there is a request names none") {
  Surface api;
  CHECK(request_of_error<http::invalid_url>([&] { static_cast<void>(api.get("/x")); }) == "none");
  CHECK(request_of_error<http::local_protocol_error>(
            [&] { static_cast<void>(api.request("A B", "http://a.test/")); }) == "none");
}

LEAT_BOTH_SURFACES("a redirect that cannot be built names the request that was answered") {
  Surface api;
  http::response_head::parts parts;
  parts.status = 302;
  parts.headers.add("location", "http://[nonsense/");
  CHECK(request_of_error<http::remote_protocol_error>([&] {
          static_cast<void>(api.client().next_request(
              api.client().build_request("GET", "http://a.test/x"), http::response_head(parts)));
        }) == "GET http://a.test/x");
}
