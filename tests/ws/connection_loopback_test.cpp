// SPDX-License-Identifier: MIT
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/ws/error.hpp"
#include "leat/proto/ws/handshake.hpp"

#include "support/raw_peer.hpp"
#include "ws/surfaces.hpp"

using namespace leat;
using namespace std::chrono_literals;
using conversation = raw_peer::conversation;

namespace {

/// Answers the handshake, and returns its head.
std::string shake_hands(conversation& talk) {
  std::string head = talk.read_until();
  constexpr std::string_view name = "Sec-WebSocket-Key: ";
  const auto at = head.find(name) + name.size();
  const auto accept = proto::ws::accept_for(head.substr(at, head.find("\r\n", at) - at));
  talk.send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      accept.value() + "\r\n\r\n");
  return head;
}

/// A short frame as a server sends it.
std::string frame(int first, std::string_view payload) {
  return std::string{static_cast<char>(first), static_cast<char>(payload.size())} +
         std::string(payload);
}
std::string text(std::string_view payload) {
  return frame(0x81, payload);
}
std::string close_frame(std::uint16_t code) {
  return frame(0x88, std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)});
}

/// Reads a short frame of the client's: its first byte in hexadecimal digits, and its payload.
std::string hear(conversation& talk) {
  const std::string head = talk.read_exactly(6);
  std::string payload = talk.read_exactly(static_cast<std::size_t>(head[1] & 0x7F));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ head[2 + i % 4]);
  }
  constexpr const char* digits = "0123456789abcdef";
  return std::string{digits[static_cast<unsigned char>(head[0]) >> 4], digits[head[0] & 0xF]} +
         ":" + payload;
}

std::string url_of(const raw_peer& peer) {
  return "ws://127.0.0.1:" + std::to_string(peer.port()) + "/";
}

template <class Surface>
typename Surface::options returning_options() {
  typename Surface::options options;
  options.compression = false;
  options.reconnect.enabled = true;
  options.reconnect.delay = 1ms;
  return options;
}

}  // namespace

TEST_CASE_TEMPLATE("websocket: what comes in fragments is one message", Surface, async_surface,
                   blocking_surface) {
  raw_peer server([](conversation& talk) {
    shake_hands(talk);
    talk.send(frame(0x02, "one") + frame(0x89, "hi") + frame(0x00, "-") + frame(0x80, "two"));
    CHECK(hear(talk) == "8a:hi");
    CHECK(hear(talk) == "88:\x03\xe8");
    talk.send(close_frame(1000));
  });
  Surface api(url_of(server), {});
  const auto came = api.receive();
  CHECK(came.kind == ws::message_kind::binary);
  CHECK(came.data == "one-two");
  api.close();
  server.finish();
}

TEST_CASE_TEMPLATE("websocket: a pong goes out that nobody has asked for", Surface, async_surface,
                   blocking_surface) {
  raw_peer server([](conversation& talk) {
    shake_hands(talk);
    CHECK(hear(talk) == "8a:");
    CHECK(hear(talk) == "8a:here");
    CHECK(hear(talk) == "89:there?");
    talk.wait_closed();
  });
  {
    Surface api(url_of(server), {});
    api.pong();
    api.pong("here");
    api.ping("there?");
    CHECK_THROWS_AS(api.pong(std::string(126, 'p')), invalid_argument);
  }
  server.finish();
}

TEST_CASE_TEMPLATE("websocket: only ws and wss are spoken", Surface, async_surface,
                   blocking_surface) {
  for (const char* url : {"http://127.0.0.1/", "https://127.0.0.1/", "127.0.0.1", "ws:///", ""}) {
    CAPTURE(url);
    CHECK_THROWS_AS(Surface(url, {}), invalid_argument);
  }
}

