// SPDX-License-Identifier: MIT
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/error.hpp"

#include "ws/memory.hpp"

using namespace leat;
using conversation = websocket_peer::conversation;

namespace {

task<void> hang_up(conversation&) {
  co_return;
}

task<void> echo(conversation& talk) {
  return talk.echo();
}

task<void> send(ws::async_connection& to, std::string text) {
  co_await to.send_text(std::move(text));
}

websocket_peer::script close_with(std::uint16_t code) {
  return [code](conversation& talk) -> task<void> {
    co_await talk.send_close(code, "why");
    co_await talk.next();
  };
}

}  // namespace

LEAT_ASYNC_TEST("websocket reconnect: three attempts with backoff, and then the last error") {
  testing::memory_network net;
  auto peer = std::make_unique<websocket_peer>(net, server_test);
  peer->on_connect([&peer](conversation&) -> task<void> {
    peer->stop_listening();
    co_return;
  });
  const auto client = [&net, &loop]() -> task<void> {
    auto options = returning_options_on(net);
    options.reconnect.delay = 1s;
    options.reconnect.max_delay = 3s;
    options.reconnect.max_attempts = 4;
    auto socket = co_await connect_to_server(std::move(options));
    try {
      (void)co_await socket.receive();
      FAIL("nothing was to come");
    } catch (const ws::reconnect_failed& why) {
      CHECK(why.attempts() == 4);
      CHECK(why.cause() == io::errc::connect_failed);
      CHECK_THROWS_AS(std::rethrow_exception(why.last()), io::connect_error);
      CHECK(why.code() == failure::transient);
    }
    CHECK(loop.elapsed() == 1s + 2s + 3s + 3s);
    // It is over for good.
    CHECK_THROWS_AS(co_await socket.send_text("late"), ws::reconnect_failed);
    CHECK_THROWS_AS(co_await socket.receive(), ws::reconnect_failed);
    CHECK(loop.elapsed() == 9s);
    co_await socket.close();
  };
  co_await when_all(peer->play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: jitter takes off its share, as chance has it") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect([&peer](conversation&) -> task<void> {
    peer.stop_listening();
    co_return;
  });
  const auto client = [&net, &loop]() -> task<void> {
    auto options = returning_options_on(net);
    options.reconnect.max_attempts = 2;
    options.reconnect.jitter = 0.5;
    double next = 0.25;
    options.reconnect.random = [&next] { return std::exchange(next, 0.5); };
    auto socket = co_await connect_to_server(std::move(options));
    CHECK_THROWS_AS(co_await socket.receive(), ws::reconnect_failed);
    CHECK(loop.elapsed() == 875ms + 1500ms);
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: a receiver goes on where the server comes back") {
  testing::memory_network net;
  std::optional<websocket_peer> peer(std::in_place, net, server_test);
  peer->on_connect([](conversation& talk) { return talk.send_text("before"); });
  const auto server = [&]() -> task<void> {
    co_await peer->play();
    peer.reset();
    co_await sleep_for(2s);  // the attempt after 1 s finds nobody
    peer.emplace(net, server_test);
    peer->on_connect([](conversation& talk) -> task<void> {
      co_await talk.send_text("after");
      co_await talk.echo();
    });
    co_await peer->play();
  };
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    CHECK((co_await socket.receive()).data == "before");
    CHECK((co_await socket.receive()).data == "after");
    CHECK(loop.elapsed() == 3s);
    CHECK(socket.statistics().reconnects == 1);
    co_await socket.close();
  };
  co_await when_all(server(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: what waited is sent on the new connection, once, in order") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  std::vector<std::string> heard;
  peer.on_connect(hang_up);
  peer.on_connect([&heard](conversation& talk) -> task<void> {
    for (int i = 0; i < 4; ++i) heard.push_back(co_await talk.next());
    co_await talk.send_close(1000);
  });
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    co_await some_turns();
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (const char* each : {"a", "b", "c"}) group.spawn(send, std::ref(socket), each);
      co_await sleep_for(500ms);
      CHECK(socket.statistics().queued_messages == 3);
    });
    CHECK(loop.elapsed() == 1s);
    co_await socket.close();
  };
  co_await when_all(peer.play(), client());
  CHECK(heard == std::vector<std::string>{"text:a", "text:b", "text:c", "close:1000:"});
}

LEAT_ASYNC_TEST("websocket reconnect: a message that may have been sent is not sent again") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  std::vector<std::string> heard;
  peer.on_connect([](conversation&) -> task<void> { co_await sleep_for(1s); });
  peer.on_connect([&heard](conversation& talk) -> task<void> {
    heard.push_back(co_await talk.next());
    co_await talk.echo();
  });
  const auto client = [&net]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](ws::async_connection& to) -> task<void> {
            CHECK_THROWS_AS(co_await to.send_text(large), io::write_error);
          },
          std::ref(socket));
      co_await some_turns();
      group.spawn(send, std::ref(socket), "unsent");
    });
    co_await socket.close();
  };
  co_await when_all(peer.play(), client());
  CHECK(heard == std::vector<std::string>{"text:unsent"});
}

