// SPDX-License-Identifier: MIT
#include "leat/http/async_client.hpp"

#include <string>

#include <boost/describe.hpp>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"
#include "leat/pool/error.hpp"
#include "leat/proto/http1/error.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/memory_network.hpp"
#include "leat/testing/scripted_peer.hpp"

#include "support/async_test.hpp"

using namespace leat;
using http::async_client;
using http::async_client_options;
using http::request_options;
using testing::memory_network;
using testing::scripted_peer;

namespace {

struct user {
  int id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(user, (), (id, name))

async_client_options on(memory_network& net) {
  async_client_options options;
  options.base_url = "http://a.test/api";
  options.network = &net;
  return options;
}

const io::endpoint a_test = io::endpoint::tcp("a.test", 80);

std::string ok(std::string body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string too_large = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno";

/// More than the client sends together with the head.
request_options large_body(std::size_t size) {
  request_options options;
  options.content(std::string(size, 'x'), "text/plain");
  return options;
}

/// Plays the script beside `work`.
task<void> against(scripted_peer& peer, task<void> work) {
  co_await when_all(peer.play(), std::move(work));
}

/// Answers so many requests on one connection and closes it when one more comes.
task<void> answer_requests(std::unique_ptr<io::async_stream> stream, int count) {
  byte_buffer in;
  for (;; --count) {
    while (in.text().find("\r\n\r\n") == std::string_view::npos) {
      const auto size = co_await stream->read_some(in.prepare(1024), deadline_after(1h));
      if (size == 0) co_return;
      in.commit(size);
    }
    if (count == 0) co_return;
    in.consume(in.text().find("\r\n\r\n") + 4);
    co_await sleep_for(1ms);
    co_await stream->write_all(as_bytes(ok("x")), deadline_after(1h));
  }
}

/// The error of `work` as `Error`; none is a failed check.
template <class Error>
task<std::string> message_of(task<http::response> work) {
  try {
    static_cast<void>(co_await std::move(work));
  } catch (const Error& e) {
    co_return e.what();
  }
  CHECK_MESSAGE(false, "no error came");
  co_return "";
}

}  // namespace

TEST_CASE("async client: a URL of an origin that it has come to know is read as any other") {
  async_client_options options;
  options.headers = {{"x-own", "1"}};
  for (const std::string url :
       {"http://H.test/a",      "http://H.test/",         "http://H.test",
        "http://H.test?q=1",    "http://H.test//a",       "http://H.test/../a/./b",
        "http://H.test/%7e%zz", "http://H.test/a#b?c",    "http://H.test/a?b#c",
        "http://H.test/a b",    "http://H.test:81/a",     "http://H.testing/a",
        "http://u:p@H.test/a",  "http://H.test@other/a",  "http://H.test\\@o/a",
        "http://H.test/\n",     "http://H.test:80/a",     "http://h.test/a",
        "https://H.test/a",     "http://H.test/http://o/"}) {
    CAPTURE(url);
    const auto built = [&url](const async_client& client, const request_options& more) {
      try {
        const auto made = client.build_request("GET", url, more);
        return made.url.redacted() + " " + std::string(made.url.target()) + " " +
               proto::redacted(made.headers) + (made.auth != nullptr ? " with credentials" : "");
      } catch (const http::invalid_url& refused) {
        return std::string(refused.what());
      }
    };
    const async_client knowing(options);
    for (int i = 0; i < 3; ++i) static_cast<void>(knowing.build_request("GET", "http://H.test/x"));
    for (const auto& more :
         {request_options(), request_options().header("accept", "text/html"),
          request_options().query("k", "v"), request_options().content("x", "y")}) {
      CHECK(built(knowing, more) == built(async_client(options), more));
    }
  }
}

LEAT_ASYNC_TEST("client: sends a request and reads the answer") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect(
          "GET /api/users?x=1 HTTP/1.1\r\nhost: a.test\r\naccept: */*\r\n"
          "connection: keep-alive\r\nuser-agent: leat/0.1\r\naccept-encoding: gzip, deflate, br, "
          "zstd\r\n\r\n")
      .answer("HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nX-Kind: test\r\n\r\nhello")
      .expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    const auto answer = co_await client.get("/users?x=1");
    CHECK(answer.status() == 200);
    CHECK(answer.reason() == "Fine");
    CHECK(answer.headers().get("x-kind") == "test");
    CHECK(answer.content() == "hello");
    CHECK(answer.url() == "http://a.test/api/users?x=1");
    CHECK(answer.http_version() == "HTTP/1.1");
  }(net));
}