TEST_CASE_TEMPLATE(
    "websocket: shows user name and password of the URL, and no password in a message", Surface,
    async_surface, blocking_surface) {
  const auto head_of = [](const char* login, typename Surface::options options) {
    std::string head;
    raw_peer server([&head](conversation& talk) {
      head = shake_hands(talk);
      talk.send(close_frame(1000));
      talk.wait_closed();
    });
    std::string url = url_of(server);
    Surface api(url.insert(url.find("//") + 2, login), std::move(options));
    try {
      static_cast<void>(api.receive());
      FAIL("nothing was to come");
    } catch (const ws::closed& why) {
      CHECK(std::string(why.what()).find("word") == std::string::npos);
    }
    server.finish();
    return head;
  };
  CHECK(head_of("ada:p%40ss:word@", {}).find("\r\nAuthorization: Basic YWRhOnBAc3M6d29yZA==\r\n") !=
        std::string::npos);
  CHECK(head_of("", {}).find("Authorization") == std::string::npos);
  typename Surface::options options;
  options.headers.set("authorization", "Bearer mine");
  const std::string own = head_of("ada:word@", options);
  CHECK(own.find("\r\nauthorization: Bearer mine\r\n") != std::string::npos);
  CHECK(own.find("Basic") == std::string::npos);
  raw_peer deaf([](conversation&) {});
  std::string url = url_of(deaf);
  CHECK_THROWS_AS(Surface(url.insert(url.find("//") + 2, "a%3Ab:word@"), {}), invalid_argument);
}

TEST_CASE_TEMPLATE("websocket: a server that opens none is a handshake_error with its status",
                   Surface, async_surface, blocking_surface) {
  struct row {
    std::string_view answer;
    int status;
    proto::ws::errc cause;
  };
  constexpr std::string_view switched = "HTTP/1.1 101 Switching Protocols\r\n";
  const std::string wrong_accept = std::string(switched) +
                                   "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  const std::string no_upgrade = std::string(switched) +
                                 "Upgrade: h2c\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  for (const auto& [answer, status, cause] :
       {row{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404,
            proto::ws::errc::not_switched},
        row{"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", 302,
            proto::ws::errc::not_switched},
        row{wrong_accept, 101, proto::ws::errc::bad_accept},
        row{no_upgrade, 101, proto::ws::errc::upgrade_missing}}) {
    CAPTURE(answer);
    raw_peer server([said = answer](conversation& talk) {
      talk.read_until();
      talk.send(said);
      talk.wait_closed();
    });
    try {
      const Surface api(url_of(server), {});
      FAIL("it was opened");
    } catch (const ws::handshake_error& refused) {
      CHECK(refused.status() == status);
      CHECK(refused.cause() == cause);
    }
  }
}

TEST_CASE_TEMPLATE("websocket: closed, it sends and receives nothing, and closing again is nothing",
                   Surface, async_surface, blocking_surface) {
  raw_peer server([](conversation& talk) {
    shake_hands(talk);
    talk.send(frame(0x88,
                    "\x0f\xa0"
                    "bye"));
    CHECK(hear(talk) == "88:\x0f\xa0");
    talk.wait_closed();
  });
  Surface api(url_of(server), {});
  try {
    api.receive();
    FAIL("a message came");
  } catch (const ws::closed& over) {
    CHECK(over.close_code() == 4000);
    CHECK(over.reason() == "bye");
  }
  CHECK_THROWS_AS(api.send_text("late"), ws::closed);
  CHECK_THROWS_AS(api.send_binary("late"), ws::closed);
  CHECK_THROWS_AS(api.ping(), ws::closed);
  CHECK_THROWS_AS(api.receive(), ws::closed);
  api.close();
  api.close();
  server.finish();
}

TEST_CASE_TEMPLATE("websocket: what passes a limit is told the peer, and ends the connection",
                   Surface, async_surface, blocking_surface) {
  const std::string one_too_long = frame(0x82, std::string(11, 'x'));
  const std::string too_many = frame(0x02, std::string(10, 'x')) + frame(0x80, std::string(6, 'x'));
  for (const auto& sent : {one_too_long, too_many}) {
    CAPTURE(sent.size());
    raw_peer server([&sent](conversation& talk) {
      shake_hands(talk);
      talk.send(sent);
      CHECK(hear(talk) == "88:\x03\xf1");  // 1009
      talk.wait_closed();
    });
    typename Surface::options options;
    options.max_frame_bytes = 10;
    options.max_message_bytes = 15;
    Surface api(url_of(server), options);
    CHECK_THROWS_AS(api.receive(), ws::remote_protocol_error);
    CHECK_THROWS_AS(api.receive(), ws::remote_protocol_error);
    server.finish();
  }
}

