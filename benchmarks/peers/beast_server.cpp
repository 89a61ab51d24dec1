// SPDX-License-Identifier: MIT
// The peer closest to us: Boost.Beast over asio::awaitable, keep-alive, one thread.
//
//     beast_server --port N

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

asio::awaitable<void> session(tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  try {
    for (;;) {
      stream.expires_after(std::chrono::seconds(75));
      http::request<http::string_body> request;
      co_await http::async_read(stream, buffer, request, asio::use_awaitable);
      http::response<http::string_body> answer(http::status::ok, request.version());
      answer.set(http::field::content_type, "text/plain; charset=utf-8");
      answer.set(http::field::date, "Thu, 01 Jan 1970 00:00:00 GMT");
      answer.keep_alive(request.keep_alive());
      answer.body() = "Hello, World!";
      answer.prepare_payload();
      co_await http::async_write(stream, answer, asio::use_awaitable);
      if (!request.keep_alive()) co_return;
    }
  } catch (const boost::system::system_error&) {
    // The client has gone.
  }
}

asio::awaitable<void> accept_all(tcp::acceptor acceptor) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), session(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "--port") {
    std::fputs("usage: beast_server --port N\n", stderr);
    return 2;
  }
  asio::io_context context(1);
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&context](const boost::system::error_code&, int) { context.stop(); });
  const tcp::endpoint at(asio::ip::address_v4::loopback(),
                         static_cast<std::uint16_t>(std::atoi(argv[2])));
  tcp::acceptor acceptor(context, at.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(at);
  acceptor.listen(4096);
  asio::co_spawn(context, accept_all(std::move(acceptor)), asio::detached);
  context.run();
}
