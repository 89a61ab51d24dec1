// SPDX-License-Identifier: MIT
#include "http/begun_stream.hpp"

#include <memory>
#include <string>
#include <utility>

#include "leat/coro/when_all.hpp"
#include "leat/http/async_client.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/memory_network.hpp"
#include "leat/testing/scripted_peer.hpp"
#include "leat/testing/stream_contract.hpp"

#include "support/async_test.hpp"

// Streams of which a part has been read: what a client hands out after 101.

using namespace leat;
using testing::memory_network;
using testing::scripted_peer;

namespace {

byte_buffer holding(std::string_view text) {
  byte_buffer buffer;
  buffer.append(text);
  return buffer;
}

template <class Stream>
std::string now_in(Stream& from, std::size_t size) {
  std::string room(size, '\0');
  const auto read = from.try_read_some(std::as_writable_bytes(std::span(room)));
  if (!read) return "(nothing)";
  room.resize(*read);
  return room;
}

}  // namespace

LEAT_ASYNC_TEST("begun stream: keeps the contract of streams") {
  co_await testing::check_stream_contract([]() -> task<testing::stream_pair> {
    auto [near, far] = io::make_stream_pair();
    auto begun = http::make_begun_stream(std::move(near), holding("x"));
    CHECK(now_in(*begun, 10) == "x");
    co_return testing::stream_pair{std::move(begun), std::move(far)};
  });
}

LEAT_ASYNC_TEST("begun stream: gives what was read before, then what comes") {
  auto [near, far] = io::make_stream_pair();
  const auto begun = http::make_begun_stream(std::move(near), holding("before"));
  CHECK_FALSE(begun->is_idle_and_open());
  CHECK(begun->input_to_wait_for() == nullptr);
  co_await far->write_all(as_bytes("after"), deadline_after(1s));
  std::string all;
  while (all.size() < 11) {
    std::string room(4, '\0');
    room.resize(
        co_await begun->read_some(std::as_writable_bytes(std::span(room)), deadline_after(1s)));
    all += room;
  }
  CHECK(all == "beforeafter");
  CHECK(begun->is_idle_and_open());
}

LEAT_ASYNC_TEST("begun stream: a part that was read before is read again whatever its size") {
  auto [near, far] = io::make_stream_pair();
  const auto begun = http::make_begun_stream(std::move(near), holding("abc"));
  CHECK(now_in(*begun, 2) == "ab");
  CHECK(now_in(*begun, 2) == "c");
  CHECK(now_in(*begun, 2) == "(nothing)");
  co_return;
}

TEST_CASE("begun stream: the blocking one does the same, and has something to read at once") {
  auto [near, far] = io::make_blocking_stream_pair();
  const auto begun = http::make_begun_stream(std::move(near), holding("abc"));
  const auto never = deadline::never();
  CHECK_FALSE(begun->is_idle_and_open());
  CHECK(begun->write_until_input(as_bytes("hello"), never) == 0);
  std::string room(10, '\0');
  CHECK(begun->read_some(std::as_writable_bytes(std::span(room)), never) == 3);
  CHECK(room.starts_with("abc"));
  CHECK(begun->write_until_input(as_bytes("hello"), never) == 5);
  CHECK(far->read_some(std::as_writable_bytes(std::span(room)), never) == 5);
  far->write_all(as_bytes("xyz"), never);
  CHECK(begun->read_some(std::as_writable_bytes(std::span(room)), never) == 3);
  CHECK(room.starts_with("xyz"));
}

TEST_CASE("begun stream: an upgrade can be cancelled anywhere, and leaves no connection") {
  struct world {
    memory_network net;
    std::unique_ptr<scripted_peer> peer;
    std::unique_ptr<http::async_client> client;
  };
  std::unique_ptr<world> all;
  const auto report = testing::for_each_cancellation(
      [&all] {
        all = std::make_unique<world>();
        all->peer = std::make_unique<scripted_peer>(all->net, io::endpoint::tcp("a.test", 80));
        all->peer->accept()
            .expect_until("\r\n\r\n")
            .answer(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                "Upgrade: echo\r\n\r\nwelcome")
            .expect("hello")
            .answer("bye")
            .expect_close();
        http::async_client_options options;
        options.network = &all->net;
        all->client = std::make_unique<http::async_client>(std::move(options));
        return [](world& with) -> task<void> {
          co_await when_all(with.peer->play(), [](http::async_client& from) -> task<void> {
            auto answer = co_await from.stream(
                "GET", "http://a.test/",
                http::request_options().header("connection", "upgrade").header("upgrade", "echo"));
            const auto stream = answer.take_stream();
            std::string room(7, '\0');
            co_await stream->read_some(std::as_writable_bytes(std::span(room)), deadline_after(1h));
            CHECK(room == "welcome");
            co_await stream->write_all(as_bytes("hello"), deadline_after(1h));
            const auto size = co_await stream->read_some(std::as_writable_bytes(std::span(room)),
                                                         deadline_after(1h));
            CHECK(size == 3);
            co_await stream->close(deadline_after(1h));
          }(*with.client));
        }(*all);
      },
      [&all](const outcome<void>&) {
        CHECK(all->client->statistics().active == 0);
        CHECK(all->client->statistics().idle == 0);
        all.reset();
      });
  CHECK(report.suspensions > 4);
  CHECK(report.stopped > 4);
}
