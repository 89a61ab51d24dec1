// SPDX-License-Identifier: MIT
#include <future>
#include <string>
#include <vector>

#include "leat/http/error.hpp"
#include "leat/io/error.hpp"
#include "leat/pool/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"
#include "support/server_thread.hpp"

// What both clients promise, each case on both surfaces.

using namespace leat;
using namespace std::chrono_literals;
using http::server_request;
using http::server_response;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client: " name, Surface, async_surface, blocking_surface)

namespace {

http::router routes() {
  http::router all;
  all.get("/hello", [](server_request&) -> task<server_response> {
    co_return server_response::text("hello");
  });
  all.get("/empty",
          [](server_request&) -> task<server_response> { co_return server_response::empty(); });
  all.get("/missing", [](server_request&) -> task<server_response> {
    co_return server_response::text("no", 404);
  });
  all.get("/large", [](server_request&) -> task<server_response> {
    co_return server_response::text(std::string(std::size_t{4} << 20, 'x'));
  });
  all.get("/query", [](server_request& r) -> task<server_response> {
    co_return server_response::text(std::string(r.query()));
  });
  all.get("/headers", [](server_request& r) -> task<server_response> {
    co_return server_response::text(r.headers().joined("x-trace").value_or("none"));
  });
  const auto echo = [](server_request& r) -> task<server_response> {
    co_return server_response::text(std::string(r.method()) + " " + std::string(r.body()));
  };
  all.post("/echo", echo);
  all.put("/echo", echo);
  all.patch("/echo", echo);
  all.del("/echo", echo);
  all.get("/echo", echo);
  return all;
}

/// Answers every request on a connection with the same bytes.
raw_peer::script always(std::string answer, int times = 1) {
  return [answer = std::move(answer), times](raw_peer::conversation& talk) {
    for (int i = 0; i < times; ++i) {
      talk.read_until();
      talk.send(answer);
    }
    talk.wait_closed();
  };
}

constexpr const char* small_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace

LEAT_BOTH_SURFACES("reads an answer with its status, header and body") {
  const server_thread server(routes());
  Surface api;
  const auto answer = api.get(server.url("/hello"));
  CHECK(answer.status() == 200);
  CHECK(answer.headers().get("content-type") == "text/plain; charset=utf-8");
  CHECK(answer.content() == "hello");
  CHECK(answer.method() == "GET");
  CHECK(answer.url() == server.url("/hello"));
  CHECK(answer.elapsed() > 0ns);
  CHECK(answer.bytes_downloaded() == 5);
}

LEAT_BOTH_SURFACES("the defaults are those that its documents say") {
  const typename Surface::options options;
  CHECK(options.timeouts.pool == 5s);
  CHECK(options.timeouts.connect == 5s);
  CHECK(options.timeouts.write == 5s);
  CHECK(options.timeouts.read == 5s);
  CHECK(options.timeouts.total == no_timeout);
  CHECK(options.limits.max_connections == 100);
  CHECK(options.limits.max_idle == 20);
  CHECK(options.limits.max_idle_time == 5s);
  CHECK_FALSE(options.redirects.follow);
  CHECK(options.redirects.max == 20);
  CHECK(options.redirects.detects_cycles);
  CHECK(options.http1.max_line_bytes == 8192);
  CHECK(options.http1.max_field_section_bytes == 8192);
  CHECK(options.http1.max_fields == 100);
  CHECK(options.connect_retries == 0);
  CHECK(options.trust_env);
  CHECK(options.tls.verification == io::tls_verification::chain_and_host);
}

LEAT_BOTH_SURFACES("sends each method with its body") {
  const server_thread server(routes());
  Surface api;
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    CAPTURE(method);
    CHECK(api.request(method, server.url("/echo"),
                      http::request_options().content("body", "text/plain"))
              .content() == std::string(method) + " body");
  }
}