LEAT_ASYNC_TEST("websocket reconnect: not after a close in order, nor where it cannot help") {
  for (const std::uint16_t code : std::vector<std::uint16_t>{1000, 1002, 1008, 1009, 4000}) {
    testing::memory_network net;
    websocket_peer peer(net, server_test);
    peer.on_connect(close_with(code));
    const auto client = [&net, code]() -> task<void> {
      auto socket = co_await connect_to_server(returning_options_on(net));
      try {
        (void)co_await socket.receive();
        FAIL("nothing was to come");
      } catch (const ws::closed& why) {
        CHECK(why.close_code() == code);
      }
      CHECK_THROWS_AS(co_await socket.send_text("late"), ws::closed);
    };
    co_await when_all(peer.play(), client());
    CHECK(peer.connections() == 1);
  }
}

LEAT_ASYNC_TEST("websocket reconnect: a sender learns of a close in order too") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect(close_with(1000));
  const auto client = [&net]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    co_await some_turns();
    CHECK_THROWS_AS(co_await socket.send_text("late"), ws::closed);
  };
  co_await when_all(peer.play(), client());
  CHECK(peer.connections() == 1);
}

LEAT_ASYNC_TEST("websocket reconnect: after a close that promises a return, or that was named") {
  for (const std::uint16_t code : std::vector<std::uint16_t>{1001, 1011, 1012, 1013, 1014, 4000}) {
    testing::memory_network net;
    websocket_peer peer(net, server_test);
    peer.on_connect(close_with(code));
    peer.on_connect(echo);
    const auto client = [&net]() -> task<void> {
      auto options = returning_options_on(net);
      options.reconnect.close_codes.push_back(4000);
      auto socket = co_await connect_to_server(std::move(options));
      co_await some_turns();
      co_await socket.send_text("again");
      CHECK((co_await socket.receive()).data == "again");
      co_await socket.close();
    };
    co_await when_all(peer.play(), client());
    CHECK(peer.connections() == 2);
  }
}

LEAT_ASYNC_TEST("websocket reconnect: a server that takes and drops at once counts as down") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  for (int i = 0; i < 4; ++i) peer.on_connect(hang_up);
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    try {
      (void)co_await socket.receive();
      FAIL("nothing was to come");
    } catch (const ws::reconnect_failed& why) {
      CHECK_THROWS_AS(std::rethrow_exception(why.last()), ws::remote_protocol_error);
    }
    CHECK(loop.elapsed() == 1s + 2s + 4s);
    CHECK(socket.statistics().reconnects == 3);
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: a connection that brought something begins a new count") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  for (int i = 0; i < 6; ++i) {
    peer.on_connect([](conversation& talk) { return talk.send_text("once"); });
  }
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    for (int i = 0; i < 6; ++i) CHECK((co_await socket.receive()).data == "once");
    CHECK(loop.elapsed() == 5s);
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: a refused handshake is a failed attempt") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect(hang_up);
  peer.refuse("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  peer.on_connect([](conversation& talk) { return talk.send_text("back"); });
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    CHECK((co_await socket.receive()).data == "back");
    CHECK(loop.elapsed() == 1s + 2s);
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: the hook speaks first and knows why") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  std::vector<std::string> heard;
  peer.on_connect(close_with(1012));
  peer.on_connect([&heard](conversation& talk) -> task<void> {
    heard.push_back(co_await talk.next());
    co_await talk.send_text("welcome");
    heard.push_back(co_await talk.next());
    heard.push_back(co_await talk.next());
    co_await talk.send_text("news");
    co_await talk.echo();
  });
  const auto client = [&net]() -> task<void> {
    auto options = returning_options_on(net);
    options.reconnect.on_reconnect = [](ws::async_resumption& fresh) -> task<void> {
      CHECK(fresh.attempts() == 1);
      CHECK_THROWS_AS(std::rethrow_exception(fresh.cause()), ws::closed);
      CHECK_THROWS_AS(co_await fresh.send_text("\xFF"), invalid_argument);
      co_await fresh.send_text("log in");
      CHECK((co_await fresh.receive()).data == "welcome");
      co_await fresh.send_binary("subscribe");
    };
    auto socket = co_await connect_to_server(std::move(options));
    co_await some_turns();
    co_await socket.send_text("waited");
    CHECK((co_await socket.receive()).data == "news");
    co_await socket.close();
  };
  co_await when_all(peer.play(), client());
  CHECK(heard == std::vector<std::string>{"text:log in", "binary:subscribe", "text:waited"});
}

