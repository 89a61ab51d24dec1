// SPDX-License-Identifier: MIT
// Another protocol on the connection of a request: a server agrees with 101, and the client goes
// on with the bytes themselves. Both run in this program.

#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <leat/base/byte_buffer.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/http/async_client.hpp>
#include <leat/http/client.hpp>
#include <leat/io/loop.hpp>
#include <leat/io/network.hpp>
#include <leat/io/stream.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

task<std::string> read_until(io::async_stream& from, std::string_view end) {
  std::string all;
  while (!all.ends_with(end)) {
    char room[100];
    const auto size =
        co_await from.read_some(std::as_writable_bytes(std::span(room)), deadline_after(5s));
    if (size == 0) break;
    all.append(room, size);
  }
  co_return all;
}

/// A server of one conversation: it agrees to speak `echo`, and says back what it is told.
task<void> serve_echo(io::listener& at) {
  const auto peer = co_await at.accept();
  static_cast<void>(co_await read_until(*peer, "\r\n\r\n"));
  co_await peer->write_all(as_bytes("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                                    "Upgrade: echo\r\n\r\nwelcome\n"),
                           deadline_after(5s));
  const std::string line = co_await read_until(*peer, "\n");
  co_await peer->write_all(as_bytes(line), deadline_after(5s));
  co_await peer->close(deadline_after(5s));
}

// region upgrade
task<void> talk(http::async_client& api) {
  auto answer = co_await api.stream(
      "GET", "/echo",
      http::request_options().header("connection", "upgrade").header("upgrade", "echo"));
  if (answer.status() != http::status::switching_protocols) co_return;  // it need not agree

  const std::unique_ptr<io::async_stream> stream = answer.take_stream();
  std::printf("%s", (co_await read_until(*stream, "\n")).c_str());
  co_await stream->write_all(as_bytes("hello\n"), deadline_after(5s));
  std::printf("%s", (co_await read_until(*stream, "\n")).c_str());
  co_await stream->close(deadline_after(5s));
}
// endregion upgrade

// region extras
/// Asks one of several servers behind a name, by its address.
task<http::response> ask_one(http::async_client& api, std::string address) {
  co_return co_await api.get("https://" + address + "/health",
                             http::request_options().server_name("api.example.com"));
}
// endregion extras

// region sockets
http::async_client_options of_a_far_site() {
  http::async_client_options options;
  options.socket_options.keep_alive.emplace().idle = 30s;
  options.socket_options.unacknowledged = 20s;  // then the connection is given up
  return options;
}
// endregion sockets

task<void> serve_and_talk() {
  const auto listener = io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0));
  auto options = of_a_far_site();
  options.base_url = "http://" + listener->local().to_string();
  http::async_client api(std::move(options));
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(serve_echo, std::ref(*listener));
    co_await talk(api);
  });
  std::printf("connections of the client: %zu\n", api.statistics().active + api.statistics().idle);
}

}  // namespace

int main() {
  static_cast<void>(&ask_one);  // it needs a server of yours
  leat::run(serve_and_talk());
}