LEAT_BOTH_SURFACES("an answer to HEAD has no body, and the connection goes on") {
  const server_thread server(routes());
  Surface api;
  const auto answer = api.request("HEAD", server.url("/hello"));
  CHECK(answer.headers().get("content-length") == "5");
  CHECK(answer.content().empty());
  CHECK(api.get(server.url("/hello")).content() == "hello");
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("appends relative URLs and query parameters") {
  const server_thread server(routes());
  typename Surface::options options;
  options.base_url = server.url();
  Surface api(options);
  CHECK(api.get("/query", http::request_options().query("q", "a b")).content() == "q=a%20b");
}

LEAT_BOTH_SURFACES("the parameters of a client are those of each request, unless it says others") {
  const server_thread server(routes());
  typename Surface::options options;
  options.base_url = server.url();
  options.query_parameters = {{"key", "a&b"}, {"page", "1"}};
  Surface api(options);
  CHECK(api.get("/query").content() == "key=a%26b&page=1");
  CHECK(api.get(server.url("/query?q=x")).content() == "q=x&key=a%26b&page=1");
  CHECK(
      api.get("/query", http::request_options().query("page", "2").query("page", "3")).content() ==
      "key=a%26b&page=2&page=3");
  CHECK(api.get("/query?page=2&key").content() == "page=2&key");
}

LEAT_BOTH_SURFACES("the fields that every request has can be replaced, whatever their case") {
  const auto send_head_back = [](auto& talk) {
    const std::string head = talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(head.size()) + "\r\n\r\n" +
              head);
    talk.wait_closed();
  };
  {
    raw_peer peer(send_head_back);
    Surface api;
    const std::string authority = peer.url("").substr(7);
    CHECK(api.get(peer.url()).content() ==
          "GET / HTTP/1.1\r\nhost: " + authority +
              "\r\naccept: */*\r\nconnection: keep-alive\r\nuser-agent: leat/0.1\r\n"
              "accept-encoding: gzip, deflate, br, zstd\r\n\r\n");
  }
  raw_peer peer(send_head_back);
  Surface api;
  CHECK(api.get(peer.url(), http::request_options()
                                .header("HOST", "b.test")
                                .header("Accept", "text/html")
                                .header("CONNECTION", "close")
                                .header("User-Agent", "own")
                                .header("aCCEPT-eNCODING", "identity"))
            .content() ==
        "GET / HTTP/1.1\r\nHOST: b.test\r\nAccept: text/html\r\nCONNECTION: close\r\n"
        "User-Agent: own\r\naCCEPT-eNCODING: identity\r\n\r\n");
  CHECK(api.client().statistics().idle == 0);
}

LEAT_BOTH_SURFACES("the header of a request wins over that of the client") {
  const server_thread server(routes());
  typename Surface::options options;
  options.headers.add("x-trace", "client");
  Surface api(options);
  CHECK(api.get(server.url("/headers")).content() == "client");
  CHECK(api.get(server.url("/headers"), http::request_options().header("X-Trace", "mine"))
            .content() == "mine");
}

LEAT_BOTH_SURFACES("keeps its connection for the next request") {
  raw_peer peer(always(small_answer, 3));
  {
    Surface api;
    for (int i = 0; i < 3; ++i) CHECK(api.get(peer.url()).content() == "ok");
    CHECK(api.client().statistics().idle == 1);
  }
  peer.finish();
}

LEAT_BOTH_SURFACES("sends a request again when the kept connection had been closed") {
  raw_peer peer({[](auto& talk) {
                   talk.read_until();
                   talk.send(small_answer);
                   talk.read_until();  // the second request is lost
                 },
                 always(small_answer)});
  {
    Surface api;
    CHECK(api.get(peer.url()).content() == "ok");
    CHECK(api.get(peer.url()).content() == "ok");
  }
  peer.finish();
}

LEAT_BOTH_SURFACES("does not repeat what is not idempotent") {
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send(small_answer);
    talk.read_until();
  });
  Surface api;
  CHECK(api.get(peer.url()).content() == "ok");
  CHECK_THROWS_AS(api.post(peer.url()), http::no_response);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("a status is an error when it is asked for") {
  const server_thread server(routes());
  Surface api;
  const auto answer = api.get(server.url("/missing"));
  CHECK(answer.content() == "no");
  CHECK_THROWS_AS(static_cast<void>(answer.raise_for_status()), http::status_error);
}

LEAT_BOTH_SURFACES("a body that ends too soon is an error, never a short answer") {
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  });
  Surface api;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url())), http::remote_protocol_error);
  CHECK(api.client().statistics().active == 0);
  CHECK(api.client().statistics().idle == 0);
}

