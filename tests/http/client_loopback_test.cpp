// SPDX-License-Identifier: MIT
#include <array>
#include <optional>
#include <string>

#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/server.hpp"
#include "leat/io/error.hpp"

#include "support/async_test.hpp"

using namespace leat;
using http::async_client;
using http::server_request;
using http::server_response;

namespace {

const io::endpoint any_port = io::endpoint::tcp("127.0.0.1", 0);

std::string url_of(const io::endpoint& at) {
  return "http://" + at.to_string() + "/";
}

// More than the buffers of both sockets take.
constexpr std::size_t large = std::size_t{16} << 20;

http::request_options large_body() {
  http::request_options options;
  options.content(std::string(large, 'x'), "text/plain");
  return options;
}

task<server_response> echo_size(server_request& request) {
  co_return server_response::text(std::to_string(request.body().size()));
}

/// Asks a server of ours, whose limit for bodies is `most`, with a large body.
task<http::response> upload(std::uint64_t most) {
  http::router routes;
  routes.post("/", echo_size);
  http::server_options options;
  options.max_body_bytes = most;
  http::server server(std::move(routes), options);
  const std::string url = url_of(server.listen(any_port));
  std::optional<http::response> answer;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([](http::server& one) { return one.run(); }, std::ref(server));
    async_client client;
    answer = co_await client.post(url, large_body());
    client.close();
    server.shut_down();
  });
  co_return std::move(*answer);
}

/// Answers one request before it has read the body, and closes, which resets the connection.
task<void> refuse_and_reset(io::listener& from) {
  const auto stream = co_await from.accept();
  std::array<std::byte, 100> head{};
  static_cast<void>(co_await stream->read_some(head, deadline_after(5s)));
  co_await stream->write_all(
      as_bytes("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"),
      deadline_after(5s));
}

}  // namespace

LEAT_LOOPBACK_TEST("client: sends a body that no socket takes at once") {
  const auto answer = co_await upload(large);
  CHECK(answer.status() == 200);
  CHECK(answer.content() == std::to_string(large));
}

LEAT_LOOPBACK_TEST("client: is told that its body is too large before it has sent it") {
  const auto answer = co_await upload(1000);
  CHECK(answer.status() == 413);
}

LEAT_LOOPBACK_TEST("client: reads the answer of a server that resets the connection behind it") {
  const auto listener = io::system_network().listen(any_port);
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(&refuse_and_reset, std::ref(*listener));
    async_client client;
    const auto answer = co_await client.post(url_of(listener->local()), large_body());
    CHECK(answer.status() == 413);
    CHECK(client.statistics().idle == 0);
  });
}

TEST_CASE("client: may be made before its loop and destroyed after it") {
  async_client client;
  for (int round = 0; round < 2; ++round) {
    io::run([](async_client& with) -> task<void> {
      http::router routes;
      routes.post("/", echo_size);
      http::server server(std::move(routes));
      const std::string url = url_of(server.listen(any_port));
      co_await with_task_group([&](task_group& group) -> task<void> {
        group.spawn([](http::server& one) { return one.run(); }, std::ref(server));
        CHECK((co_await with.post(url)).content() == "0");
        CHECK(with.statistics().idle == 1);
        group.cancel();
      });
    }(client));
    CHECK(client.statistics().idle == 0);
  }
}