LEAT_ASYNC_TEST("client: reads and writes JSON through described structs") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("content-type: application/json\r\n")
      .expect_until("\r\n\r\n{\"id\":7,\"name\":\"Ada\"}")
      .answer(ok(R"({"id": 8, "name": "Grace"})"))
      .expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    const auto answer = co_await client.post("/users", request_options().json(user{7, "Ada"}));
    const auto made = answer.json<user>();
    CHECK(made.id == 8);
    CHECK(made.name == "Grace");
  }(net));
}

LEAT_ASYNC_TEST("client: an answer that is not the JSON asked for says all that is wrong") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(ok(R"({"id": "seven"})")).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    const auto answer = co_await client.get("/users/7");
    std::string what;
    try {
      static_cast<void>(answer.json<user>());
    } catch (const http::decode_error& e) {
      what = e.what();
      CHECK(e.code() == failure::peer_fault);
    }
    CHECK(what.find("/id") != std::string::npos);
    CHECK(what.find("/name") != std::string::npos);
  }(net));
}

LEAT_ASYNC_TEST("client: uses one connection for requests one after the other") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept();
  for (int i = 0; i < 100; ++i) peer.expect_until("\r\n\r\n").answer(ok("x"));
  peer.expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    for (int i = 0; i < 100; ++i) CHECK((co_await client.get("/")).content() == "x");
    CHECK(client.statistics().idle == 1);
  }(net));
  CHECK(net.connections() == 1);
}

LEAT_ASYNC_TEST("client: reads chunked bodies and uses the connection again") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
      .pause(1s)
      .answer("6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n")
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 204 No Content\r\n\r\n")
      .expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    CHECK((co_await client.get("/")).content() == "hello world");
    CHECK((co_await client.get("/")).status() == 204);
  }(net));
}

LEAT_ASYNC_TEST("client: reads a body that ends with the connection and does not reuse it") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer("HTTP/1.1 200 OK\r\n\r\nall").close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    CHECK((co_await client.get("/")).content() == "all");
    CHECK(client.statistics().idle == 0);
  }(net));
}

LEAT_ASYNC_TEST("client: closes a connection whose server asked for it") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")
      .expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    co_await client.get("/");
    CHECK(client.statistics().idle == 0);
  }(net));
}

LEAT_ASYNC_TEST("client: a HEAD request has no body to read") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("HEAD /api HTTP/1.1\r\n")
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
      .expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    CHECK((co_await client.head("")).content().empty());
    CHECK(client.statistics().idle == 1);
  }(net));
}

LEAT_ASYNC_TEST("client: raise_for_status tells the status with method and URL") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
      .expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    const auto answer = co_await client.get("/");
    std::string what;
    try {
      answer.raise_for_status();
    } catch (const http::status_error& e) {
      what = e.what();
      CHECK(e.status() == 503);
      CHECK(e.code() == failure::transient);
    }
    CHECK(what == "server error 503 for GET http://a.test/api/");
  }(net));
}

LEAT_ASYNC_TEST("client: a request's own fields replace the client's, whatever their case") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect(
          "GET /api/ HTTP/1.1\r\nhost: a.test\r\naccept: */*\r\n"
          "connection: keep-alive\r\nx-team: core\r\nX-Trace: 1\r\nUser-Agent: mine\r\n"
          "accept-encoding: gzip, deflate, br, zstd\r\n\r\n")
      .answer(ok(""))
      .expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    auto options = on(on_net);
    options.headers.add("x-trace", "0");
    options.headers.add("x-team", "core");
    async_client client(options);
    co_await client.get("/", request_options().header("X-Trace", "1").header("User-Agent", "mine"));
  }(net));
}

