// SPDX-License-Identifier: MIT
#include "leat/http/event_stream.hpp"

#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "leat/coro/move_on_after.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/server.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/failures.hpp"
#include "leat/testing/memory_network.hpp"
#include "leat/testing/scripted_peer.hpp"

#include "support/async_test.hpp"

// Streams of events on virtual time: what is asked for, when, and what ends them.

using namespace leat;
using http::async_client;
using http::async_event_stream;
using http::event_stream_options;
using testing::memory_network;
using testing::scripted_peer;

namespace {

const io::endpoint a_test = io::endpoint::tcp("a.test", 80);

http::async_client_options on(io::network& net) {
  http::async_client_options options;
  options.base_url = "http://a.test";
  options.network = &net;
  return options;
}

/// Without chance, so that a test knows each wait.
event_stream_options exact() {
  event_stream_options options;
  options.jitter = 0;
  return options;
}

const std::string head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n";

/// How a request ends, behind the fields that are of interest.
const std::string rest_of_head = "\r\naccept-encoding: gzip, deflate, br, zstd\r\n\r\n";

std::string status(const std::string& line, const std::string& fields = {}) {
  return "HTTP/1.1 " + line + "\r\n" + fields + "Content-Length: 0\r\n\r\n";
}

/// What one more call gives, as `type=data#id`; "end" at the end, the message of an error.
task<std::string> next(async_event_stream& events) {
  std::optional<http::server_event> event;
  try {
    event = co_await events.next();
  } catch (const leat::error& e) {
    co_return e.what();
  }
  if (!event) co_return "end";
  co_return event->type + "=" + event->data + "#" + event->id;
}

/// Plays `peer` beside a task that reads the events of http://a.test/events.
template <class Body>
task<void> with_events(memory_network& net, scripted_peer& peer, event_stream_options options,
                       Body body) {
  const auto read = [&]() -> task<void> {
    async_client client(on(net));
    async_event_stream events(client, "/events", options);
    co_await body(events);
    events.close();
    CHECK(client.statistics().active == 0);
  };
  co_await when_all(peer.play(), read());
}

}  // namespace

LEAT_ASYNC_TEST("event stream: asks for events and gives them out one by one") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect(
          "GET /events HTTP/1.1\r\nhost: a.test\r\nconnection: keep-alive\r\nuser-agent: "
          "leat/0.1\r\n"
          "accept: text/event-stream\r\n"
          "cache-control: no-store" +
          rest_of_head)
      .answer(head + "data: 1\nid: a\n\n: ping\n\nevent: add\ndata: 2\ndata: 3\n\nda")
      .pause(1s)
      .answer("ta: 4\n\n")
      .expect_close();
  co_await with_events(net, peer, exact(), [](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#a");
    CHECK(co_await next(events) == "add=2\n3#a");
    CHECK(co_await next(events) == "message=4#a");
    CHECK(events.last_event_id() == "a");
    CHECK(events.connections() == 1);
    CHECK_FALSE(events.is_over());
  });
}

LEAT_ASYNC_TEST("event stream: connects again when a connection ends, and says what was last") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head + "id: 7\ndata: 1\n\ndata: cut of").close();
  peer.accept()
      .expect_until("last-event-id: 7" + rest_of_head)
      .answer(head + "data: 2\n\n")
      .close();
  peer.accept()
      .expect_until("last-event-id: 7" + rest_of_head)
      .answer(head + "id\ndata: 3\n\n")
      .close();
  peer.accept().expect_until("no-store" + rest_of_head).answer(head + "data: 4\n\n").expect_close();
  co_await with_events(net, peer, exact(), [&loop](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#7");
    CHECK(loop.elapsed() == 0s);
    CHECK(co_await next(events) == "message=2#7");
    CHECK(loop.elapsed() == 1s);
    CHECK(co_await next(events) == "message=3#");
    CHECK(co_await next(events) == "message=4#");
    CHECK(loop.elapsed() == 3s);
    CHECK(events.connections() == 4);
  });
}

