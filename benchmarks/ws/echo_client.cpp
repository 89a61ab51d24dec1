// SPDX-License-Identifier: MIT
// What does the WebSocket client cost for a message there and back? Each connection sends one to a
// server that echoes, and waits for it, until all are through:
//
//     ws_echo_client --port N --connections 64 --size 64 --messages 100000
//
// peers/beast_websocket_client and peers/websockets_client.py do the same.

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "leat/coro/task_group.hpp"
#include "leat/io/loop.hpp"
#include "leat/ws/async_connection.hpp"

#include "support.hpp"

using namespace leat;

namespace {

task<void> talk(ws::async_connection connection, const std::string& payload, long& left) {
  while (left > 0) {
    --left;
    co_await connection.send_binary(payload);
    const auto back = co_await connection.receive();
    if (back.data.size() != payload.size()) throw std::runtime_error("another message came back");
  }
  co_await connection.close();
}

task<void> talk_all(std::string url, long connections, std::size_t size, long messages) {
  const std::string payload(size, 'x');
  long left = messages;
  double begin = 0;
  co_await with_task_group([&](task_group& group) -> task<void> {
    std::vector<ws::async_connection> open;
    for (long i = 0; i < connections; ++i) {
      ws::async_options options;
      options.compression = false;
      open.push_back(co_await ws::async_connection::connect(url, options));
    }
    begin = leat_bench::now_ns();
    for (auto& each : open) group.spawn(talk, std::move(each), std::cref(payload), std::ref(left));
  });
  std::printf("{\"messages\": %ld, \"seconds\": %.6f}\n", messages,
              (leat_bench::now_ns() - begin) / 1e9);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9 || std::string_view(argv[1]) != "--port") {
    std::fputs("usage: ws_echo_client --port N --connections N --size N --messages N\n", stderr);
    return 2;
  }
  leat::run(talk_all("ws://127.0.0.1:" + std::string(argv[2]) + "/", std::atol(argv[4]),
                     std::strtoul(argv[6], nullptr, 10), std::atol(argv[8])));
}