LEAT_BOTH_SURFACES("an answer that breaks HTTP is refused") {
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!");
  });
  Surface api;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url())), http::remote_protocol_error);
}

LEAT_BOTH_SURFACES("a peer that says nothing meets the read timeout") {
  raw_peer peer([](auto& talk) { talk.wait_closed(); });
  Surface api;
  typename Surface::request_options options;
  options.timeouts.read = 5ms;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url(), options)), io::read_timeout);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("a body may be waited for longer than a head, and a head no longer for that") {
  raw_peer peer(std::vector<raw_peer::script>(2, [](auto& talk) {
    if (talk.read_until().starts_with("GET /body")) {
      talk.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    }
    talk.wait_closed();
  }));
  Surface api;
  typename Surface::request_options options;
  options.timeouts.read = 1h;
  options.timeouts.body = 5ms;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url("/body"), options)), io::read_timeout);
  options.timeouts.read = 5ms;
  options.timeouts.body = 1h;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url("/head"), options)), io::read_timeout);
  CHECK(api.client().statistics().active == 0);
  options.timeouts.body = -1s;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url(), options)), invalid_argument);
}

LEAT_BOTH_SURFACES("a peer that drips meets the total timeout") {
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    talk.send("x");
    talk.wait_closed();
  });
  Surface api;
  typename Surface::request_options options;
  options.timeouts.total = 20ms;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url(), options)), deadline_exceeded);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("nobody who listens is a connect_error") {
  std::string url;
  {
    raw_peer gone([](auto&) {});
    url = gone.url();
  }
  Surface api;
  CHECK_THROWS_AS(static_cast<void>(api.get(url)), io::connect_error);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("what is wrong with a request is said before anything is sent") {
  Surface api;
  CHECK_THROWS_AS(static_cast<void>(api.get("/relative")), http::invalid_url);
  CHECK_THROWS_AS(static_cast<void>(api.get("ftp://a.test/")), http::unsupported_protocol);
  CHECK_THROWS_AS(static_cast<void>(api.request("BAD METHOD", "http://a.test/")),
                  http::local_protocol_error);
  typename Surface::request_options negative;
  negative.timeouts.read = -1s;
  CHECK_THROWS_AS(static_cast<void>(api.get("http://a.test/", negative)), invalid_argument);
}

LEAT_BOTH_SURFACES("a header cannot smuggle a line, and the connection is kept") {
  const server_thread server(routes());
  Surface api;
  CHECK(api.get(server.url("/hello")).status() == 200);
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/hello"),
                                            http::request_options().header("x", "a\r\nb: c"))),
                  http::local_protocol_error);
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("a closed client refuses requests") {
  Surface api;
  api.client().close();
  api.client().close();
  CHECK(api.client().is_closed());
  CHECK_THROWS_AS(static_cast<void>(api.get("http://a.test/")), http::client_closed);
}

LEAT_BOTH_SURFACES("a stream gives the body while it comes") {
  std::promise<void> go_on;
  raw_peer peer([&go_on](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    go_on.get_future().wait();
    talk.send("6\r\nsecond\r\n0\r\n\r\n");
    talk.wait_closed();
  });
  Surface api;

  auto answer = api.stream("GET", peer.url());
  CHECK(answer.status() == 200);
  CHECK(api.read_some(answer) == "first");
  CHECK_FALSE(answer.is_at_end());
  CHECK(answer.bytes_read() == 5);

  go_on.set_value();
  CHECK(api.read_some(answer) == "second");
  CHECK(api.read_some(answer).empty());
  CHECK(answer.is_at_end());
}

LEAT_BOTH_SURFACES("a stream that is read to its end gives its connection back") {
  const server_thread server(routes());
  Surface api;
  auto answer = api.stream("GET", server.url("/large"));
  CHECK(api.client().statistics().active == 1);
  CHECK(api.read_all(answer).size() == std::size_t{4} << 20);
  CHECK(answer.is_at_end());
  CHECK(api.client().statistics().active == 0);
  CHECK(api.client().statistics().idle == 1);
  CHECK(api.read_some(answer).empty());
}

LEAT_BOTH_SURFACES("a stream that is left early gives its connection up") {
  const server_thread server(routes());
  Surface api;
  {
    auto answer = api.stream("GET", server.url("/large"));
    CHECK_FALSE(api.read_some(answer).empty());
  }
  CHECK(api.client().statistics().active == 0);
  CHECK(api.client().statistics().idle == 0);
}

