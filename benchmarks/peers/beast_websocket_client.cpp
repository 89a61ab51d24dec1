// SPDX-License-Identifier: MIT
// The peer closest to ws/echo_client.cpp: Boost.Beast over asio::awaitable, with its timeouts on,
// one thread.
//
//     beast_websocket_client --port N --connections 64 --size 64 --messages 100000

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using stream_type = websocket::stream<beast::tcp_stream>;

asio::awaitable<void> talk(stream_type& stream, const std::string& payload, long& left) {
  beast::flat_buffer buffer;
  while (left > 0) {
    --left;
    co_await stream.async_write(asio::buffer(payload), asio::use_awaitable);
    co_await stream.async_read(buffer, asio::use_awaitable);
    if (buffer.size() != payload.size()) std::abort();
    buffer.consume(buffer.size());
  }
  co_await stream.async_close(websocket::close_code::normal, asio::use_awaitable);
}

void end(const std::exception_ptr& failure) {
  if (failure != nullptr) std::rethrow_exception(failure);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9 || std::string_view(argv[1]) != "--port") {
    std::fputs("usage: beast_websocket_client --port N --connections N --size N --messages N\n",
               stderr);
    return 2;
  }
  const std::string payload(std::strtoul(argv[6], nullptr, 10), 'x');
  const long messages = std::atol(argv[8]);
  long left = messages;
  asio::io_context context(1);
  const tcp::endpoint at(asio::ip::address_v4::loopback(),
                         static_cast<std::uint16_t>(std::atoi(argv[2])));
  std::vector<std::unique_ptr<stream_type>> open;
  for (long i = 0; i < std::atol(argv[4]); ++i) {
    auto& stream = *open.emplace_back(std::make_unique<stream_type>(context));
    beast::get_lowest_layer(stream).connect(at);
    beast::get_lowest_layer(stream).socket().set_option(tcp::no_delay(true));
    stream.set_option(websocket::stream_base::timeout::suggested(beast::role_type::client));
    stream.binary(true);
    stream.handshake("127.0.0.1", "/");
  }
  const auto begin = std::chrono::steady_clock::now();
  for (auto& each : open) asio::co_spawn(context, talk(*each, payload, left), end);
  context.run();
  std::printf("{\"messages\": %ld, \"seconds\": %.6f}\n", messages,
              std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}