LEAT_ASYNC_TEST("event stream: waits as long as the server wants it") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head + "retry: 3500\ndata: 1\n\n").close();
  peer.accept().expect_until("\r\n\r\n").answer(head + "retry: 0\n\ndata: 2\n\n").close();
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 3\n\n").expect_close();
  co_await with_events(net, peer, exact(), [&loop](async_event_stream& events) -> task<void> {
    co_await next(events);
    co_await next(events);
    CHECK(loop.elapsed() == 3500ms);
    co_await next(events);
    CHECK(loop.elapsed() == 3500ms);
  });
}

LEAT_ASYNC_TEST("event stream: takes no more than max_retry from a server") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head + "retry: 99999999999\ndata: 1\n\n").close();
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 2\n\n").expect_close();
  co_await with_events(net, peer, exact(), [&loop](async_event_stream& events) -> task<void> {
    co_await next(events);
    co_await next(events);
    CHECK(loop.elapsed() == 10min);
  });
}

LEAT_ASYNC_TEST("event stream: waits longer each time while nothing comes, then gives up") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 1\n\n").close();
  for (int i = 0; i < 5; ++i) peer.accept().expect_until("\r\n\r\n").answer(head).close();
  co_await with_events(net, peer, exact(), [&loop](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#");
    CHECK(co_await next(events) ==
          "GET http://a.test/events: 5 connections in a row brought no event, and the last one "
          "ended");
    CHECK(loop.elapsed() == 1s + 1s + 2s + 4s + 8s);
    CHECK(events.connections() == 6);
  });
}

LEAT_ASYNC_TEST("event stream: an event starts the count of failures anew") {
  memory_network net;
  scripted_peer peer(net, a_test);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 4; ++j) peer.accept().expect_until("\r\n\r\n").answer(head).close();
    peer.accept().expect_until("\r\n\r\n").answer(head + "data: x\n\n").close();
  }
  co_await with_events(net, peer, exact(), [](async_event_stream& events) -> task<void> {
    for (int i = 0; i < 3; ++i) CHECK(co_await next(events) == "message=x#");
  });
}

LEAT_ASYNC_TEST("event stream: connections that cannot be made are tried again as well") {
  memory_network net;
  async_client client(on(net));
  auto options = exact();
  options.max_attempts = 9;
  async_event_stream events(client, "/events", options);
  const auto said = co_await next(events);
  CHECK(said.find("connect failed") != std::string::npos);
  CHECK(events.connections() == 9);
  CHECK(loop.elapsed() == 1s + 2s + 4s + 8s + 16s + 32s + 60s + 60s);
  CHECK_FALSE(events.is_over());
}

LEAT_ASYNC_TEST("event stream: may be called again after it gave up") {
  memory_network net;
  async_client client(on(net));
  auto options = exact();
  options.max_attempts = 1;
  async_event_stream events(client, "/events", options);
  co_await next(events);
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 1\n\n").expect_close();
  co_await when_all(peer.play(), [](async_event_stream& from) -> task<void> {
    CHECK(co_await next(from) == "message=1#");
    from.close();
  }(events));
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("event stream: chance makes waits longer, never shorter") {
  memory_network net;
  async_client client(on(net));
  event_stream_options options;
  options.max_attempts = 3;
  std::vector<double> drawn{0.5, 1.0};
  options.random = [drawn]() mutable {
    const double one = drawn.front();
    drawn.erase(drawn.begin());
    return one;
  };
  async_event_stream events(client, "/events", options);
  co_await next(events);
  CHECK(loop.elapsed() == 1125ms + 2500ms);
}

LEAT_ASYNC_TEST("event stream: 204 ends it for good") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 1\n\n").close();
  peer.accept().expect_until("\r\n\r\n").answer("HTTP/1.1 204 No Content\r\n\r\n").expect_close();
  co_await with_events(net, peer, exact(), [](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#");
    CHECK(co_await next(events) == "end");
    CHECK(co_await next(events) == "end");
    CHECK(events.is_over());
    CHECK(events.connections() == 2);
  });
}

