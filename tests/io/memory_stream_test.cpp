// SPDX-License-Identifier: MIT
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"
#include "leat/io/stream.hpp"
#include "leat/testing/stream_contract.hpp"

#include "support/async_test.hpp"

using namespace leat;

LEAT_ASYNC_TEST("memory stream: keeps the contract of streams") {
  co_await testing::check_stream_contract([]() -> task<testing::stream_pair> {
    auto [near, far] = io::make_stream_pair();
    co_return {std::move(near), std::move(far)};
  });
}

LEAT_ASYNC_TEST("memory stream: keeps the contract of streams with little room") {
  co_await testing::check_stream_contract([]() -> task<testing::stream_pair> {
    auto [near, far] = io::make_stream_pair(4096);
    co_return {std::move(near), std::move(far)};
  });
}

LEAT_ASYNC_TEST("memory stream: a read times out exactly at its deadline") {
  auto [near, far] = io::make_stream_pair();
  std::byte into[1];
  bool timed_out = false;
  try {
    static_cast<void>(co_await near->read_some(into, deadline_after(5s)));
  } catch (const io::read_timeout&) {
    timed_out = true;
  }
  CHECK(timed_out);
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("memory stream: bytes that come at the moment of the deadline are in time") {
  auto [near, far] = io::make_stream_pair();
  const auto reads = [](io::async_stream& from) -> task<std::size_t> {
    std::byte into[1];
    co_return co_await from.read_some(into, deadline_after(5s));
  };
  const auto writes = [](io::async_stream& to) -> task<void> {
    co_await sleep_for(5s);
    co_await to.write_all(as_bytes("x"), deadline::never());
  };
  // The writer wakes first, because it was armed first.
  const auto [unit, size] = co_await when_all(writes(*far), reads(*near));
  CHECK(size == 1);
}

LEAT_ASYNC_TEST("memory stream: a try takes what is there, and no more than there is room for") {
  auto [near, far] = io::make_stream_pair(4);
  CHECK(near->try_write_some(as_bytes("hello")) == 4);
  CHECK_FALSE(near->try_write_some(as_bytes("o")));
  std::byte into[3];
  CHECK(far->try_read_some(into) == 3);
  CHECK(near->try_write_some(as_bytes("o")) == 1);
  CHECK(far->try_read_some(into) == 2);
  CHECK_FALSE(far->try_read_some(into));
  near.reset();
  CHECK(far->try_read_some(into) == 0);
  CHECK_THROWS_AS(static_cast<void>(far->try_write_some(as_bytes("x"))), io::write_error);
  co_return;
}