LEAT_BOTH_SURFACES("a closed stream cannot be read") {
  const server_thread server(routes());
  Surface api;
  auto answer = api.stream("GET", server.url("/large"));
  answer.close();
  answer.close();
  CHECK_THROWS_AS(static_cast<void>(api.read_some(answer)), http::stream_closed);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("the total timeout covers reading a stream") {
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    talk.wait_closed();
  });
  Surface api;
  typename Surface::request_options options;
  options.timeouts.total = 50ms;
  auto answer = api.stream("GET", peer.url(), options);
  CHECK(api.read_some(answer) == "x");
  CHECK_THROWS_AS(static_cast<void>(api.read_some(answer)), deadline_exceeded);
}

LEAT_BOTH_SURFACES("a streamed body of unknown length is sent in chunks") {
  raw_peer peer([](auto& talk) {
    const std::string head = talk.read_until();
    const std::string body = talk.read_until("0\r\n\r\n");
    const std::string seen =
        (head.find("Content-Length") == std::string::npos ? "" : "length ") + body;
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(seen.size()) + "\r\n\r\n" +
              seen);
    talk.wait_closed();
  });
  Surface api;
  typename Surface::request_options options;
  options.stream(Surface::pieces({"one", "", "three"}));
  CHECK(api.post(peer.url(), options).content() == "3\r\none\r\n5\r\nthree\r\n0\r\n\r\n");
}

LEAT_BOTH_SURFACES("an answer that comes early ends the sending of a large body") {
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
    talk.wait_closed();
  });
  Surface api;
  const auto answer = api.post(
      peer.url(), http::request_options().content(std::string(std::size_t{64} << 20, 'x'), "a/b"));
  CHECK(answer.status() == 413);
  CHECK(answer.content() == "no");
  CHECK(api.client().statistics().idle == 0);
}

LEAT_BOTH_SURFACES("an interim answer does not end the sending of a large body") {
  constexpr std::size_t size = std::size_t{8} << 20;
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
    talk.read_exactly(size);
    talk.send(small_answer);
    talk.wait_closed();
  });
  Surface api;
  const auto answer =
      api.post(peer.url(), http::request_options().content(std::string(size, 'x'), "a/b"));
  CHECK(answer.content() == "ok");
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("a request may take less of a body than its client") {
  const server_thread server(routes());
  typename Surface::options options;
  options.max_body_bytes = 5;
  Surface api(options);
  const auto at_most = [](std::uint64_t most) {
    return http::request_options().max_body_bytes(most);
  };
  CHECK(api.get(server.url("/hello"), at_most(5)).content() == "hello");
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/hello"), at_most(4))), limit_exceeded);
  auto streamed = api.stream("GET", server.url("/hello"), at_most(4));
  CHECK_THROWS_AS(static_cast<void>(api.read_all(streamed)), limit_exceeded);
  // It does not raise that of the client.
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/large"), at_most(100))), leat::error);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("a head above the limits is refused, and they can be raised") {
  std::string fields;
  for (int i = 0; i < 120; ++i) {
    fields += "x-" + std::to_string(i) + ": " + std::string(100, 'x') + "\r\n";
  }
  const std::string answer = "HTTP/1.1 200 OK\r\n" + fields + "x: " + std::string(9000, 'x') +
                             "\r\nContent-Length: 0\r\n\r\n";
  typename Surface::options options;
  options.http1.max_fields = 200;
  options.http1.max_line_bytes = 10'000;
  options.http1.max_field_section_bytes = 40'000;
  {
    raw_peer peer(always(answer));
    Surface api(options);
    CHECK(api.get(peer.url()).headers().size() == 122);
  }
  for (auto each : {&proto::http1::limits::max_fields, &proto::http1::limits::max_line_bytes,
                    &proto::http1::limits::max_field_section_bytes}) {
    raw_peer peer(always(answer));
    auto lower = options;
    lower.http1.*each = proto::http1::limits().*each;
    Surface api(lower);
    CHECK_THROWS_AS(static_cast<void>(api.get(peer.url())), http::remote_protocol_error);
    CHECK(api.client().statistics().active == 0);
  }
}

