// SPDX-License-Identifier: MIT
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/http/server_transport.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"
#include "support/server_thread.hpp"

// Mounts, and transports that are no network. Each case on both surfaces.

using namespace leat;
using http::server_request;
using http::server_response;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client transports: " name, Surface, async_surface, blocking_surface)

namespace {

constexpr const char* ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

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

LEAT_BOTH_SURFACES("a server in the same process is asked for a target of one's own") {
  http::router site;
  site.get("/own", [](server_request& request) -> task<server_response> {
    co_return server_response::text(std::string(request.target()));
  });
  typename Surface::options options;
  options.transport =
      std::make_shared<http::basic_server_transport<typename Surface::io>>(std::move(site));
  Surface api(options);
  CHECK(api.get("http://service.test/", http::request_options().target("/own?a=b")).content() ==
        "/own?a=b");
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
