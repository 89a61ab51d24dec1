// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/http/server.hpp"
#include "leat/testing/memory_network.hpp"

#include "support/async_test.hpp"

/// A client that sends whatever bytes a test wants and understands just enough of answers.
class raw_client {
 public:
  struct answer {
    int status = 0;
    std::string head;
    std::string body;

    [[nodiscard]] bool has(std::string_view text) const {
      return head.find(text) != std::string::npos;
    }
  };

  static leat::task<raw_client> connect(leat::io::network& net, leat::io::endpoint to) {
    auto stream = co_await net.connect(std::move(to), leat::deadline::never());
    co_return raw_client(std::move(stream));
  }

  leat::task<void> send(std::string_view bytes) {
    co_await stream_->write_all(leat::as_bytes(bytes), leat::deadline::never());
  }
  leat::task<void> end_output() { co_await stream_->shut_down_write(leat::deadline::never()); }

  /// Sends and reads one answer.
  leat::task<answer> ask(std::string_view bytes) {
    co_await send(bytes);
    co_return co_await read_answer();
  }

  /// Reads one answer, whose body is as long as Content-Length says. `is_to_head`: it has none.
  leat::task<answer> read_answer(bool is_to_head = false) {
    answer got;
    while (got.head.find("\r\n\r\n") == std::string::npos) got.head += co_await read_exactly(1);
    std::from_chars(got.head.data() + 9, got.head.data() + 12, got.status);
    const auto length = got.head.find("Content-Length: ");
    if (is_to_head || length == std::string::npos) co_return got;
    std::size_t size = 0;
    std::from_chars(got.head.data() + length + 16, got.head.data() + got.head.size(), size);
    got.body = co_await read_exactly(size);
    co_return got;
  }

  /// Everything up to the end of the connection.
  leat::task<std::string> read_to_end() {
    while (co_await fill()) {
    }
    co_return std::exchange(buffered_, {});
  }

  leat::task<bool> is_at_end() { co_return buffered_.empty() && !co_await fill(); }

 private:
  explicit raw_client(std::unique_ptr<leat::io::async_stream> stream) noexcept
      : stream_(std::move(stream)) {}

  leat::task<bool> fill() {
    std::array<std::byte, 4096> room;
    const auto size = co_await stream_->read_some(room, leat::deadline::never());
    buffered_ += leat::as_text(std::span(room).first(size));
    co_return size != 0;
  }

  leat::task<std::string> read_exactly(std::size_t size) {
    while (buffered_.size() < size) {
      if (!co_await fill()) throw std::runtime_error("the server closed inside of an answer");
    }
    std::string part = buffered_.substr(0, size);
    buffered_.erase(0, size);
    co_return part;
  }

  std::unique_ptr<leat::io::async_stream> stream_;
  std::string buffered_;
};

/// A server on a network in memory.
struct server_world {
  explicit server_world(leat::http::router routes, leat::http::server_options options = {})
      : server(std::move(routes), on(net, std::move(options))) {
    server.listen(address);
  }

  [[nodiscard]] leat::task<raw_client> connect() { return raw_client::connect(net, address); }

  static leat::http::server_options on(leat::io::network& net, leat::http::server_options given) {
    given.network = &net;
    return given;
  }

  leat::io::endpoint address = leat::io::endpoint::tcp("server.test", 80);
  leat::testing::memory_network net;
  leat::http::server server;
};

/// What a test does while the server runs. It outlives the run, so that it may capture.
using client_script = std::function<leat::task<void>(server_world&)>;

/// Serves while the script runs, and then drains.
inline leat::task<void> serve_while(server_world& world, client_script script) {
  const auto play = [](server_world& all, client_script& client) -> leat::task<void> {
    co_await client(all);
    all.server.shut_down();
  };
  co_await leat::when_all(world.server.run(), play(world, script));
}

inline std::string get(std::string_view target, std::string_view more = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: server.test\r\n" + std::string(more) +
         "\r\n";
}

inline std::string with_body(std::string_view method, std::string_view target,
                             std::string_view body) {
  return std::string(method) + " " + std::string(target) +
         " HTTP/1.1\r\nHost: server.test\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}
inline std::string post(std::string_view target, std::string_view body) {
  return with_body("POST", target, body);
}
inline std::string put(std::string_view target, std::string_view body) {
  return with_body("PUT", target, body);
}

inline std::string error_text(int status, std::string_view message) {
  return R"({"error":{"status":)" + std::to_string(status) + R"(,"message":")" +
         std::string(message) + R"("}})";
}
