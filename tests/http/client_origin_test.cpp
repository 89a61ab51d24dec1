// SPDX-License-Identifier: MIT
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "leat/http/error.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/io/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// What a client has come to know of an origin saves it work, and changes nothing else; and a
// connection that lay idle is looked at before it is used again, however short that was.

using namespace leat;
using http::request_options;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client: " name, Surface, async_surface, blocking_surface)

namespace {

std::string answer_with(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// Answers each request on a connection with the head that it had.
void tell_heads(raw_peer::conversation& talk, int times, const std::string& fields = "") {
  for (int i = 0; i < times; ++i) talk.send(answer_with(talk.read_until(), fields));
  talk.wait_closed();
}

/// A signal from one thread to another.
class mark {
 public:
  void set() { promise_.set_value(); }
  void wait() { promise_.get_future().wait(); }

 private:
  std::promise<void> promise_;
};

}  // namespace

LEAT_BOTH_SURFACES("a request to an origin that it has come to know is the same on the wire") {
  constexpr int times = 5;
  for (const char* method : {"GET", "DELETE", "POST", "PUT", "OPTIONS"}) {
    CAPTURE(method);
    raw_peer peer([](auto& talk) { tell_heads(talk, times); });
    typename Surface::options options;
    options.headers = {{"x-own", "1"}, {"user-agent", "test"}, {"connection", "keep-alive"}};
    Surface api(options);
    const std::string first = api.request(method, peer.url("/a?b")).content();
    CHECK(first.find("x-own: 1\r\nuser-agent: test\r\n") != std::string::npos);
    for (int i = 1; i < times; ++i) {
      CHECK(api.request(method, peer.url("/a?b")).content() == first);
    }
  }
}

LEAT_BOTH_SURFACES("a field of the client that HTTP forbids is refused each time") {
  raw_peer peer([](auto& talk) { talk.wait_closed(); });
  typename Surface::options options;
  options.headers = {{"x-own", "1\r\nx-injected: 2"}};
  Surface api(options);
  for (int i = 0; i < 4; ++i) {
    CHECK_THROWS_AS(static_cast<void>(api.get(peer.url())), http::local_protocol_error);
  }
}

LEAT_BOTH_SURFACES("credentials for a proxy are not for an origin, known or not") {
  raw_peer peer([](auto& talk) { tell_heads(talk, 4); });
  typename Surface::options options;
  options.headers = {{"proxy-authorization", "Basic secret"}};
  Surface api(options);
  for (int i = 0; i < 4; ++i) {
    CHECK(api.get(peer.url()).content().find("secret") == std::string::npos);
  }
}

LEAT_BOTH_SURFACES("cookies go to an origin that is known, and the caller's stand") {
  raw_peer peer({[](auto& talk) { tell_heads(talk, 4, "Set-Cookie: a=1\r\n"); },
                 [](auto& talk) { tell_heads(talk, 4, "Set-Cookie: a=1\r\n"); }});
  {
    Surface api;
    CHECK(api.get(peer.url()).content().find("cookie") == std::string::npos);
    for (int i = 0; i < 3; ++i) {
      CHECK(api.get(peer.url()).content().find("\r\ncookie: a=1\r\n") != std::string::npos);
    }
  }
  typename Surface::options options;
  options.headers = {{"cookie", "own=2"}};
  Surface api(options);
  for (int i = 0; i < 4; ++i) {
    const auto head = api.get(peer.url()).content();
    CHECK(head.find("\r\ncookie: own=2\r\n") != std::string::npos);
    CHECK(head.find("a=1") == std::string::npos);
  }
}

LEAT_BOTH_SURFACES("a redirect from an origin that is known takes the client's fields along") {
  raw_peer peer([](auto& talk) {
    for (int i = 0; i < 2; ++i) {
      talk.read_until();
      talk.send(answer_with("x"));
    }
    talk.read_until();
    talk.send("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
    tell_heads(talk, 1);
  });
  typename Surface::options options;
  options.headers = {{"x-own", "1"}};
  options.redirects.follow = true;
  Surface api(options);
  for (int i = 0; i < 2; ++i) CHECK(api.get(peer.url("/a")).content() == "x");
  const auto answer = api.get(peer.url("/a"));
  CHECK(answer.content().starts_with("GET /b HTTP/1.1\r\nhost: "));
  CHECK(answer.content().find("x-own: 1\r\n") != std::string::npos);
  CHECK(answer.history().size() == 1);
}

LEAT_BOTH_SURFACES("hooks and transports of others see all fields, whatever is known") {
  std::vector<std::string> seen;
  typename Surface::options options;
  options.headers = {{"x-own", "1"}};
  using request = http::basic_request<typename Surface::io>;
  options.transport = std::make_shared<http::basic_mock_transport<typename Surface::io>>(
      [&seen](const request& sent) {
        seen.emplace_back(sent.headers.get("x-own").value_or("none"));
        return http::server_response::text("x");
      });
  Surface api(options);
  for (int i = 0; i < 4; ++i) static_cast<void>(api.get("http://a.test/"));
  CHECK(seen == std::vector<std::string>(4, "1"));
}

LEAT_BOTH_SURFACES("origins that are asked in turns are told apart, on the wire too") {
  constexpr int times = 4;
  raw_peer one([](auto& talk) { tell_heads(talk, 2 * times); });
  raw_peer other([](auto& talk) { tell_heads(talk, 2 * times); });
  Surface api;
  const auto check = [&api](raw_peer& peer) {
    const auto head = api.get(peer.url("/a")).content();
    const std::string authority = peer.url("").substr(std::string("http://").size());
    CHECK(head.find("host: " + authority + "\r\n") != std::string::npos);
  };
  for (int i = 0; i < times; ++i) check(one);
  for (int i = 0; i < times; ++i) check(other);
  for (int i = 0; i < times; ++i) {
    check(one);
    check(other);
  }
}

LEAT_BOTH_SURFACES("origins are as many as one likes, though not all of them are remembered") {
  using request = http::basic_request<typename Surface::io>;
  typename Surface::options options;
  options.headers = {{"x-own", "1"}};
  options.transport =
      std::make_shared<http::basic_mock_transport<typename Surface::io>>([](const request& sent) {
        return http::server_response::text(sent.url.text() + " " +
                                           std::string(sent.headers.get("host").value_or("")) +
                                           std::string(sent.headers.get("x-own").value_or("")));
      });
  Surface api(options);
  for (int turn = 0; turn < 3; ++turn) {
    for (int i = 0; i < 40; ++i) {
      const std::string host = "host-" + std::to_string(i) + ".test";
      const std::string url = "http://" + host + "/a?b";
      for (int again = 0; again < 3; ++again) {
        CHECK(api.get(url).content() == url + " " + host + "1");
      }
    }
  }
}

LEAT_BOTH_SURFACES("a request that was lost with a kept connection takes a new one next") {
  // Another kept connection may be just as old.
  raw_peer peer([&peer](auto& first) {
    first.read_until();
    first.send(answer_with("kept"));
    auto other = peer.accept_beside();
    other.read_until();
    other.send(answer_with("kept"));
    first.read_until();
    first.end();
    auto fresh = peer.accept_beside();
    tell_heads(fresh, 1);
  });
  Surface api;
  {
    auto first = api.stream("GET", peer.url("/1"));
    CHECK(api.get(peer.url("/2")).content() == "kept");
    CHECK(api.read_all(first) == "kept");
  }
  CHECK(api.get(peer.url("/3")).content().starts_with("GET /3 "));
}

LEAT_BOTH_SURFACES("heads may be of any size, one after the other on a connection") {
  const std::vector<int> sizes{0, 1, 3, 200, 2, 5000, 10, 4000, 0};
  raw_peer peer([&](auto& talk) {
    for (const int size : sizes) {
      talk.read_until();
      std::string fields;
      if (size != 0)
        fields = "X-Long: " + std::string(static_cast<std::size_t>(size), 'v') + "\r\n";
      for (int i = 0; i < size % 50; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
      talk.send(answer_with("x", fields));
    }
    talk.wait_closed();
  });
  Surface api;
  for (const int size : sizes) {
    const auto answer = api.get(peer.url());
    CHECK(answer.headers().get("x-long").value_or("").size() == static_cast<std::size_t>(size));
    CHECK(answer.headers().size() == 1 + (size != 0 ? 1U : 0U) + static_cast<unsigned>(size % 50));
  }
}

LEAT_BOTH_SURFACES("an answer that nobody asked for is not the answer to the next request") {
  // It comes with the answer before it.
  raw_peer peer({[](auto& talk) {
                   talk.read_until();
                   talk.send(answer_with("first") + answer_with("surplus"));
                   talk.wait_closed();
                 },
                 [](auto& talk) { tell_heads(talk, 1); }});
  Surface api;
  CHECK(api.get(peer.url()).content() == "first");
  CHECK(api.get(peer.url("/next")).content().starts_with("GET /next "));
}

LEAT_BOTH_SURFACES("an answer that comes between two requests is not that to the second") {
  // It comes when the answer before it has been read, and is there before the next request.
  mark is_read;
  mark has_come;
  raw_peer peer({[&](auto& talk) {
                   for (int i = 0; i < 3; ++i) {
                     talk.read_until();
                     talk.send(answer_with("first"));
                   }
                   is_read.wait();
                   talk.send(answer_with("surplus"));
                   talk.wait_received();
                   has_come.set();
                   talk.wait_closed();
                 },
                 [](auto& talk) { tell_heads(talk, 1); }});
  Surface api;
  for (int i = 0; i < 3; ++i) CHECK(api.get(peer.url()).content() == "first");
  is_read.set();
  has_come.wait();
  CHECK(api.get(peer.url("/next")).content().starts_with("GET /next "));
}

LEAT_BOTH_SURFACES("a POST is not lost with a connection that was closed a moment before") {
  mark is_read;
  mark has_closed;
  raw_peer peer({[&](auto& talk) {
                   talk.read_until();
                   talk.send(answer_with("first"));
                   is_read.wait();
                   talk.end();
                   talk.wait_received();
                   has_closed.set();
                   talk.wait_closed();
                 },
                 [](auto& talk) { tell_heads(talk, 1); }});
  Surface api;
  CHECK(api.get(peer.url()).content() == "first");
  is_read.set();
  has_closed.wait();
  CHECK(api.post(peer.url("/next")).content().starts_with("POST /next "));
}
