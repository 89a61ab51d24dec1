// SPDX-License-Identifier: MIT
// WebSockets: a conversation, a feed that survives its server, readings of which only the newest
// count, and a thread without a loop. It needs a server that echoes:
//
//     17_websocket ws://127.0.0.1:8765/ [http://proxy:3128]

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include <leat/coro/channel.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/io/loop.hpp>
#include <leat/route/error.hpp>
#include <leat/ws/async_connection.hpp>
#include <leat/ws/connection.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

// region talk
task<void> talk(std::string url) {
  ws::async_options options;
  options.headers.set("Authorization", "Bearer secret");
  options.subprotocols = {"chat.v2", "chat.v1"};
  auto socket = co_await ws::async_connection::connect(std::move(url), std::move(options));

  co_await socket.send_text("hello");
  const ws::message answer = co_await socket.receive();
  std::printf("%s\n", answer.kind == ws::message_kind::text ? answer.data.c_str() : "(bytes)");
  co_await socket.close();
}
// endregion talk

// region feed
ws::async_options returning_options() {
  ws::async_options options;
  options.reconnect.enabled = true;
  options.reconnect.max_attempts = 10;
  options.reconnect.delay = 500ms;
  options.reconnect.on_reconnect = [](ws::async_resumption& fresh) -> task<void> {
    co_await fresh.send_text("subscribe prices");
  };
  return options;
}

task<void> follow(std::string url) {
  auto socket = co_await ws::async_connection::connect(std::move(url), returning_options());
  co_await socket.send_text("subscribe prices");
  try {
    for (;;) std::printf("%s\n", (co_await socket.receive()).data.c_str());
  } catch (const ws::closed& why) {
    std::printf("closed with %d\n", why.close_code());
  } catch (const ws::reconnect_failed& why) {
    std::printf("%s\n", why.what());
  }
}
// endregion feed

// region proxy
/// `proxy` is for instance `http://user:password@proxy.test:3128`, or `socks5://proxy.test`.
task<void> talk_through(std::string proxy, std::string url) {
  ws::async_options options;
  options.proxy = std::move(proxy);
  try {
    auto socket = co_await ws::async_connection::connect(std::move(url), std::move(options));
    co_await socket.send_text("hello");
    std::printf("%s\n", (co_await socket.receive()).data.c_str());
    co_await socket.close();
  } catch (const route::proxy_error& why) {  // it made no connection
    std::printf("%s\n", why.what());
  }
}
// endregion proxy

// region readings
task<void> send_all(ws::async_connection& to, channel<std::string>& readings) {
  while (auto next = co_await readings.receive()) co_await to.send_text(std::move(*next));
}

task<void> measure(ws::async_connection& socket) {
  channel<std::string> readings(100, overflow::drop_oldest);
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(send_all, std::ref(socket), std::ref(readings));
    for (int i = 0; i < 1000; ++i) co_await readings.send("reading " + std::to_string(i));
    readings.close();
  });
}
// endregion readings

// region blocking
void talk_blocking(const std::string& url) {
  auto socket = ws::connection::connect(url);
  socket.send_text("hello");
  std::printf("%s\n", socket.receive().data.c_str());
  socket.close();
}
// endregion blocking

task<void> talk_and_measure(std::string url) {
  co_await talk(url);
  auto socket = co_await ws::async_connection::connect(url, returning_options());
  co_await measure(socket);
  co_await socket.close();
  co_await follow(url);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fputs("usage: 17_websocket ws://host:port/ [proxy]\n", stderr);
    return 2;
  }
  if (argc == 3) {
    leat::run(talk_through(argv[2], argv[1]));
    return 0;
  }
  talk_blocking(argv[1]);
  leat::run(talk_and_measure(argv[1]));
}
