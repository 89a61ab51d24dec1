// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"

#include "support/certificates.hpp"
#include "ws/memory.hpp"

using namespace leat;
using conversation = websocket_peer::conversation;

namespace {

task<void> receive_until_closed(ws::async_connection& from, std::uint16_t code) {
  try {
    for (;;) (void)co_await from.receive();
  } catch (const ws::closed& why) {
    CHECK(why.close_code() == code);
  }
}

/// Says nothing.
task<void> keep_silent(conversation&) {
  co_await sleep_for(1h);
}

}  // namespace

LEAT_ASYNC_TEST("websocket close: is bounded while another task receives") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect(keep_silent);
  const auto client = [&net, &loop]() -> task<void> {
    auto options = options_on(net);
    options.timeouts.close = 3s;
    options.ping_interval = no_timeout;
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(receive_until_closed, std::ref(socket), std::uint16_t{1006});
      group.spawn(receive_until_closed, std::ref(socket), std::uint16_t{1006});
      co_await some_turns();
      co_await socket.close();
      CHECK(loop.elapsed() == 3s);
    });
    CHECK(loop.elapsed() == 3s);
    co_await socket.close();
    CHECK_THROWS_AS(co_await socket.receive(), ws::closed);
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket close: is bounded while another task cannot write") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect(keep_silent);
  const auto client = [&net, &loop]() -> task<void> {
    auto options = options_on(net);
    options.timeouts.close = 3s;
    options.timeouts.write = 1h;
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](ws::async_connection& to) -> task<void> {
            CHECK_THROWS_AS(co_await to.send_text(large), io::write_error);
          },
          std::ref(socket));
      group.spawn(
          [](ws::async_connection& to) -> task<void> {
            CHECK_THROWS_AS(co_await to.send_text("waits"), ws::closed);
          },
          std::ref(socket));
      co_await some_turns();
      co_await socket.close();
      CHECK(loop.elapsed() == 3s);
    });
    CHECK(loop.elapsed() == 3s);
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket close: another receiver gets what still comes, and then the code") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  std::string heard;
  peer.on_connect([&heard](conversation& talk) -> task<void> {
    heard = co_await talk.next();
    co_await talk.send_text("last words");
    co_await talk.send_close(1000, "and out");
    co_await talk.next();
  });
  const auto client = [&net]() -> task<void> {
    auto socket = co_await connect_to_server(options_on(net));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](ws::async_connection& from) -> task<void> {
            CHECK((co_await from.receive()).data == "last words");
            try {
              (void)co_await from.receive();
              FAIL("nothing was to come");
            } catch (const ws::closed& why) {
              CHECK(why.close_code() == 1000);
              CHECK(why.reason() == "and out");
            }
          },
          std::ref(socket));
      co_await some_turns();
      co_await socket.close(4000, "over");
    });
  };
  co_await when_all(peer.play(), client());
  CHECK(heard == "close:4000:over");
}

LEAT_ASYNC_TEST("websocket close: takes what was to be received when the receiver has left") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect([](conversation& talk) -> task<void> {
    co_await talk.next();
    co_await talk.send_text("one");
    co_await sleep_for(1s);
    co_await talk.send_text("two");
    co_await talk.send_close(1000);
  });
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(options_on(net));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](ws::async_connection& from) -> task<void> {
            CHECK((co_await from.receive()).data == "one");
          },
          std::ref(socket));
      co_await some_turns();
      // Two who close wait for the same end.
      group.spawn([](ws::async_connection& which) { return which.close(); }, std::ref(socket));
      co_await socket.close();
      CHECK(loop.elapsed() == 1s);
    });
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket close: a code or reason that cannot be sent changes nothing") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect([](conversation& talk) -> task<void> { co_await talk.echo(); });
  const auto client = [&net]() -> task<void> {
    auto socket = co_await connect_to_server(options_on(net));
    CHECK_THROWS_AS(co_await socket.close(1006), invalid_argument);
    CHECK_THROWS_AS(co_await socket.close(1000, std::string(124, 'r')), invalid_argument);
    CHECK_THROWS_AS(co_await socket.close(1000, "\xFF"), invalid_argument);
    co_await socket.send_text("still open");
    CHECK((co_await socket.receive()).data == "still open");
    co_await socket.close(1000, std::string(123, 'r'));
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket: a peer that answers no ping is lost, one that does is kept") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  std::vector<std::string> heard;
  peer.on_connect([&heard](conversation& talk) -> task<void> {
    heard.push_back(co_await talk.next());
    co_await talk.send_pong();
    heard.push_back(co_await talk.next());
    heard.push_back(co_await talk.next());
  });
  const auto client = [&net, &loop]() -> task<void> {
    auto options = options_on(net);
    options.ping_interval = 10s;
    auto socket = co_await connect_to_server(std::move(options));
    CHECK_THROWS_AS(co_await socket.receive(), ws::ping_timeout);
    CHECK(loop.elapsed() == 30s);
    CHECK_THROWS_AS(co_await socket.send_text("late"), ws::ping_timeout);
  };
  co_await when_all(peer.play(), client());
  CHECK(heard == std::vector<std::string>{"ping:", "ping:", "end"});
}