LEAT_ASYNC_TEST("event stream: a refusal is an error at once") {
  for (const char* line : {"400 Bad Request", "401 Unauthorized", "404 Not Found", "429 Slow Down",
                           "201 Created", "304 Not Modified"}) {
    CAPTURE(line);
    memory_network net;
    scripted_peer peer(net, a_test);
    peer.accept().expect_until("\r\n\r\n").answer(status(line)).expect_close();
    co_await with_events(net, peer, exact(), [line](async_event_stream& events) -> task<void> {
      bool is_refused = false;
      try {
        co_await events.next();
      } catch (const http::status_error& e) {
        is_refused = std::to_string(e.status()) == std::string(line).substr(0, 3);
      }
      CHECK(is_refused);
      CHECK(events.connections() == 1);
    });
  }
}

LEAT_ASYNC_TEST("event stream: a server in trouble is asked again") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(status("503 Busy", "Connection: close\r\n"));
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 1\n\n").expect_close();
  co_await with_events(net, peer, exact(), [&loop](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#");
    CHECK(loop.elapsed() == 1s);
  });
}

LEAT_ASYNC_TEST("event stream: an answer of another type is an error at once") {
  for (const char* type : {"", "Content-Type: text/html\r\n",
                           "Content-Type: text/event-stream-2\r\n", "Content-Type: ;\r\n"}) {
    CAPTURE(type);
    memory_network net;
    scripted_peer peer(net, a_test);
    peer.accept()
        .expect_until("\r\n\r\n")
        .answer(std::string("HTTP/1.1 200 OK\r\n") + type + "\r\ndata: 1\n\n")
        .expect_close();
    co_await with_events(net, peer, exact(), [](async_event_stream& events) -> task<void> {
      CHECK(co_await next(events) ==
            "GET http://a.test/events answered with something else than text/event-stream");
    });
  }
}

LEAT_ASYNC_TEST("event stream: the type is compared without case and parameters") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 200 OK\r\nContent-Type: TEXT/Event-Stream ;x=y\r\n\r\ndata: 1\n\n")
      .expect_close();
  co_await with_events(net, peer, exact(), [](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#");
  });
}

LEAT_ASYNC_TEST("event stream: a server that falls silent is lost") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer(head + "data: 1\n\n")
      .pause(100s)
      .answer(": still here\n")
      .expect_close();
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 2\n\n").expect_close();
  co_await with_events(net, peer, exact(), [&loop](async_event_stream& events) -> task<void> {
    co_await next(events);
    CHECK(co_await next(events) == "message=2#");
    CHECK(loop.elapsed() == 100s + 120s + 1s);
  });
}

LEAT_ASYNC_TEST("event stream: a head that does not come is waited for as that of any request") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").expect_close();
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 1\n\n").expect_close();
  auto options = exact();
  options.request.timeouts.read = 7s;
  co_await with_events(net, peer, options, [&loop](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#");
    CHECK(loop.elapsed() == 7s + 1s);
  });
}

LEAT_ASYNC_TEST("event stream: the client's limits of read and total do not end it") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer(head)
      .pause(110s)
      .answer("data: 1\n\n")
      .expect_close();
  co_await when_all(peer.play(), [](memory_network& on_net) -> task<void> {
    auto options = on(on_net);
    options.timeouts.total = 10s;
    async_client client(options);
    async_event_stream events(client, "/events");
    CHECK(co_await next(events) == "message=1#");
  }(net));
}

LEAT_ASYNC_TEST("event stream: follows redirects, and begins at its own URL each time") {
  memory_network net;
  scripted_peer peer(net, a_test);
  const auto moved = status("301 Moved", "Location: /there\r\nConnection: close\r\n");
  peer.accept().expect_until("GET /events ").expect_until("\r\n\r\n").answer(moved);
  peer.accept().expect_until("GET /there ").expect_until("\r\n\r\n").answer(head + "data: 1\n\n");
  peer.close();
  peer.accept().expect_until("GET /events ").expect_until("\r\n\r\n").answer(moved);
  peer.accept().expect_until("GET /there ").expect_until("\r\n\r\n").answer(head + "data: 2\n\n");
  peer.expect_close();
  co_await with_events(net, peer, exact(), [](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#");
    CHECK(co_await next(events) == "message=2#");
  });
}

