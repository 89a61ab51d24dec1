// SPDX-License-Identifier: MIT
// Boost.Beast inside Leat: a server and a client of another library, awaited by tasks. Whatever
// has Asio's model works in the same way.

#include <iostream>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/coro/when_all.hpp>
#include <leat/coro/with_timeout.hpp>
#include <leat/io/asio.hpp>

using namespace leat;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using io::use_task;

namespace {

// region server
task<void> answer_all(tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    boost::system::error_code code;
    co_await http::async_read(stream, buffer, request, asio::redirect_error(use_task, code));
    if (code == http::error::end_of_stream) co_return;
    if (code) throw boost::system::system_error(code);
    if (request.target() == "/never") {
      // A wait that only a stop ends.
      co_await asio::steady_timer(io::asio_context(), 1h).async_wait(use_task);
    }

    http::response<http::string_body> response(http::status::ok, request.version());
    response.body() = "you asked for " + std::string(request.target());
    response.prepare_payload();
    co_await http::async_write(stream, response, use_task);
  }
}
// endregion server

// region client
task<std::string> get(tcp::endpoint server, std::string target) {
  beast::tcp_stream stream(io::asio_context());
  co_await stream.async_connect(server, use_task);

  http::request<http::empty_body> request(http::verb::get, target, 11);
  request.set(http::field::host, "127.0.0.1");
  co_await http::async_write(stream, request, use_task);

  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(stream, buffer, response, use_task);
  co_return std::move(response).body();
}
// endregion client

task<void> serve(tcp::acceptor& acceptor) {
  co_await with_task_group([&acceptor](task_group& sessions) -> task<void> {
    for (;;) sessions.spawn(answer_all, co_await acceptor.async_accept(use_task));
  });
}

task<void> expires(tcp::endpoint server) {
  beast::tcp_stream stream(io::asio_context());
  co_await stream.async_connect(server, use_task);
  stream.expires_after(20ms);  // Beast's own timeout
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(stream, buffer, response, use_task);
}

}  // namespace

int main() {
  leat::run([]() -> task<void> {
    tcp::acceptor acceptor(io::asio_context(), {asio::ip::address_v4::loopback(), 0});
    const auto address = acceptor.local_endpoint();
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(serve, std::ref(acceptor));
      const auto [one, two] = co_await when_all(get(address, "/one"), get(address, "/two"));
      std::cout << one << "\n" << two << "\n";
      try {
        co_await with_timeout(20ms, get(address, "/never"));
      } catch (const deadline_exceeded&) {
        std::cout << "gave up in time\n";
      }
      try {
        co_await expires(address);
      } catch (const timeout_error&) {
        std::cout << "Beast gave up\n";
      }
      group.cancel();
    });
    std::cout << "done\n";
  }());
}