LEAT_ASYNC_TEST("client: adds query parameters, encoded") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect("GET /api/s?x=1&q=a%20b%26c HTTP/1.1\r\n")
      .expect_until("\r\n\r\n")
      .answer(ok(""))
      .expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    co_await client.get("/s?x=1", request_options().query("q", "a b&c"));
  }(net));
}

LEAT_ASYNC_TEST("client: a field that would inject a header is refused before anything is sent") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    co_await message_of<http::local_protocol_error>(
        client.get("/", request_options().header("x", "a\r\nEvil: 1")));
  }(net));
  CHECK(peer.received().empty());
}

LEAT_ASYNC_TEST("client: a request that cannot be sent costs no kept connection") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(ok("1"));
  peer.expect_until("\r\n\r\n").answer(ok("2")).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    co_await client.get("/");
    co_await message_of<http::local_protocol_error>(
        client.get("/", request_options().header("x", "a\nb")));
    CHECK((co_await client.get("/")).content() == "2");
  }(net));
  CHECK(net.connections() == 1);
}

LEAT_ASYNC_TEST("client: nothing that a caller passes can add a line to the request") {
  const std::string evil = "a\r\nEvil: 1";
  const auto with_type = [&] { return request_options().content("x", evil); };
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(ok("")).expect_close();
  co_await against(peer, [&](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    using http::local_protocol_error;
    co_await message_of<local_protocol_error>(client.request(evil, "/"));
    co_await message_of<local_protocol_error>(client.request("GET / HTTP/1.1\r\nEvil:", "/"));
    co_await message_of<local_protocol_error>(client.get("/", request_options().header(evil, "1")));
    co_await message_of<local_protocol_error>(
        client.get("/", request_options().header("Host", evil)));
    co_await message_of<local_protocol_error>(client.post("/", with_type()));
    co_await message_of<http::invalid_url>(client.get("/" + evil));
    co_await message_of<http::invalid_url>(client.get("http://a.test/" + evil));
    // The query is encoded.
    co_await client.get("/", request_options().query(evil, evil));
  }(net));
  CHECK(peer.received().find("Evil: 1") == std::string::npos);
}

LEAT_ASYNC_TEST("client: the message about a method that cannot be sent stays on one line") {
  memory_network net;
  async_client client(on(net));
  const auto what =
      co_await message_of<http::local_protocol_error>(client.request("GET\r\nforged", "/"));
  CHECK(what.find('\n') == std::string::npos);
}

LEAT_ASYNC_TEST("client: what a caller says about the framing is refused where it is untrue") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    using http::local_protocol_error;
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"content-length", "0"},
             {"content-length", "4, 4"},
             {"content-length", "+4"},
             {"content-length", "99999999999999999999"},
             {"transfer-encoding", "chunked"},
             {"transfer-encoding", "identity"}}) {
      CAPTURE(name);
      CAPTURE(value);
      auto options = request_options().content("body", "text/plain").header(name, value);
      co_await message_of<local_protocol_error>(client.post("/", std::move(options)));
    }
    request_options hosts;
    hosts.headers.add("host", "a.test");
    hosts.headers.add("host", "b.test");
    co_await message_of<local_protocol_error>(client.get("/", hosts));
  }(net));
  CHECK(peer.received().empty());
}

LEAT_ASYNC_TEST("client: a password in the URL is in no message and not on the wire") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer("nonsense\r\n\r\n").expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    const auto says_nothing = [](const std::string& what) {
      return what.find("hunter2") == std::string::npos;
    };
    CHECK(says_nothing(
        co_await message_of<http::remote_protocol_error>(client.get("http://me:hunter2@a.test/"))));
    CHECK(says_nothing(
        co_await message_of<io::connect_error>(client.get("http://me:hunter2@b.test/"))));
    CHECK(says_nothing(
        co_await message_of<http::invalid_url>(client.get("http://me:hunter2@b test/"))));
    CHECK(says_nothing(
        co_await message_of<http::unsupported_protocol>(client.get("ftp://me:hunter2@b.test/"))));
    request_options hurried;
    hurried.timeouts.total = 0s;
    CHECK(says_nothing(
        co_await message_of<deadline_exceeded>(client.get("http://me:hunter2@a.test/", hurried))));
  }(net));
  CHECK(peer.received().find("hunter2") == std::string::npos);
}