TEST_CASE_TEMPLATE("websocket: a receive that takes too long can be tried again", Surface,
                   async_surface, blocking_surface) {
  raw_peer server([](conversation& talk) {
    shake_hands(talk);
    CHECK(hear(talk) == "81:now");
    talk.send(text("late"));
    talk.wait_closed();
  });
  typename Surface::options options;
  options.timeouts.receive = 10ms;
  Surface api(url_of(server), options);
  CHECK_THROWS_AS(api.receive(), io::read_timeout);
  api.send_text("now");
  std::string came;
  while (came.empty()) {
    try {
      came = api.receive().data;
    } catch (const io::read_timeout&) {  // the machine is busy
    }
  }
  CHECK(came == "late");
}

namespace {

/// Says the same again and again, until it is `over` or nobody would wait any more.
void flood(conversation& talk, const std::string& words, const std::atomic<bool>& over) {
  std::string many;
  while (many.size() < 60'000) many += words;
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (!over && std::chrono::steady_clock::now() < end) talk.send(many);
}

}  // namespace

TEST_CASE_TEMPLATE("websocket: a peer that says much, but no message, does not hold up a receive",
                   Surface, async_surface, blocking_surface) {
  std::atomic<bool> over = false;
  raw_peer server([&over](conversation& talk) {
    shake_hands(talk);
    flood(talk, frame(0x8A, "pong"), over);
  });
  typename Surface::options options;
  options.timeouts.receive = 10ms;
  {
    Surface api(url_of(server), options);
    CHECK_THROWS_AS(api.receive(), io::read_timeout);
    over = true;
  }
  server.finish();
}

TEST_CASE("websocket: nor does it the deadline of a thread") {
  std::atomic<bool> over = false;
  raw_peer server([&over](conversation& talk) {
    shake_hands(talk);
    flood(talk, frame(0x8A, "pong"), over);
  });
  {
    blocking_surface api(url_of(server), {});
    const blocking_deadline whole(std::chrono::steady_clock::now() + 10ms);
    CHECK_THROWS_AS(api.receive(), deadline_exceeded);
    over = true;
  }
  server.finish();
}

TEST_CASE_TEMPLATE("websocket: a peer that goes on sending does not hold up a close", Surface,
                   async_surface, blocking_surface) {
  std::atomic<bool> over = false;
  raw_peer server([&over](conversation& talk) {
    shake_hands(talk);
    flood(talk, text("and another thing"), over);
  });
  typename Surface::options options;
  options.timeouts.close = 10ms;
  {
    Surface api(url_of(server), options);
    const auto began = std::chrono::steady_clock::now();
    api.close();
    CHECK(std::chrono::steady_clock::now() - began < 3s);
    over = true;
    CHECK_THROWS_AS(api.receive(), ws::closed);
  }
  server.finish();
}

TEST_CASE_TEMPLATE("websocket reconnect: what cannot have been sent is sent anew", Surface,
                   async_surface, blocking_surface) {
  raw_peer server({[](conversation& talk) {
                     shake_hands(talk);
                     talk.send(text("last words") + close_frame(1012));
                     CHECK(hear(talk) == "88:\x03\xf4");
                   },
                   [](conversation& talk) {
                     shake_hands(talk);
                     CHECK(hear(talk) == "81:again");
                     talk.send(text("welcome"));
                     CHECK(hear(talk) == "88:\x03\xe8");
                     talk.send(close_frame(1000));
                   }});
  Surface api(url_of(server), returning_options<Surface>());
  CHECK(api.receive().data == "last words");
  api.send_text("again");
  CHECK(api.receive().data == "welcome");
  CHECK(api.peer.statistics().reconnects == 1);
  api.close();
  server.finish();
}

TEST_CASE_TEMPLATE("websocket reconnect: a receiver comes back and subscribes again", Surface,
                   async_surface, blocking_surface) {
  raw_peer server({[](conversation& talk) {
                     shake_hands(talk);
                     CHECK(hear(talk) == "81:subscribe");
                     talk.reset();
                   },
                   [](conversation& talk) {
                     shake_hands(talk);
                     CHECK(hear(talk) == "81:subscribe");
                     talk.send(text("news") + close_frame(1000));
                     talk.wait_closed();
                   }});
  auto options = returning_options<Surface>();
  if constexpr (Surface::io::is_blocking) {
    options.reconnect.on_reconnect = [](ws::resumption& fresh) { fresh.send_text("subscribe"); };
  } else {
    options.reconnect.on_reconnect = [](ws::async_resumption& fresh) {
      return fresh.send_text("subscribe");
    };
  }
  Surface api(url_of(server), options);
  api.send_text("subscribe");
  CHECK(api.receive().data == "news");
  try {
    (void)api.receive();
    FAIL("nothing was to come");
  } catch (const ws::closed& why) {
    CHECK(why.close_code() == 1000);
  }
  server.finish();
}

TEST_CASE_TEMPLATE("websocket reconnect: gives up with the last error", Surface, async_surface,
                   blocking_surface) {
  std::optional<Surface> api;
  raw_peer server([](conversation& talk) { shake_hands(talk); });
  api.emplace(url_of(server), returning_options<Surface>());
  server.finish();
  try {
    (void)api->receive();
    FAIL("nothing was to come");
  } catch (const ws::reconnect_failed& why) {
    CHECK(why.attempts() == 3);
    CHECK_THROWS_AS(std::rethrow_exception(why.last()), io::connect_error);
  }
  CHECK_THROWS_AS(api->send_text("late"), ws::reconnect_failed);
  api->close();
}

TEST_CASE_TEMPLATE("websocket reconnect: what may have been sent is not sent twice", Surface,
                   async_surface, blocking_surface) {
  raw_peer server({[](conversation& talk) {
                     shake_hands(talk);
                     (void)talk.read_exactly(1000);
                     talk.reset();
                   },
                   [](conversation& talk) {
                     shake_hands(talk);
                     CHECK(hear(talk) == "81:next");
                     talk.send(close_frame(1000));
                     talk.wait_closed();
                   }});
  Surface api(url_of(server), returning_options<Surface>());
  // More than all buffers on the way hold.
  CHECK_THROWS_AS(api.send_binary(std::string(std::size_t{64} << 20, 'x')), io::write_error);
  api.send_text("next");
  CHECK_THROWS_AS(api.receive(), ws::closed);
  server.finish();
}

TEST_CASE("websocket: a deadline of the thread ends a reconnect, which may be tried again") {
  raw_peer server({[](conversation& talk) { shake_hands(talk); },
                   [](conversation& talk) {
                     shake_hands(talk);
                     talk.send(text("back"));
                     talk.wait_closed();
                   }});
  auto options = returning_options<blocking_surface>();
  options.reconnect.random = [delays = 0]() mutable { return delays++ == 0 ? 0.0 : 1.0; };
  options.reconnect.jitter = 1;
  options.reconnect.delay = 1h;
  options.reconnect.max_delay = 1h;
  blocking_surface api(url_of(server), options);
  {
    const blocking_deadline whole(std::chrono::steady_clock::now() + 10ms);
    CHECK_THROWS_AS(api.receive(), deadline_exceeded);
  }
  CHECK(api.receive().data == "back");
}

TEST_CASE("websocket: a deadline of the thread ends a close, and the connection") {
  raw_peer server([](conversation& talk) {
    shake_hands(talk);
    talk.wait_closed();
  });
  blocking_surface api(url_of(server), {});
  {
    const blocking_deadline whole(std::chrono::steady_clock::now() + 10ms);
    CHECK_THROWS_AS(api.close(), deadline_exceeded);
  }
  api.close();
  server.finish();
}