LEAT_ASYNC_TEST("websocket: each message has a limit of its own") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect([](conversation& talk) -> task<void> {
    co_await sleep_for(4s);
    co_await talk.send_text("in time");
    co_await sleep_for(6s);
    co_await talk.send_text("late");
    co_await talk.echo();
  });
  const auto client = [&net, &loop]() -> task<void> {
    auto options = options_on(net);
    options.timeouts.receive = 5s;
    auto socket = co_await connect_to_server(std::move(options));
    CHECK((co_await socket.receive()).data == "in time");
    CHECK_THROWS_AS(co_await socket.receive(), io::read_timeout);
    CHECK(loop.elapsed() == 9s);
    CHECK((co_await socket.receive()).data == "late");
    co_await socket.close();
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket: a fragmented message is one, whatever comes between its parts") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  std::string heard;
  peer.on_connect([&heard](conversation& talk) -> task<void> {
    co_await talk.send_bytes(std::string("\x01\x03one\x89\x02hi\x80\x03two", 14));
    heard = co_await talk.next();
    co_await talk.echo();
  });
  const auto client = [&net]() -> task<void> {
    auto socket = co_await connect_to_server(options_on(net));
    CHECK((co_await socket.receive()).data == "onetwo");
    co_await socket.close();
  };
  co_await when_all(peer.play(), client());
  CHECK(heard == "pong:hi");
}

LEAT_ASYNC_TEST(
    "websocket: what can be no offer of subprotocols is refused before anything is sent") {
  for (const char* wrong : {"chat", "a b", ""}) {
    testing::memory_network net;
    ws::async_options options;
    options.network = &net;
    options.subprotocols = {"chat", wrong};
    CHECK_THROWS_AS(co_await ws::async_connection::connect("ws://server.test/", options),
                    invalid_argument);
  }
}

LEAT_ASYNC_TEST("websocket: a peer that breaks the protocol is told so and left") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  std::string heard;
  peer.on_connect([&heard](conversation& talk) -> task<void> {
    co_await talk.send_bytes("\x81\x01\xFF");  // a text that is not UTF-8
    heard = co_await talk.next();
  });
  const auto client = [&net]() -> task<void> {
    auto options = returning_options_on(net);
    auto socket = co_await connect_to_server(std::move(options));
    CHECK_THROWS_AS(co_await socket.receive(), ws::remote_protocol_error);
    CHECK_THROWS_AS(co_await socket.send_text("late"), ws::remote_protocol_error);
  };
  co_await when_all(peer.play(), client());
  CHECK(heard == "close:1007:");
}

LEAT_ASYNC_TEST("websocket: connections share a TLS context, and it is kept for the next attempt") {
  testing::memory_network net;
  const test_authority authority;
  io::tls_server_options secure;
  secure.identity = authority.issue({.names = {"server.test"}});
  websocket_peer peer(net, server_test, io::tls_context::server(secure));
  peer.on_connect([](conversation& talk) { return talk.send_close(1012); });
  for (int i = 0; i < 2; ++i) peer.on_connect([](conversation& talk) { return talk.echo(); });
  const auto client = [&]() -> task<void> {
    auto options = returning_options_on(net);
    io::tls_client_options trust;
    trust.trusted = authority.certificate();
    options.tls_context = io::tls_context::client(trust);
    for (int i = 0; i < 2; ++i) {
      auto socket = co_await ws::async_connection::connect("wss://server.test:80/", options);
      co_await some_turns();
      co_await socket.send_text("secret");
      CHECK((co_await socket.receive()).data == "secret");
      co_await socket.close();
    }
  };
  co_await when_all(peer.play(), client());
  CHECK(peer.connections() == 3);
}