LEAT_ASYNC_TEST("client: a URL it cannot speak is refused") {
  memory_network net;
  async_client client(on(net));
  co_await message_of<http::unsupported_protocol>(client.get("ftp://a.test/"));
  co_await message_of<http::invalid_url>(client.get("http://a test/"));
  async_client without_base;
  co_await message_of<http::invalid_url>(without_base.get("/users"));
}

LEAT_ASYNC_TEST("client: nobody who listens is a connect error") {
  memory_network net;
  async_client client(on(net));
  const auto what = co_await message_of<io::connect_error>(client.get("/"));
  CHECK(what == "connect failed: a.test:80: nobody listens");
  CHECK(client.statistics().active == 0);
}

LEAT_ASYNC_TEST("client: gives up when no answer comes within the read timeout") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    co_await message_of<io::read_timeout>(client.get("/"));
    CHECK(client.statistics().active == 0);
    CHECK(client.statistics().idle == 0);
  }(net));
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("client: gives up when the server does not take the request in time") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().pause(1min).close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    request_options large;
    large.content(std::string(1 << 20, 'x'), "text/plain");
    large.timeouts.read = 1s;
    co_await message_of<io::write_timeout>(client.post("/", large));
  }(net));
}

LEAT_ASYNC_TEST("client: the write timeout limits each wait, not the whole body") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n");
  for (int i = 0; i < 16; ++i) peer.pause(2s).expect(std::string(32768, 'x'));
  peer.answer(ok("thanks")).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    const auto answer = co_await client.post("/", large_body(16 * 32768));
    CHECK(answer.content() == "thanks");
    CHECK(client.statistics().idle == 1);
  }(net));
}

LEAT_ASYNC_TEST("client: the read timeout begins when the whole request is sent") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n");
  for (int i = 0; i < 4; ++i) peer.pause(2s).expect(std::string(65536, 'x'));
  peer.answer(ok("thanks")).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    auto request = large_body(4 * 65536);
    request.timeouts.read = 3s;
    CHECK((co_await client.post("/", request)).content() == "thanks");
  }(net));
}

LEAT_ASYNC_TEST("client: an answer that comes before the body has been sent ends the sending") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(too_large).pause(1min).close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    const auto answer = co_await client.post("/", large_body(1 << 20));
    CHECK(answer.status() == 413);
    CHECK(answer.content() == "no");
    CHECK(answer.elapsed() == 0s);
  }(net));
}

LEAT_ASYNC_TEST("client: a connection whose request was not sent to its end is not used again") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(too_large).pause(1min).close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    co_await client.post("/", large_body(1 << 20));
    CHECK(client.statistics().idle == 0);
    CHECK(client.statistics().active == 0);
  }(net));
}

LEAT_ASYNC_TEST("client: the answer of a server that closes in the middle of the body is told") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(too_large).close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    CHECK((co_await client.post("/", large_body(1 << 20))).status() == 413);
  }(net));
}

LEAT_ASYNC_TEST("client: an early answer that comes slowly is read to its end") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer_slowly(too_large, 1s).pause(1min).close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    const auto answer = co_await client.post("/", large_body(1 << 20));
    CHECK(answer.status() == 413);
    CHECK(answer.content() == "no");
  }(net));
}

LEAT_ASYNC_TEST("client: garbage in place of an early answer is the error") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer("what?\r\n\r\n").pause(1min).close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    co_await message_of<http::remote_protocol_error>(client.post("/", large_body(1 << 20)));
    CHECK(client.statistics().active == 0);
  }(net));
}

LEAT_ASYNC_TEST("client: an interim answer does not end the sending") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 100 Continue\r\n\r\n")
      .expect(std::string(1 << 20, 'x'))
      .answer(ok("thanks"))
      .expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    CHECK((co_await client.post("/", large_body(1 << 20))).content() == "thanks");
    CHECK(client.statistics().idle == 1);
  }(net));
}

LEAT_ASYNC_TEST("client: a server that drips meets the total timeout") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 10; ++i) peer.pause(1s).answer("x");
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&peer] { return peer.play(); });
    async_client client(on(net));
    request_options options;
    options.timeouts.total = 7500ms;
    const auto what = co_await message_of<deadline_exceeded>(client.get("/slow", options));
    CHECK(what ==
          "request timed out: GET http://a.test/api/slow took longer than its total timeout "
          "allows");
    CHECK(client.statistics().active == 0);
    group.cancel();
  });
  CHECK(loop.elapsed() == 7500ms);
}