LEAT_ASYNC_TEST("websocket reconnect: a hook that fails makes the attempt a failed one") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect(hang_up);
  peer.on_connect([](conversation& talk) { return talk.send_close(1008); });
  peer.on_connect([](conversation& talk) -> task<void> { co_await talk.next(); });
  peer.on_connect(echo);
  const auto client = [&net, &loop]() -> task<void> {
    auto options = returning_options_on(net);
    int calls = 0;
    options.reconnect.on_reconnect = [&calls](ws::async_resumption& fresh) -> task<void> {
      ++calls;
      if (calls == 1) (void)co_await fresh.receive();                    // closed
      if (calls == 2) (void)co_await with_timeout(1s, fresh.receive());  // times out
    };
    auto socket = co_await connect_to_server(std::move(options));
    co_await some_turns();
    co_await socket.send_text("through");
    CHECK((co_await socket.receive()).data == "through");
    CHECK(calls == 3);
    CHECK(loop.elapsed() == 1s + 2s + 1s + 4s);
    co_await socket.close();
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: a mistake in the hook ends the connection and is told") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect(hang_up);
  peer.on_connect(echo);
  const auto client = [&net]() -> task<void> {
    auto options = returning_options_on(net);
    options.reconnect.on_reconnect = [](ws::async_resumption&) -> task<void> {
      throw std::logic_error("no such channel");
      co_return;
    };
    auto socket = co_await connect_to_server(std::move(options));
    CHECK_THROWS_AS(co_await socket.receive(), std::logic_error);
    CHECK_THROWS_AS(co_await socket.send_text("late"), std::logic_error);
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: another goes on when who reconnects is stopped") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect(hang_up);
  peer.on_connect(echo);
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](ws::async_connection& from) -> task<void> {
            CHECK_THROWS_AS(co_await with_timeout(500ms, from.receive()), deadline_exceeded);
          },
          std::ref(socket));
      co_await some_turns();
      co_await socket.send_text("through");
      // The stopped attempt counts: the second waits for two seconds.
      CHECK(loop.elapsed() == 2500ms);
    });
    CHECK((co_await socket.receive()).data == "through");
    co_await socket.close();
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: a dead peer is left for a new connection") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect([](conversation& talk) -> task<void> {
    while (co_await talk.next() != "end") {
    }
  });
  peer.on_connect([](conversation& talk) { return talk.send_text("alive"); });
  const auto client = [&net, &loop]() -> task<void> {
    auto options = returning_options_on(net);
    options.ping_interval = 10s;
    auto socket = co_await connect_to_server(std::move(options));
    CHECK((co_await socket.receive()).data == "alive");
    CHECK(loop.elapsed() == 21s);
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: a close ends it, whoever waits for a new connection") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect(hang_up);
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](ws::async_connection& from) -> task<void> {
            CHECK_THROWS_AS(co_await from.receive(), ws::closed);
          },
          std::ref(socket));
      co_await some_turns();
      group.spawn(
          [](ws::async_connection& to) -> task<void> {
            CHECK_THROWS_AS(co_await to.send_text("waits"), ws::closed);
          },
          std::ref(socket));
      co_await sleep_for(500ms);
      co_await socket.close();
    });
    CHECK(loop.elapsed() == 500ms);
  };
  co_await when_all(peer.play(), client());
}

LEAT_ASYNC_TEST("websocket reconnect: a sender answers pings and keeps one message for later") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  std::vector<std::string> heard;
  peer.on_connect([&heard](conversation& talk) -> task<void> {
    co_await talk.send_ping("there?");
    co_await talk.send_text("one");
    co_await talk.send_text("two");
    for (int i = 0; i < 3; ++i) heard.push_back(co_await talk.next());
    co_await talk.echo();
  });
  const auto client = [&net]() -> task<void> {
    auto socket = co_await connect_to_server(returning_options_on(net));
    co_await some_turns();
    co_await socket.send_text("a");
    co_await socket.send_text("b");
    CHECK((co_await socket.receive()).data == "one");
    CHECK((co_await socket.receive()).data == "two");
    co_await socket.close();
  };
  co_await when_all(peer.play(), client());
  CHECK(heard == std::vector<std::string>{"pong:there?", "text:a", "text:b"});
}

LEAT_ASYNC_TEST("websocket reconnect: without an attempt there is no policy") {
  testing::memory_network net;
  auto options = returning_options_on(net);
  options.reconnect.max_attempts = 0;
  CHECK_THROWS_AS(co_await connect_to_server(std::move(options)), invalid_argument);
}
