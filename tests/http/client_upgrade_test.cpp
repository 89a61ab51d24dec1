// SPDX-License-Identifier: MIT
#include <memory>
#include <string>
#include <utility>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/io/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// A connection that another protocol goes on with, on both surfaces.

using namespace leat;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client upgrade: " name, Surface, async_surface, blocking_surface)

namespace {

constexpr const char* switches =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

http::request_options asking_for_echo() {
  return http::request_options().header("connection", "upgrade").header("upgrade", "echo");
}

/// All that comes until it ends with `end`.
template <class Surface, class Stream>
std::string read_until(Surface& api, Stream& from, const std::string& end) {
  std::string all;
  while (!all.ends_with(end)) {
    const auto piece = api.read_from(from);
    if (piece.empty()) break;
    all += piece;
  }
  return all;
}

}  // namespace

LEAT_BOTH_SURFACES("what comes behind 101 is the stream's, from its first byte on") {
  std::string said;
  raw_peer peer([&](raw_peer::conversation& talk) {
    said = talk.read_until();
    // The first bytes of the other protocol come with the head.
    talk.send(std::string(switches) + "welcome\n");
    said += talk.read_until("\n");
    talk.send("you said that\n");
    talk.wait_closed();
  });
  {
    Surface api;
    auto answer = api.stream("GET", peer.url("/echo"), asking_for_echo());
    CHECK(answer.status() == 101);
    auto stream = answer.take_stream();
    CHECK(api.client().statistics().active == 0);
    CHECK(api.client().statistics().idle == 0);
    CHECK(read_until(api, *stream, "\n") == "welcome\n");
    api.write_to(*stream, "hello\n");
    CHECK(read_until(api, *stream, "\n") == "you said that\n");
  }
  peer.finish();
  CHECK(said.starts_with("GET /echo HTTP/1.1\r\n"));
  CHECK(said.ends_with("\r\n\r\nhello\n"));
}

LEAT_BOTH_SURFACES("what comes later is the stream's as well, to its end") {
  raw_peer peer([&](raw_peer::conversation& talk) {
    static_cast<void>(talk.read_until());
    talk.send(switches);
    talk.send(talk.read_until("\n"));
  });
  Surface api;
  auto answer = api.stream("GET", peer.url(), asking_for_echo());
  auto stream = answer.take_stream();
  api.write_to(*stream, "hello\n");
  CHECK(read_until(api, *stream, "\n") == "hello\n");
  CHECK(api.read_from(*stream).empty());
}

LEAT_BOTH_SURFACES("the stream outlives the answer and the client's closing") {
  raw_peer peer([&](raw_peer::conversation& talk) {
    static_cast<void>(talk.read_until());
    talk.send(std::string(switches) + "welcome\n");
    talk.send(talk.read_until("\n"));
  });
  Surface api;
  auto stream = api.stream("GET", peer.url(), asking_for_echo()).take_stream();
  api.client().close();
  CHECK(read_until(api, *stream, "\n") == "welcome\n");
  api.write_to(*stream, "hello\n");
  CHECK(read_until(api, *stream, "\n") == "hello\n");
}

LEAT_BOTH_SURFACES("CONNECT makes a tunnel of its own") {
  std::string asked;
  raw_peer proxy([&](raw_peer::conversation& talk) {
    asked = talk.read_until();
    talk.send("HTTP/1.1 200 Connection established\r\n\r\nfrom behind\n");
    talk.send(talk.read_until("\n"));
    talk.wait_closed();
  });
  {
    Surface api;
    auto answer = api.stream("CONNECT", proxy.url(), http::request_options().target("b.test:443"));
    CHECK(answer.status() == 200);
    auto stream = answer.take_stream();
    CHECK(read_until(api, *stream, "\n") == "from behind\n");
    api.write_to(*stream, "hello\n");
    CHECK(read_until(api, *stream, "\n") == "hello\n");
  }
  proxy.finish();
  CHECK(asked.starts_with("CONNECT b.test:443 HTTP/1.1\r\n"));
}

LEAT_BOTH_SURFACES("a server that does not agree has answered, and there is no stream") {
  raw_peer peer([&](raw_peer::conversation& talk) {
    static_cast<void>(talk.read_until());
    talk.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    talk.wait_closed();
  });
  Surface api;
  auto answer = api.stream("GET", peer.url(), asking_for_echo());
  CHECK(answer.status() == 403);
  CHECK_THROWS_AS(static_cast<void>(answer.take_stream()), invalid_argument);
  CHECK(api.read_all(answer) == "no");
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("101 where nobody asked for another protocol is refused") {
  raw_peer peer([&](raw_peer::conversation& talk) {
    static_cast<void>(talk.read_until());
    talk.send(switches);
    talk.wait_closed();
  });
  Surface api;
  CHECK_THROWS_AS(static_cast<void>(api.stream("GET", peer.url())), http::remote_protocol_error);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("a stream is taken once, and the body cannot be read besides") {
  raw_peer peer([&](raw_peer::conversation& talk) {
    static_cast<void>(talk.read_until());
    talk.send(switches);
    talk.wait_closed();
  });
  Surface api;
  auto answer = api.stream("GET", peer.url(), asking_for_echo());
  const auto stream = answer.take_stream();
  CHECK_THROWS_AS(static_cast<void>(answer.take_stream()), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(api.read_some(answer)), http::stream_closed);
}

LEAT_BOTH_SURFACES("a stream that nobody takes is closed with its answer") {
  raw_peer peer([&](raw_peer::conversation& talk) {
    static_cast<void>(talk.read_until());
    talk.send(switches);
    talk.wait_closed();
  });
  Surface api;
  {
    const auto answer = api.stream("GET", peer.url(), asking_for_echo());
  }
  CHECK(api.client().statistics().active == 0);
  CHECK(api.client().statistics().idle == 0);
  peer.finish();
}

LEAT_BOTH_SURFACES("a peer that dies is an error of the stream") {
  raw_peer peer([&](raw_peer::conversation& talk) {
    static_cast<void>(talk.read_until());
    talk.send(switches);
    static_cast<void>(talk.read_until("\n"));
    talk.reset();
  });
  Surface api;
  auto stream = api.stream("GET", peer.url(), asking_for_echo()).take_stream();
  api.write_to(*stream, "hello\n");
  CHECK_THROWS_AS(static_cast<void>(api.read_from(*stream)), io::read_error);
}
