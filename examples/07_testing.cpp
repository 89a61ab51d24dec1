// SPDX-License-Identifier: MIT
// Tests of concurrent code: on virtual time, against scripted peers, at every split and with a
// cancel at every point. It is a test program of doctest; any framework with TEST_CASE will do.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <ostream>

#include <doctest/doctest.h>
#include <leat/coro/event.hpp>
#include <leat/coro/semaphore.hpp>
#include <leat/coro/sleep.hpp>
#include <leat/coro/when_all.hpp>
#include <leat/http/async_client.hpp>
#include <leat/io/error.hpp>
#include <leat/proto/http1/chunk_size_reader.hpp>
#include <leat/testing/async_test.hpp>
#include <leat/testing/cancellation.hpp>
#include <leat/testing/memory_network.hpp>
#include <leat/testing/scripted_peer.hpp>
#include <leat/testing/splits.hpp>
#include <leat/testing/stream_contract.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

http::async_client_options on(testing::memory_network& net) {
  http::async_client_options options;
  options.base_url = "http://a.test";
  options.network = &net;
  return options;
}

}  // namespace

// region time
LEAT_ASYNC_TEST("sleep: takes exactly its time") {
  co_await sleep_for(24h);

  CHECK(loop.elapsed() == 24h);
}
// endregion time

// region deadlock
TEST_CASE("event: whoever waits for one that nobody sets is told of the deadlock") {
  event never_set;
  const auto wait = [&]() -> task<void> { co_await never_set.wait(); };
  testing::test_loop loop;

  CHECK_THROWS_AS(loop.run(wait()), deadlock);
}
// endregion deadlock

// region peer
LEAT_ASYNC_TEST("client: gives up when an answer does not come in time") {
  testing::memory_network net;
  testing::scripted_peer peer(net, io::endpoint::tcp("a.test", 80));
  peer.accept().expect_until("\r\n\r\n").answer("HTTP/1.1 200 OK\r\n").pause(1min).expect_close();
  http::async_client client(on(net));

  auto ended = co_await when_all_settled(peer.play(), client.get("/"));

  auto& [played, answer] = ended;
  CHECK_THROWS_AS(answer.value(), io::read_timeout);
  CHECK(played.has_value());
  CHECK(loop.elapsed() == 1min);
}
// endregion peer

// region splits
TEST_CASE("chunk size: is read wherever the line is split") {
  testing::for_each_split("1aF;name=value\r\n", [](std::string_view head, std::string_view tail) {
    proto::http1::chunk_size_reader reader(64);
    reader.feed(head);
    reader.feed(tail);
    CHECK(reader.size() == 0x1af);
  });
}
// endregion splits

// region cancellation
TEST_CASE("semaphore: no permit is lost wherever its holder is stopped") {
  semaphore permits(1);
  const auto work = [&]() -> task<void> {
    const auto permit = co_await permits.acquire();
    co_await sleep_for(1s);
  };

  const auto report = testing::for_each_cancellation(
      [&]() -> task<void> { co_await when_all(work(), work()); },
      [&](const outcome<void>&) { CHECK(permits.free_permits() == 1); });

  CHECK(report.stopped > 0);
}
// endregion cancellation

// region contract
LEAT_ASYNC_TEST("memory stream: keeps the contract of streams") {
  co_await testing::check_stream_contract([]() -> task<testing::stream_pair> {
    auto [near, far] = io::make_stream_pair();
    co_return {std::move(near), std::move(far)};
  });
}
// endregion contract