LEAT_ASYNC_TEST("event stream: goes on where an earlier one ended") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("last-event-id: 41" + rest_of_head)
      .answer(head + "data: 1\n\n")
      .expect_close();
  auto options = exact();
  options.last_event_id = "41";
  co_await with_events(net, peer, options, [](async_event_stream& events) -> task<void> {
    CHECK(events.last_event_id() == "41");
    CHECK(co_await next(events) == "message=1#41");
  });
}

LEAT_ASYNC_TEST("event stream: an id that no field can hold is not sent") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head + "id: a\x01z\ndata: 1\n\n").close();
  peer.accept().expect_until("no-store" + rest_of_head).answer(head + "data: 2\n\n").expect_close();
  co_await with_events(net, peer, exact(), [](async_event_stream& events) -> task<void> {
    co_await next(events);
    CHECK(co_await next(events) == "message=2#a\x01z");
  });
  CHECK(peer.received().find("last-event-id") == std::string::npos);
}

LEAT_ASYNC_TEST("event stream: what passes a limit is an error that names it") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 123456").expect_close();
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 1\ndata: 2\n").expect_close();
  peer.accept().expect_until("\r\n\r\n").answer(head + "data: 12\n\n").expect_close();
  auto options = exact();
  options.limits = {.max_line_bytes = 8, .max_event_bytes = 2};
  co_await with_events(net, peer, options, [](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) ==
          "the events of GET http://a.test/events have a line of more than the 8 bytes of "
          "limits::max_line_bytes");
    CHECK(co_await next(events) ==
          "the events of GET http://a.test/events have one of more than the 2 bytes of "
          "limits::max_event_bytes");
    CHECK(co_await next(events) == "message=12#");
  });
}

LEAT_ASYNC_TEST("event stream: anything but GET is asked for once") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n{}").answer(head + "data: 1\n\n").close();
  auto options = exact();
  options.method = "POST";
  options.request.content("{}", "application/json");
  co_await with_events(net, peer, options, [](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#");
    CHECK(co_await next(events) == "end");
    CHECK(events.is_over());
  });
}

LEAT_ASYNC_TEST("event stream: a POST that breaks is an error") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
          "chunked\r\n\r\n9\r\ndata: 1\n\n\r\n")
      .close();
  auto options = exact();
  options.method = "POST";
  co_await with_events(net, peer, options, [](async_event_stream& events) -> task<void> {
    CHECK(co_await next(events) == "message=1#");
    CHECK_THROWS_AS(static_cast<void>(co_await events.next()), http::remote_protocol_error);
    CHECK(co_await next(events) == "end");
  });
}

LEAT_ASYNC_TEST("event stream: a stop closes the connection, and the next call asks again") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head + "id: 1\ndata: 1\n\n").expect_close();
  peer.accept()
      .expect_until("last-event-id: 1" + rest_of_head)
      .answer(head + "data: 2\n\n")
      .expect_close();
  co_await with_events(net, peer, exact(), [](async_event_stream& events) -> task<void> {
    co_await next(events);
    co_await move_on_after(5s, next(events));
    CHECK(co_await next(events) == "message=2#1");
  });
}

LEAT_ASYNC_TEST("event stream: a deadline of the caller's is not taken for a lost connection") {
  memory_network net;
  async_client client(on(net));
  auto options = exact();
  options.request.timeouts.total = 10s;
  scripted_peer peer(net, a_test);
  peer.accept().expect_until("\r\n\r\n").answer(head).expect_close();
  co_await when_all(peer.play(), [](async_client& with, event_stream_options given) -> task<void> {
    async_event_stream events(with, "/events", given);
    CHECK_THROWS_AS(static_cast<void>(co_await events.next()), deadline_exceeded);
    CHECK(events.connections() == 1);
  }(client, options));
  CHECK(loop.elapsed() == 10s);
}

LEAT_ASYNC_TEST("event stream: close while a call waits ends it with what comes next") {
  memory_network net;
  scripted_peer peer(net, a_test);
  peer.accept()
      .expect_until("\r\n\r\n")
      .answer(head)
      .pause(5s)
      .answer("data: 1\n\n")
      .expect_close();
  co_await with_events(net, peer, exact(), [](async_event_stream& events) -> task<void> {
    const auto close_soon = [&events]() -> task<void> {
      co_await sleep_for(1s);
      CHECK_THROWS_AS(static_cast<void>(co_await events.next()), invalid_argument);
      events.close();
    };
    const auto read = [&events]() -> task<void> { CHECK(co_await next(events) == "end"); };
    co_await when_all(read(), close_soon());
  });
}