LEAT_BOTH_SURFACES("a request may raise and lower the limits of heads, for itself alone") {
  const std::string ten_fields = [] {
    std::string fields;
    for (int i = 0; i < 10; ++i)
      fields += "x-" + std::to_string(i) + ": " + std::string(90, 'x') + "\r\n";
    return fields;
  }();
  const std::string answer =
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"
      "HTTP/1.1 200 OK\r\n" +
      ten_fields + "Content-Length: 0\r\n\r\n";
  const auto limited = [](auto member, std::uint32_t to) {
    http::head_limits limits;
    limits.*member = to;
    return http::request_options().limit_head(limits);
  };
  using proto::http1::limits;
  struct row {
    std::uint32_t limits::* of_client;
    std::optional<std::uint32_t> http::head_limits::* of_request;
    std::uint32_t low;
    std::uint32_t high;
  };
  constexpr row table[] = {
      {&limits::max_fields, &http::head_limits::max_fields, 10, 11},
      {&limits::max_line_bytes, &http::head_limits::max_line_bytes, 94, 95},
      {&limits::max_field_section_bytes, &http::head_limits::max_field_section_bytes, 988, 989},
      {&limits::max_informational, &http::head_limits::max_informational, 1, 2}};
  for (const row& each : table) {
    CAPTURE(each.low);
    raw_peer peer({always(answer, 3), always(answer), always(answer)});
    {
      typename Surface::options options;
      options.http1.*each.of_client = each.low;
      Surface api(options);
      // On one connection: the last request has the limit of the client again.
      CHECK(api.get(peer.url(), limited(each.of_request, each.high)).status() == 200);
      auto streamed = api.stream("GET", peer.url(), limited(each.of_request, each.high));
      CHECK(api.read_all(streamed).empty());
      CHECK_THROWS_AS(static_cast<void>(api.get(peer.url())), http::remote_protocol_error);
    }
    Surface api;
    CHECK_THROWS_AS(static_cast<void>(api.get(peer.url(), limited(each.of_request, each.low))),
                    http::remote_protocol_error);
    CHECK(api.get(peer.url()).status() == 200);
    CHECK(api.client().statistics().active == 0);
  }
}

LEAT_BOTH_SURFACES("limits of heads hold where a redirect leads to") {
  raw_peer peer([](auto& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n");
    CHECK(talk.read_until().starts_with("GET /y "));
    talk.send("HTTP/1.1 200 OK\r\nA: 1\r\nB: 1\r\nContent-Length: 0\r\n\r\n");
  });
  http::head_limits limits;
  limits.max_fields = 2;
  Surface api;
  CHECK_THROWS_AS(
      static_cast<void>(
          api.get(peer.url("/x"), http::request_options().limit_head(limits).follow_redirects())),
      http::remote_protocol_error);
  limits.max_line_bytes = proto::http1::most_line_bytes + 1;
  CHECK_THROWS_AS(static_cast<void>(http::request_options().limit_head(limits)), invalid_argument);
}

LEAT_BOTH_SURFACES("a body above the limit is refused") {
  const server_thread server(routes());
  typename Surface::options options;
  options.max_body_bytes = 1000;
  Surface api(options);
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/large"))), leat::error);
  CHECK(api.client().statistics().active == 0);
}

TEST_CASE("client: a blocking request on a loop is refused, and the message names its twin") {
  http::client api;
  const auto work = [&api]() -> task<void> {
    static_cast<void>(api.get("http://127.0.0.1:1/"));
    co_return;
  };
  try {
    leat::run(work());
    FAIL("went through");
  } catch (const blocking_call_on_loop& e) {
    CHECK(std::string(e.what()).find("http::async_client") != std::string::npos);
  }
}

TEST_CASE("client: reading a blocking stream on a loop is refused, too") {
  const server_thread server(routes());
  http::client api;
  auto answer = api.stream("GET", server.url("/large"));
  const auto work = [&answer]() -> task<std::string> { co_return answer.read_all(); };
  CHECK_THROWS_WITH_AS(
      static_cast<void>(leat::run(work())),
      "blocking call on a loop thread: use http::async_response_stream::read_all, or to_thread()",
      blocking_call_on_loop);
  CHECK_FALSE(answer.read_all().empty());  // nothing was lost
}
