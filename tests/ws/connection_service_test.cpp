// SPDX-License-Identifier: MIT
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leat/coro/run.hpp"
#include "leat/io/loop.hpp"
#include "leat/ws/async_connection.hpp"
#include "leat/ws/connection.hpp"

#include "support/child_process.hpp"
#include "support/test.hpp"

using namespace leat;

namespace {

/// Python's websockets, which echoes, and closes with 4001 when it hears "bye". It inherits the
/// socket that it listens on, so clients can connect at once.
class python_peer {
 public:
  python_peer() {
    listening_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listening_, generic, size) == 0);
    REQUIRE(::listen(listening_, 64) == 0);
    REQUIRE(::getsockname(listening_, generic, &size) == 0);
    port_ = ::ntohs(address.sin_port);
    const std::string program =
        "import asyncio, socket, websockets\n"
        "async def serve(ws, path):\n"
        "  async for each in ws:\n"
        "    if each == 'bye':\n"
        "      await ws.close(4001, 'as asked')\n"
        "      return\n"
        "    await ws.send(each)\n"
        "async def main():\n"
        "  async with websockets.serve(serve, sock=socket.socket(fileno=" +
        std::to_string(listening_) +
        "), subprotocols=['chat']):\n"
        "    await asyncio.Future()\n"
        "asyncio.run(main())\n";
    process_.emplace(std::vector<std::string>{"/usr/bin/python3", "-c", program},
                     std::vector<std::string>{"PATH=/usr/bin:/bin"});
  }
  python_peer(const python_peer&) = delete;
  python_peer& operator=(const python_peer&) = delete;
  ~python_peer() { ::close(listening_); }

  [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int listening_ = -1;
  int port_ = 0;
  std::optional<child_process> process_;
};

struct async_surface {
  using options = ws::async_options;
  async_surface(std::string url, options given)
      : peer(run(loop, ws::async_connection::connect(std::move(url), std::move(given)))) {}
  void send_text(std::string text) { run(loop, peer.send_text(std::move(text))); }
  void send_binary(std::string text) { run(loop, peer.send_binary(std::move(text))); }
  ws::message receive() { return run(loop, peer.receive()); }
  void close() { run(loop, peer.close()); }
  io::loop loop;
  ws::async_connection peer;
};

struct blocking_surface {
  using options = ws::options;
  blocking_surface(std::string url, options given)
      : peer(ws::connection::connect(std::move(url), std::move(given))) {}
  void send_text(std::string text) { peer.send_text(std::move(text)); }
  void send_binary(std::string text) { peer.send_binary(std::move(text)); }
  ws::message receive() { return peer.receive(); }
  void close() { peer.close(); }
  ws::connection peer;
};

}  // namespace

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