TEST_CASE("event stream: options that cannot be meant are refused") {
  http::async_client client;
  event_stream_options none;
  none.max_attempts = 0;
  CHECK_THROWS_AS(async_event_stream(client, "/", none), invalid_argument);
  for (const double jitter : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    event_stream_options odd;
    odd.jitter = jitter;
    CHECK_THROWS_AS(async_event_stream(client, "/", odd), invalid_argument);
  }
  event_stream_options negative;
  negative.first_delay = -1s;
  CHECK_THROWS_AS(async_event_stream(client, "/", negative), invalid_argument);
}

TEST_CASE("event stream: next can be cancelled anywhere, and the next call goes on behind it") {
  struct world {
    memory_network net;
    std::unique_ptr<scripted_peer> peer;
    std::unique_ptr<async_client> client;
  };
  std::unique_ptr<world> all;
  const auto report = testing::for_each_cancellation(
      [&all] {
        all = std::make_unique<world>();
        all->peer = std::make_unique<scripted_peer>(all->net, a_test);
        all->peer->accept().expect_until("\r\n\r\n").answer(head + "id: 1\ndata: 1\n\n").close();
        all->peer->accept()
            .expect_until("last-event-id: 1" + rest_of_head)
            .answer(head + "data: 2\n\nda")
            .pause(1s)
            .answer("ta: 3\n\n")
            .expect_close();
        all->client = std::make_unique<async_client>(on(all->net));
        return [](world& with) -> task<void> {
          co_await when_all(with.peer->play(), [](async_client& from) -> task<void> {
            async_event_stream events(from, "/events", exact());
            CHECK((co_await events.next())->data == "1");
            CHECK((co_await events.next())->data == "2");
            CHECK((co_await events.next())->data == "3");
          }(*with.client));
        }(*all);
      },
      [&all](const outcome<void>&) {
        CHECK(all->client->statistics().active == 0);
        CHECK(all->client->statistics().waiting == 0);
        all.reset();
      });
  CHECK(report.suspensions > 8);
  CHECK(report.stopped > 8);
}

namespace {

/// A server with two events for each connection, up to the fourth event.
http::router four_events() {
  http::router routes;
  routes.get("/events", [](http::server_request& request) -> task<http::server_response> {
    const int last = std::stoi(std::string(request.headers().get("last-event-id").value_or("0")));
    if (last >= 4) co_return http::server_response::empty();
    std::string body;
    for (int i = last + 1; i <= last + 2; ++i) {
      body += "id: " + std::to_string(i) + "\ndata: " + std::to_string(i) + "\n\n";
    }
    http::server_response answer(200, body);
    answer.headers().add("content-type", "text/event-stream");
    co_return answer;
  });
  return routes;
}

}  // namespace

TEST_CASE("event stream: whichever operation of the network fails, every event is told once") {
  std::string told;
  const auto report = testing::for_each_failure(
      [&told](io::network& net) -> task<void> {
        told.clear();
        http::server_options server_options;
        server_options.network = &net;
        http::server server(four_events(), server_options);
        server.listen(a_test);
        const auto read = [&]() -> task<void> {
          async_client client(on(net));
          async_event_stream events(client, "/events", exact());
          while (const auto event = co_await events.next()) told += event->data;
          server.shut_down();
        };
        co_await when_all(server.run(), read());
      },
      [&told](const outcome<void>& ended) {
        if (ended.has_value()) CHECK(told == "1234");
        // Nothing but that to listen: what else is lost is asked for again, also a head that does
        // not come, before the server gives the request up.
        if (ended.has_error()) {
          CHECK_THROWS_AS(std::rethrow_exception(ended.error()), io::listen_error);
        }
      });
  CHECK(report.operations > 10);
  CHECK(report.failed == 1);
  CHECK(report.survived > 20);
}