LEAT_ASYNC_TEST("client: a request that finds no free connection in time says who holds them") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").pause(8s).answer(ok("x")).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    auto options = on(on_net);
    options.limits.max_connections = 1;
    options.timeouts.read = 10s;
    async_client client(options);
    co_await when_all(
        [](async_client& shared) -> task<void> { co_await shared.get("/first"); }(client),
        [](async_client& shared) -> task<void> {
          const auto what = co_await message_of<pool::pool_timeout>(shared.get("/second"));
          CHECK(what.find("http://a.test: 1") != std::string::npos);
        }(client));
  }(net));
}

LEAT_ASYNC_TEST("client: a kept connection that the server has closed is not used again") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(ok("1")).close();
  peer.accept().expect_until("\r\n\r\n").answer(ok("2")).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    CHECK((co_await client.get("/")).content() == "1");
    co_await sleep_for(1s);
    CHECK((co_await client.get("/")).content() == "2");
  }(net));
  CHECK(net.connections() == 2);
}

LEAT_ASYNC_TEST("client: a request lost to a closing keep-alive connection is sent once more") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(ok("1")).expect_until("\r\n\r\n").close();
  peer.accept().expect_until("\r\n\r\n").answer(ok("2")).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    CHECK((co_await client.get("/")).content() == "1");
    CHECK((co_await client.get("/")).content() == "2");
  }(net));
}

LEAT_ASYNC_TEST(
    "client: a lost request is sent again on a new connection, not on another old one") {
  memory_network net;
  scripted_peer peer(net, a_test);
  scripted_peer other(net, io::endpoint::tcp("b.test", 80));
  peer.accept().expect_until("\r\n\r\n").answer(ok("1")).expect_until("\r\n\r\n").close();
  peer.accept().expect_until("\r\n\r\n").answer(ok("2")).expect_close();
  other.accept().expect_close();
  co_await when_all(peer.play(), other.play(), [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    CHECK((co_await client.get("/")).content() == "1");
    static_cast<void>(co_await on_net.connect(io::endpoint::tcp("b.test", 80), deadline_after(1s)));
    CHECK((co_await client.get("/")).content() == "2");
    CHECK(client.statistics().idle == 1);
  }(net));
}

LEAT_ASYNC_TEST("client: a lost POST is not sent again") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(ok("1")).expect_until("\r\n\r\n").close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    co_await client.get("/");
    try {
      co_await client.post("/");
      CHECK(false);
    } catch (const http::no_response& e) {
      CHECK(e.code() == failure::transient);
    }
  }(net));
}

LEAT_ASYNC_TEST(
    "client: what is sent once more goes on a new connection, not on another kept one") {
  memory_network net;
  const auto listener = net.listen(a_test);
  co_await with_task_group([&](task_group& group) -> task<void> {
    // Each of the first two connections answers once and closes when the next request comes.
    group.spawn(
        [](io::listener& from, task_group& connections) -> task<void> {
          for (int i = 0;; ++i) {
            connections.spawn(&answer_requests, co_await from.accept(), i < 2 ? 1 : 100);
          }
        },
        std::ref(*listener), std::ref(group));
    async_client client(on(net));
    co_await when_all(client.get("/1"), client.get("/2"));
    CHECK(client.statistics().idle == 2);
    CHECK((co_await client.get("/3")).content() == "x");
    client.close();
    group.cancel();
  });
  CHECK(net.connections() == 3);
}

LEAT_ASYNC_TEST("client: a body that is cut off is an error, never a shorter body") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
      .close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    try {
      co_await client.get("/");
      CHECK(false);
    } catch (const http::remote_protocol_error& e) {
      CHECK(e.cause() == proto::http1::errc::truncated);
      CHECK(e.code() == failure::peer_fault);
    }
  }(net));
}

