// SPDX-License-Identifier: MIT
// Boost.Asio inside Leat: its sockets and timers are awaited by tasks, stopped by timeouts and
// combined like everything else.

#include <array>
#include <iostream>
#include <string>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/coro/when_any.hpp>
#include <leat/coro/with_timeout.hpp>
#include <leat/io/asio.hpp>

using namespace leat;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using io::use_task;

namespace {

// region session
/// Sends back whatever comes, until the other side closes.
task<void> echo(tcp::socket socket) {
  std::array<char, 1024> buffer{};
  for (;;) {
    const auto [code, size] =
        co_await socket.async_read_some(asio::buffer(buffer), asio::as_tuple(use_task));
    if (code) co_return;
    co_await asio::async_write(socket, asio::buffer(buffer.data(), size), use_task);
  }
}

task<void> serve(tcp::acceptor& acceptor) {
  co_await with_task_group([&acceptor](task_group& sessions) -> task<void> {
    for (;;) sessions.spawn(echo, co_await acceptor.async_accept(use_task));
  });
}
// endregion session

// region client
task<std::string> ask(tcp::endpoint server, std::string question) {
  tcp::socket socket(io::asio_context());
  co_await socket.async_connect(server, use_task);
  co_await asio::async_write(socket, asio::buffer(question), use_task);
  std::string answer;
  co_await asio::async_read_until(socket, asio::dynamic_buffer(answer), '\n', use_task);
  co_return answer;
}
// endregion client

// region combine
task<void> combine(tcp::endpoint server) {
  // There is no line feed, so the answer never ends: the timeout cancels Asio's operation.
  try {
    co_await with_timeout(20ms, ask(server, "no end"));
  } catch (const deadline_exceeded&) {
    std::cout << "gave up in time\n";
  }

  asio::steady_timer timer(io::asio_context(), 1h);
  auto first = co_await when_any(ask(server, "quick\n"), as_task(timer.async_wait(use_task)));
  std::cout << "first: " << first.get<0>().value();
  std::cout << "the timer was " << (first.get<1>().is_cancelled() ? "stopped" : "kept") << "\n";
}
// endregion combine

// region failure
task<void> fail() {
  tcp::acceptor closed(io::asio_context(), {asio::ip::address_v4::loopback(), 0});
  const auto nobody = closed.local_endpoint();
  closed.close();
  try {
    co_await ask(nobody, "hello?\n");
  } catch (const io::connect_error& e) {
    const bool is_refused = e.cause() == std::errc::connection_refused;
    std::cout << "failed: " << (is_refused ? "connection refused" : e.what()) << "\n";
  }
}
// endregion failure

}  // namespace

int main() {
  leat::run([]() -> task<void> {
    tcp::acceptor acceptor(io::asio_context(), {asio::ip::address_v4::loopback(), 0});
    const auto address = acceptor.local_endpoint();
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(serve, std::ref(acceptor));
      std::cout << "answer: " << co_await ask(address, "hello\n");
      co_await combine(address);
      co_await fail();
      group.cancel();
    });
    std::cout << "done\n";
  }());
}
