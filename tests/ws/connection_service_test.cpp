// SPDX-License-Identifier: MIT
#include <string>

#include "ws/python_peer.hpp"
#include "ws/surfaces.hpp"

using namespace leat;
using namespace std::chrono_literals;

TEST_CASE_TEMPLATE("websocket: messages keep their kind with a foreign server", Surface,
                   async_surface, blocking_surface) {
  python_peer server;
  typename Surface::options options;
  options.subprotocols = {"chat"};
  Surface api(server.url(), options);
  CHECK(api.peer.subprotocol() == "chat");
  for (const std::size_t size : {0U, 5U, 126U, 70'000U}) {
    api.send_text(std::string(size, 't'));
    const auto text = api.receive();
    CHECK(text.kind == ws::message_kind::text);
    CHECK(text.data == std::string(size, 't'));
    api.send_binary(std::string(size, 'b'));
    const auto binary = api.receive();
    CHECK(binary.kind == ws::message_kind::binary);
    CHECK(binary.data == std::string(size, 'b'));
  }
  api.close();
  api.close();
  CHECK_THROWS_AS(api.send_text("late"), ws::closed);
}

TEST_CASE_TEMPLATE("websocket: the code and reason of the server's close are told", Surface,
                   async_surface, blocking_surface) {
  python_peer server;
  Surface api(server.url(), {});
  api.send_text("bye");
  try {
    (void)api.receive();
    FAIL("nothing was to be received");
  } catch (const ws::closed& why) {
    CHECK(why.close_code() == 4001);
    CHECK(why.reason() == "as asked");
  }
  CHECK_THROWS_AS(api.receive(), ws::closed);
}

TEST_CASE_TEMPLATE("websocket: messages are compressed, both ways, if both want it", Surface,
                   async_surface, blocking_surface) {
  python_peer server;
  for (const bool compression : {true, false}) {
    typename Surface::options options;
    options.compression = compression;
    Surface api(server.url(), options);
    api.send_text("extensions");
    CHECK(api.receive().data == (compression ? "permessage-deflate" : ""));
    // Each message may refer to the one before it.
    for (int i = 0; i < 3; ++i) {
      const std::string text = std::string(200'000, 'a') + std::to_string(i);
      api.send_text(text);
      CHECK(api.receive().data == text);
    }
    api.close();
  }
}

TEST_CASE_TEMPLATE("websocket: a foreign server's fragments are one message", Surface,
                   async_surface, blocking_surface) {
  python_peer server;
  for (const bool compression : {true, false}) {
    typename Surface::options options;
    options.compression = compression;
    Surface api(server.url(), options);
    api.send_text("parts");
    const auto came = api.receive();
    CHECK(came.kind == ws::message_kind::text);
    CHECK(came.data == "one two three");
    api.ping("there?");
    api.send_text("still in step");
    CHECK(api.receive().data == "still in step");
    api.close(4002, "enough");
  }
}

TEST_CASE_TEMPLATE("websocket reconnect: a server that is killed and started again is found",
                   Surface, async_surface, blocking_surface) {
  python_peer server;
  typename Surface::options options;
  options.reconnect.enabled = true;
  options.reconnect.delay = 1ms;
  Surface api(server.url(), options);
  for (int i = 1; i <= 2; ++i) {
    api.send_text("before");
    CHECK(api.receive().data == "before");
    server.kill();
    server.start();
    api.send_text("after");
    CHECK(api.receive().data == "after");
    CHECK(api.peer.statistics().reconnects == static_cast<std::size_t>(i));
  }
  server.kill();
  server.start();
  api.send_text("bye");
  CHECK_THROWS_AS(api.receive(), ws::closed);
  api.close();
}
