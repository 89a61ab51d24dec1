// SPDX-License-Identifier: MIT
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/http/error.hpp"
#include "leat/http/event_stream.hpp"
#include "leat/proto/coding/coding.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// What both streams of events do, each case on both surfaces and on sockets. What takes time is in
// event_stream_test.cpp, where it costs none.

using namespace leat;
using namespace std::chrono_literals;
using http::event_stream_options;

#define LEAT_BOTH_STREAMS(name) \
  TEST_CASE_TEMPLATE("event stream: " name, Source, async_source, blocking_source)

namespace {

class async_source {
 public:
  async_source(const std::string& url, event_stream_options options)
      : events_(client_, url, std::move(options)) {}
  std::optional<http::server_event> next() { return leat::run(loop_, events_.next()); }
  http::async_event_stream& events() { return events_; }

 private:
  io::loop loop_;
  http::async_client client_;
  http::async_event_stream events_;
};

class blocking_source {
 public:
  blocking_source(const std::string& url, event_stream_options options)
      : events_(client_, url, std::move(options)) {}
  std::optional<http::server_event> next() { return events_.next(); }
  http::event_stream& events() { return events_; }

 private:
  http::client client_;
  http::event_stream events_;
};

event_stream_options quick() {
  event_stream_options options;
  options.first_delay = duration::zero();
  return options;
}

const std::string head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& text) {
  const char* digits = "0123456789abcdef";
  REQUIRE(text.size() < 256);
  return std::string{digits[text.size() / 16], digits[text.size() % 16]} + "\r\n" + text + "\r\n";
}

/// Reads the head of a request, answers, and closes.
raw_peer::script once(std::string& request, std::string answer) {
  return [&request, answer = std::move(answer)](raw_peer::conversation& talk) {
    request = talk.read_until();
    talk.send(answer);
  };
}

/// The request that an `Error` of the stream is of.
template <class Error, class Source>
std::string request_that_failed(Source& source) {
  try {
    source.next();
  } catch (const Error& e) {
    const auto* const request = http::request_of(e);
    return request == nullptr ? "none" : request->method + " " + request->url;
  }
  return "no error";
}

}  // namespace

LEAT_BOTH_STREAMS("gives out events, connects again behind the last id, and ends at 204") {
  std::string asked[3];
  raw_peer peer(std::vector{
      once(asked[0], head + chunk("id: 1\nevent: add\ndata: a\ndata: b\n\n") + "0\r\n\r\n"),
      once(asked[1], head + chunk("data: c\n\ndata: lost")),
      once(asked[2], "HTTP/1.1 204 No Content\r\n\r\n"),
  });
  Source source(peer.url("/events"), quick());
  const auto first = source.next();
  REQUIRE(first);
  CHECK(first->type == "add");
  CHECK(first->data == "a\nb");
  CHECK(first->id == "1");
  const auto second = source.next();
  REQUIRE(second);
  CHECK(second->type == "message");
  CHECK(second->data == "c");
  CHECK(second->id == "1");
  CHECK_FALSE(source.next());
  CHECK_FALSE(source.next());
  CHECK(source.events().is_over());
  CHECK(source.events().connections() == 3);
  CHECK(source.events().last_event_id() == "1");
  peer.finish();
  CHECK(asked[0].find("accept: text/event-stream\r\n") != std::string::npos);
  CHECK(asked[0].find("last-event-id") == std::string::npos);
  CHECK(asked[1].find("last-event-id: 1\r\n") != std::string::npos);
  CHECK(asked[2].find("last-event-id: 1\r\n") != std::string::npos);
}

LEAT_BOTH_STREAMS("connects again when a connection ends within a coding") {
  const std::string coded =
      proto::encode(proto::content_coding::gzip, "id: 1\ndata: a\n\ndata: b\n\n");
  const std::string until_close =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n";
  std::string asked[2];
  raw_peer peer(std::vector{once(asked[0], until_close + coded.substr(0, coded.size() - 4)),
                            once(asked[1], "HTTP/1.1 204 No Content\r\n\r\n")});
  Source source(peer.url("/events"), quick());
  CHECK(source.next().value().data == "a");
  CHECK(source.next().value().data == "b");
  CHECK_FALSE(source.next());
  peer.finish();
  CHECK(asked[1].find("last-event-id: 1\r\n") != std::string::npos);
}

LEAT_BOTH_STREAMS("tries a server in trouble again, and not one that refuses") {
  std::string asked;
  raw_peer peer(std::vector{
      once(asked, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
      once(asked, ""),
      once(asked, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"),
  });
  Source source(peer.url(), quick());
  CHECK(request_that_failed<http::status_error>(source) == "GET " + peer.url());
  CHECK(source.events().connections() == 3);
}

LEAT_BOTH_STREAMS("gives up with the error of the last connection") {
  std::string asked;
  raw_peer peer(std::vector(2, once(asked, head + "zz\r\n")));
  auto options = quick();
  options.max_attempts = 2;
  Source source(peer.url(), options);
  CHECK(request_that_failed<http::remote_protocol_error>(source) == "GET " + peer.url());
  CHECK(source.events().connections() == 2);
}

LEAT_BOTH_STREAMS("refuses what is no stream of events") {
  std::string asked;
  raw_peer peer(once(asked, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\ndata: 1\n\n"));
  Source source(peer.url(), quick());
  CHECK(request_that_failed<http::decode_error>(source) == "GET " + peer.url());
}

LEAT_BOTH_STREAMS("limits its lines") {
  std::string asked;
  raw_peer peer(once(asked, head + chunk("data: 12345")));
  auto options = quick();
  options.limits.max_line_bytes = 10;
  Source source(peer.url(), options);
  CHECK(request_that_failed<limit_exceeded>(source) == "GET " + peer.url());
}

LEAT_BOTH_STREAMS("close ends the connection and the stream") {
  raw_peer peer([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send(head + chunk("data: 1\n\n"));
    talk.wait_closed();
  });
  Source source(peer.url(), quick());
  CHECK(source.next());
  source.events().close();
  peer.finish();
  CHECK_FALSE(source.next());
}

LEAT_BOTH_STREAMS("a password of the URL is in no message") {
  std::string asked;
  raw_peer peer(once(asked, head + "0\r\n\r\n"));
  auto options = quick();
  options.max_attempts = 1;
  Source source("http://ada:secret@127.0.0.1:" + std::to_string(peer.port()) + "/", options);
  std::string what;
  try {
    source.next();
  } catch (const leat::error& e) {
    what = e.what();
  }
  CHECK(what.find("brought no event") != std::string::npos);
  CHECK(what.find("secret") == std::string::npos);
}

TEST_CASE("event stream: a blocking deadline ends a wait for events") {
  raw_peer peer([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send(head);
    talk.wait_closed();
  });
  http::client client;
  http::event_stream events(client, peer.url(), quick());
  {
    const blocking_deadline whole(std::chrono::steady_clock::now() + 20ms);
    CHECK_THROWS_AS(static_cast<void>(events.next()), deadline_exceeded);
  }
  CHECK(client.statistics().active == 0);
  CHECK(events.connections() == 1);
}

TEST_CASE("event stream: the blocking one refuses to work on a loop") {
  http::client client;
  http::event_stream events(client, "http://127.0.0.1:1/", quick());
  leat::run([](http::event_stream& of) -> task<void> {
    CHECK_THROWS_AS(static_cast<void>(of.next()), blocking_call_on_loop);
    co_return;
  }(events));
}
