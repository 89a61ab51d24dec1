// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/server.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/allocation_failures.hpp"
#include "leat/testing/memory_network.hpp"

#include "support/async_test.hpp"
#include "support/outgoing_network.hpp"

LEAT_REPLACE_OPERATOR_NEW;

using namespace leat;

namespace {

/// A request of each size, on one connection.
task<void> client_and_server() {
  testing::memory_network net;
  http::router routes;
  routes.put("/echo/{name}", [](http::server_request& request) -> task<http::server_response> {
    co_return http::server_response::text(request.path_parameter("name") +
                                          std::string(request.body()));
  });
  http::server_options server_options;
  server_options.network = &net;
  http::server server(std::move(routes), server_options);
  server.listen(io::endpoint::tcp("server", 80));

  http::async_client_options client_options;
  client_options.network = &net;
  client_options.base_url = "http://server";
  http::async_client client(client_options);

  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([](http::server& serving) { return serving.run(); }, std::ref(server));
    for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{70'000}}) {
      const std::string body(size, 'x');
      http::request_options options;
      options.content(body, "text/plain");
      const auto answer = co_await client.request("PUT", "/echo/a", std::move(options));
      // The server may have run out of memory, and says so.
      if (answer.status() == 500) continue;
      if (answer.content() != "a" + body) throw std::logic_error("an answer is not whole");
    }
    client.close();
    server.shut_down();
  });
  if (client.statistics().active != 0) throw std::logic_error("a slot was lost");
}

/// A server of HTTP/2 that has no memory to run out of: it answers each request that is complete
/// with the same frames.
class fixed_http2_stream final : public io::async_stream {
 public:
  fixed_http2_stream() { say({0, 0, 0, settings, 0, 0, 0, 0, 0}); }

  task<std::size_t> read_some(std::span<std::byte> into, deadline) override {
    while (said_ == 0) {
      has_said_.reset();
      co_await has_said_.wait();
    }
    const std::size_t part = std::min(into.size(), said_);
    std::copy_n(out_.begin(), part, reinterpret_cast<unsigned char*>(into.data()));
    std::copy(out_.begin() + static_cast<std::ptrdiff_t>(part),
              out_.begin() + static_cast<std::ptrdiff_t>(said_), out_.begin());
    said_ -= part;
    co_return part;
  }
  task<void> write_all(std::span<const std::byte> bytes, deadline) override {
    for (const std::byte each : bytes) hear(static_cast<unsigned char>(each));
    co_return;
  }
  task<void> shut_down_write(deadline) override { co_return; }
  task<void> close(deadline) override { co_return; }
  bool is_idle_and_open() noexcept override { return true; }
  const std::string& peer_name() const noexcept override {
    static const std::string name = "fixed";
    return name;
  }

 private:
  // RFC 9113, section 6.
  static constexpr unsigned char data = 0;
  static constexpr unsigned char headers = 1;
  static constexpr unsigned char settings = 4;
  static constexpr unsigned char end_stream = 1;
  static constexpr unsigned char end_headers = 4;
  static constexpr std::size_t preface_size = 24;
  static constexpr std::size_t head_size = 9;

  void say(std::initializer_list<unsigned char> bytes) {
    if (said_ + bytes.size() > out_.size()) throw std::logic_error("too many requests");
    std::copy(bytes.begin(), bytes.end(), out_.begin() + static_cast<std::ptrdiff_t>(said_));
    said_ += bytes.size();
    has_said_.set();
  }
  void hear(unsigned char byte) {
    if (heard_ < preface_size) {
      ++heard_;
    } else if (left_ > 0) {
      --left_;
    } else {
      head_.at(in_head_++) = byte;
      if (in_head_ < head_size) return;
      in_head_ = 0;
      left_ = std::size_t{head_[0]} << 16 | std::size_t{head_[1]} << 8 | head_[2];
      if (head_[3] <= headers && (head_[4] & end_stream) != 0) answer(head_[8]);
    }
  }
  void answer(unsigned char id) {
    constexpr unsigned char status_200 = 0x88;
    say({0, 0, 1, headers, end_headers, 0, 0, 0, id, status_200});
    say({0, 0, 2, data, end_stream, 0, 0, 0, id, 'o', 'k'});
  }

  std::array<unsigned char, 4096> out_{};
  std::size_t said_ = 0;
  std::array<unsigned char, head_size> head_{};
  std::size_t in_head_ = 0;
  std::size_t heard_ = 0;
  std::size_t left_ = 0;
  event has_said_;
};

class fixed_http2_network final : public outgoing_network {
 public:
  task<std::unique_ptr<io::async_stream>> connect(io::endpoint, deadline) override {
    co_return std::make_unique<fixed_http2_stream>();
  }
};

/// Requests over HTTP/2: alone, with a body, and several on one connection.
task<void> http2_client() {
  fixed_http2_network net;
  http::async_client_options options;
  options.network = &net;
  options.base_url = "http://server";
  options.http2_prior_knowledge = true;
  http::async_client client(options);
  const auto ask = [](http::async_client& with, std::size_t size) -> task<void> {
    http::request_options more;
    more.content(std::string(size, 'x'), "text/plain");
    const auto answer = co_await with.request("PUT", "/a", std::move(more));
    if (answer.content() != "ok") throw std::logic_error("an answer is not whole");
  };
  {
    co_await ask(client, 0);
    co_await ask(client, 20'000);
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (int i = 0; i < 3; ++i) group.spawn(ask, std::ref(client), std::size_t{100});
      co_return;
    });
  }
  if (client.statistics().active != 0) throw std::logic_error("a slot was lost");
}

}  // namespace

TEST_CASE("client: over HTTP/2, whichever allocation fails, nothing leaks or hangs") {
  const auto report = testing::for_each_allocation_failure(&http2_client);
  MESSAGE(report.allocations << " allocations, " << report.failed << " runs failed, "
                             << report.survived << " survived");
  CHECK(report.failed > 20);
}

TEST_CASE("client and server: whichever allocation fails, nothing leaks or hangs") {
  const auto report = testing::for_each_allocation_failure(&client_and_server);
  MESSAGE(report.allocations << " allocations, " << report.failed << " runs failed, "
                             << report.survived << " survived");
  CHECK(report.failed > 20);
  CHECK(report.survived > 0);
}
