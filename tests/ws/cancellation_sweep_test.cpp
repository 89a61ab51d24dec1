// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include "leat/coro/move_on_after.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/testing/cancellation.hpp"

#include "ws/memory.hpp"

// Everything that can be awaited on a WebSocket, cancelled at each point: nothing is left behind,
// and nobody waits for ever for somebody who was stopped.

using namespace leat;
using conversation = websocket_peer::conversation;

namespace {

task<void> echo(conversation& talk) {
  return talk.echo();
}

/// A peer with these conversations, and what is done with it.
template <class Work>
testing::cancellation_report sweep(std::vector<websocket_peer::script> scripts, Work work) {
  return testing::for_each_cancellation([&scripts, &work]() -> task<void> {
    testing::memory_network net;
    websocket_peer peer(net, server_test);
    for (const auto& each : scripts) peer.on_connect(each);
    co_await when_all(peer.play(), work(net));
  });
}

}  // namespace

TEST_CASE("websocket: connect, send, receive, ping, pong and close can be cancelled anywhere") {
  const auto report = sweep({echo}, [](io::network& net) -> task<void> {
    auto socket = co_await ws::async_connection::connect("ws://server.test/", options_on(net));
    co_await socket.send_text("a text");
    CHECK((co_await socket.receive()).data == "a text");
    co_await socket.ping("p");
    co_await socket.pong("p");
    co_await socket.send_text(large);
    CHECK((co_await socket.receive()).data == large);
    co_await socket.send_binary("bytes");
    co_await socket.close();
  });
  CHECK(report.suspensions > 15);
  CHECK(report.stopped > 15);
}

TEST_CASE("websocket: tasks that share a connection can be cancelled anywhere") {
  // Three of them make a write wait.
  static const std::string some(40'000, 'x');
  const auto report = sweep({echo}, [](io::network& net) -> task<void> {
    auto options = options_on(net);
    options.queue.max_messages = 2;
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (const char* each : {"a", "b", "c"}) {
        group.spawn([](ws::async_connection& to,
                       std::string text) -> task<void> { co_await to.send_text(text + some); },
                    std::ref(socket), each);
      }
      for (int i = 0; i < 3; ++i) {
        CHECK((co_await socket.receive()).data.size() == some.size() + 1);
      }
    });
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](ws::async_connection& from) -> task<void> {
            CHECK_THROWS_AS(co_await from.receive(), ws::closed);
          },
          std::ref(socket));
      co_await some_turns();
      co_await socket.close();
    });
  });
  CHECK(report.stopped > 30);
}

TEST_CASE("websocket: one task of several can be cancelled anywhere, and the others go on") {
  // The victim is swept; the others must end whatever becomes of it.
  const auto report = testing::for_each_cancellation([]() -> task<void> {
    testing::memory_network net;
    websocket_peer peer(net, server_test);
    for (int i = 0; i < 3; ++i) peer.on_connect(echo);
    const auto others = [&]() -> task<void> {
      auto options = returning_options_on(net);
      options.reconnect.max_attempts = 10;
      auto socket = co_await connect_to_server(std::move(options));
      co_await with_task_group([&](task_group& group) -> task<void> {
        const auto victim = [](ws::async_connection& shared) -> task<void> {
          for (int i = 0; i < 4; ++i) {
            static_cast<void>(
                co_await move_on_after(std::chrono::microseconds(i), shared.send_text(large)));
          }
        };
        group.spawn(victim, std::ref(socket));
        co_await socket.send_text("mine");
        while ((co_await socket.receive()).data != "mine") {
        }
      });
      co_await socket.close();
      peer.stop_listening();
    };
    co_await when_all(peer.play(), others());
  });
  CHECK(report.stopped > 20);
}

TEST_CASE("websocket: making the connection anew can be cancelled anywhere") {
  const auto hang_up = [](conversation& talk) -> task<void> { co_await talk.send_close(1012); };
  const auto report = sweep({hang_up, hang_up, echo}, [](io::network& net) -> task<void> {
    auto options = returning_options_on(net);
    options.reconnect.on_reconnect = [](ws::async_resumption& fresh) -> task<void> {
      if (fresh.attempts() < 2) co_return;
      co_await fresh.send_text("log in");
      co_await fresh.send_binary("");
      CHECK((co_await fresh.receive()).data == "log in");
    };
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([](ws::async_connection& to) { return to.send_text("mine"); }, std::ref(socket));
      CHECK((co_await socket.receive()).data == "mine");
    });
    co_await socket.close();
  });
  CHECK(report.stopped > 30);
}
