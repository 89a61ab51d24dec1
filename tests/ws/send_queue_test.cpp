// SPDX-License-Identifier: MIT
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

/// A peer that reads nothing for a minute, and then writes down what it hears.
struct slow_peer {
  explicit slow_peer(io::network& net) : server(net, server_test) {
    server.on_connect([this](conversation& talk) -> task<void> {
      co_await sleep_for(1min);
      for (;;) {
        auto came = co_await talk.next();
        if (came.size() > 100) came = "large";
        heard.push_back(came);
        if (came == "end" || came.starts_with("failed") || came.starts_with("close")) break;
      }
      co_await talk.send_close(1000);
    });
  }
  websocket_peer server;
  std::vector<std::string> heard;
};

ws::async_options patient_options(io::network& net) {
  auto options = options_on(net);
  options.timeouts.write = 1h;
  options.timeouts.close = 1h;
  return options;
}

task<void> send(ws::async_connection& to, std::string text) {
  co_await to.send_text(std::move(text));
}

}  // namespace

LEAT_ASYNC_TEST("websocket queue: who waits for room is sent in the order of the calls") {
  testing::memory_network net;
  slow_peer peer(net);
  const auto client = [&net]() -> task<void> {
    auto options = patient_options(net);
    options.queue.max_messages = 2;
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(send, std::ref(socket), large);
      for (const char* each : {"a", "b", "c", "d"}) group.spawn(send, std::ref(socket), each);
      co_await some_turns();
      CHECK(socket.statistics().queued_messages == 2);
      CHECK(socket.statistics().queued_bytes == 2);
    });
    CHECK(socket.statistics().queued_messages == 0);
    CHECK(socket.statistics().queued_bytes == 0);
    co_await socket.close();
  };
  co_await when_all(peer.server.play(), client());
  CHECK(peer.heard ==
        std::vector<std::string>{"large", "text:a", "text:b", "text:c", "text:d", "close:1000:"});
}

LEAT_ASYNC_TEST("websocket queue: one message above the limit fails") {
  testing::memory_network net;
  slow_peer peer(net);
  const auto client = [&net]() -> task<void> {
    auto options = patient_options(net);
    options.queue.max_messages = 2;
    options.queue.when_full = overflow::fail;
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(send, std::ref(socket), large);
      co_await some_turns();
      for (const char* each : {"a", "b"}) group.spawn(send, std::ref(socket), each);
      co_await some_turns();
      CHECK_THROWS_AS(co_await socket.send_text("c"), limit_exceeded);
    });
    co_await socket.close();
  };
  co_await when_all(peer.server.play(), client());
  CHECK(peer.heard == std::vector<std::string>{"large", "text:a", "text:b", "close:1000:"});
}

LEAT_ASYNC_TEST("websocket queue: one byte above the limit fails") {
  testing::memory_network net;
  slow_peer peer(net);
  const auto client = [&net]() -> task<void> {
    auto options = patient_options(net);
    options.queue.max_bytes = 10;
    options.queue.when_full = overflow::fail;
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(send, std::ref(socket), large);
      co_await some_turns();
      group.spawn(send, std::ref(socket), "12345");
      co_await some_turns();
      CHECK_THROWS_AS(co_await socket.send_text("123456"), limit_exceeded);
      group.spawn(send, std::ref(socket), "67890");
      co_await some_turns();
      CHECK(socket.statistics().queued_bytes == 10);
    });
    co_await socket.close();
  };
  co_await when_all(peer.server.play(), client());
  CHECK(peer.heard == std::vector<std::string>{"large", "text:12345", "text:67890", "close:1000:"});
}

LEAT_ASYNC_TEST("websocket queue: a message above the limit may wait alone") {
  testing::memory_network net;
  slow_peer peer(net);
  const auto client = [&net]() -> task<void> {
    auto options = patient_options(net);
    options.queue.max_bytes = 10;
    options.queue.when_full = overflow::fail;
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(send, std::ref(socket), large);
      co_await some_turns();
      group.spawn(send, std::ref(socket), "more than ten bytes");
      co_await some_turns();
      CHECK_THROWS_AS(co_await socket.send_text("1"), limit_exceeded);
    });
    co_await socket.close();
  };
  co_await when_all(peer.server.play(), client());
  CHECK(peer.heard.size() == 3);
}

LEAT_ASYNC_TEST("websocket queue: drop_oldest keeps the newest, drop_newest the oldest") {
  for (const overflow policy : {overflow::drop_oldest, overflow::drop_newest}) {
    testing::memory_network net;
    slow_peer peer(net);
    const auto client = [&net, policy]() -> task<void> {
      auto options = patient_options(net);
      options.queue.max_messages = 2;
      options.queue.when_full = policy;
      auto socket = co_await connect_to_server(std::move(options));
      co_await with_task_group([&](task_group& group) -> task<void> {
        group.spawn(send, std::ref(socket), large);
        co_await some_turns();
        for (const char* each : {"a", "b", "c", "d"}) group.spawn(send, std::ref(socket), each);
        co_await some_turns();
        CHECK(socket.statistics().queued_messages == 2);
        CHECK(socket.statistics().dropped == 2);
      });
      co_await socket.close();
    };
    co_await when_all(peer.server.play(), client());
    const auto kept = policy == overflow::drop_oldest
                          ? std::vector<std::string>{"large", "text:c", "text:d", "close:1000:"}
                          : std::vector<std::string>{"large", "text:a", "text:b", "close:1000:"};
    CHECK(peer.heard == kept);
  }
}