LEAT_ASYNC_TEST("client: a malformed answer closes the connection and keeps the pool exact") {
  for (const std::string answer :
       {"garbage\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"}) {
    CAPTURE(answer);
    memory_network net;
    scripted_peer peer(net, a_test);
    peer.accept().expect_until("\r\n\r\n").answer(answer).expect_close();
    co_await against(peer, [](memory_network& on_net) -> task<void> {
      async_client client(on(on_net));
      co_await message_of<http::remote_protocol_error>(client.get("/"));
      CHECK(client.statistics().active == 0);
      CHECK(client.statistics().idle == 0);
    }(net));
  }
}

LEAT_ASYNC_TEST("client: a body over the limit is refused while it is read") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(ok(std::string(11, 'x'))).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    auto options = on(on_net);
    options.max_body_bytes = 10;
    async_client client(options);
    try {
      co_await client.get("/");
      CHECK(false);
    } catch (const http::remote_protocol_error& e) {
      CHECK(e.cause() == proto::http1::errc::body_too_large);
    }
  }(net));
}

LEAT_ASYNC_TEST("client: bytes behind an answer keep its connection from being used again") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(ok("1") + ok("smuggled")).expect_close();
  peer.accept().expect_until("\r\n\r\n").answer(ok("2")).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    CHECK((co_await client.get("/")).content() == "1");
    CHECK((co_await client.get("/")).content() == "2");
  }(net));
}

LEAT_ASYNC_TEST("client: closed, it refuses requests and lets those under way end") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").pause(1s).answer(ok("x")).expect_close();
  co_await against(peer, [](memory_network& on_net) -> task<void> {
    async_client client(on(on_net));
    co_await when_all(
        [](async_client& shared) -> task<void> {
          CHECK((co_await shared.get("/")).content() == "x");
        }(client),
        [](async_client& shared) -> task<void> {
          co_await sleep_for(500ms);
          shared.close();
          co_await message_of<http::client_closed>(shared.get("/"));
        }(client));
    CHECK(client.statistics().idle == 0);
  }(net));
}

LEAT_ASYNC_TEST("client: refuses a limit of no connections at all") {
  memory_network net;
  auto options = on(net);
  options.limits.max_connections = 0;
  CHECK_THROWS_AS(async_client{options}, invalid_argument);
  options = on(net);
  options.limits.max_per_host = 0;
  CHECK_THROWS_AS(async_client{options}, invalid_argument);
  co_return;
}

TEST_CASE("client: an answer is read wherever it is split") {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (std::size_t cut = 1; cut < answer.size(); ++cut) {
    CAPTURE(cut);
    testing::test_loop loop;
    loop.run([](const std::string& whole, std::size_t at) -> task<void> {
      memory_network net;
      scripted_peer peer(net, a_test);
      peer.accept()
          .expect_until("\r\n\r\n")
          .answer(whole.substr(0, at))
          .pause(1s)
          .answer(whole.substr(at))
          .expect_close();
      co_await against(peer, [](memory_network& on_net) -> task<void> {
        async_client client(on(on_net));
        CHECK((co_await client.get("/")).content() == "abcde");
      }(net));
    }(answer, cut));
  }
}

TEST_CASE("client: cancelled at every suspension point, a request loses no slot") {
  struct state {
    memory_network net;
    async_client client{on(net)};
  };
  std::unique_ptr<state> all;
  const auto report = testing::for_each_cancellation(
      [&all] {
        all = std::make_unique<state>();
        return [](state& with) -> task<void> {
          co_await with_task_group([&with](task_group& group) -> task<void> {
            group.spawn(
                [](memory_network& net) -> task<void> {
                  scripted_peer peer(net, a_test);
                  peer.accept();
                  for (int i = 0; i < 2; ++i) {
                    peer.expect_until("\r\n\r\n")
                        .answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
                        .pause(1ms)
                        .answer("body");
                  }
                  peer.expect_close();
                  co_await peer.play();
                },
                std::ref(with.net));
            co_await yield_now();
            for (int i = 0; i < 2; ++i) {
              CHECK((co_await with.client.get("/")).content() == "body");
            }
            with.client.close();
          });
        }(*all);
      },
      [&all](const outcome<void>&) {
        CHECK(all->client.statistics().active == 0);
        CHECK(all->client.statistics().waiting == 0);
        all.reset();
      });
  CHECK(report.suspensions > 10);
}