LEAT_ASYNC_TEST("websocket queue: a sender that is stopped while it waits has sent nothing") {
  testing::memory_network net;
  slow_peer peer(net);
  const auto client = [&net]() -> task<void> {
    auto options = patient_options(net);
    options.queue.max_messages = 1;
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(send, std::ref(socket), large);
      co_await some_turns();
      for (const char* each : {"queued", "in line"}) {
        CHECK_THROWS_AS(co_await with_timeout(1s, socket.send_text(each)), deadline_exceeded);
      }
      group.spawn(send, std::ref(socket), "stays");
      co_await some_turns();
      CHECK_THROWS_AS(co_await with_timeout(1s, socket.send_text("in line")), deadline_exceeded);
      CHECK(socket.statistics().queued_messages == 1);
    });
    co_await socket.close();
  };
  co_await when_all(peer.server.play(), client());
  CHECK(peer.heard == std::vector<std::string>{"large", "text:stays", "close:1000:"});
}

LEAT_ASYNC_TEST("websocket queue: a stopped writer ends its frame if the peer takes it in time") {
  testing::memory_network net;
  std::vector<std::size_t> heard;
  websocket_peer peer(net, server_test);
  peer.on_connect([&heard](conversation& talk) -> task<void> {
    co_await sleep_for(1500ms);
    heard.push_back((co_await talk.next()).size());
    heard.push_back((co_await talk.next()).size());
    co_await talk.echo();
  });
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(patient_options(net));
    CHECK_THROWS_AS(co_await with_timeout(1s, socket.send_text(large)), deadline_exceeded);
    CHECK(loop.elapsed() == 1500ms);
    co_await socket.send_text("next");
    co_await socket.close();
  };
  co_await when_all(peer.play(), client());
  CHECK(heard == std::vector<std::size_t>{5 + large.size(), 9});
}

LEAT_ASYNC_TEST("websocket queue: a frame that a stop cuts off loses the connection for all") {
  testing::memory_network net;
  slow_peer peer(net);
  const auto client = [&net, &loop]() -> task<void> {
    auto socket = co_await connect_to_server(patient_options(net));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](ws::async_connection& to) -> task<void> {
            CHECK_THROWS_AS(co_await with_timeout(1s, to.send_text(large)), deadline_exceeded);
          },
          std::ref(socket));
      co_await some_turns();
      // It has waited, and is certainly not sent.
      CHECK_THROWS_AS(co_await socket.send_text("next"), ws::closed);
      CHECK(loop.elapsed() == 2s);
    });
    CHECK_THROWS_AS(co_await socket.send_text("later"), ws::closed);
    CHECK_THROWS_AS(co_await socket.receive(), io::write_error);
    co_await socket.close();
  };
  co_await when_all(peer.server.play(), client());
  CHECK(peer.heard.size() == 1);
}

LEAT_ASYNC_TEST("websocket queue: a write that takes too long loses the connection") {
  testing::memory_network net;
  slow_peer peer(net);
  const auto client = [&net, &loop]() -> task<void> {
    auto options = patient_options(net);
    options.timeouts.write = 10s;
    auto socket = co_await connect_to_server(std::move(options));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](ws::async_connection& from) -> task<void> {
            CHECK_THROWS_AS(co_await from.receive(), io::write_timeout);
          },
          std::ref(socket));
      CHECK_THROWS_AS(co_await socket.send_text(large), io::write_timeout);
    });
    CHECK(loop.elapsed() == 10s);
  };
  co_await when_all(peer.server.play(), client());
}

LEAT_ASYNC_TEST("websocket queue: what cannot be sent is refused before it waits") {
  testing::memory_network net;
  websocket_peer peer(net, server_test);
  peer.on_connect([](conversation& talk) -> task<void> { co_await talk.echo(); });
  const auto client = [&net]() -> task<void> {
    auto options = options_on(net);
    options.queue.max_messages = 0;
    CHECK_THROWS_AS(co_await connect_to_server(options), invalid_argument);
    auto socket = co_await connect_to_server(options_on(net));
    CHECK_THROWS_AS(co_await socket.send_text("\xFF"), invalid_argument);
    CHECK_THROWS_AS(co_await socket.ping(std::string(126, 'p')), invalid_argument);
    co_await socket.ping(std::string(125, 'p'));
    co_await socket.send_binary("\xFF");
    co_await socket.close();
    CHECK_THROWS_AS(co_await socket.ping(), ws::closed);
  };
  co_await when_all(peer.play(), client());
}
