// SPDX-License-Identifier: MIT
#include "leat/testing/memory_network.hpp"

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/stream_contract.hpp"

#include "support/async_test.hpp"

using namespace leat;
using io::endpoint;

LEAT_ASYNC_TEST("memory network: its connections keep the contract of streams") {
  testing::memory_network net;
  const auto listening = net.listen(endpoint::tcp("server", 80));
  co_await testing::check_stream_contract([&]() -> task<testing::stream_pair> {
    auto [near, far] =
        co_await when_all(net.connect(listening->local(), deadline_after(1s)), listening->accept());
    co_return {std::move(near), std::move(far)};
  });
}

LEAT_ASYNC_TEST("memory network: nobody listening is a connect_error") {
  testing::memory_network net;
  bool refused = false;
  try {
    static_cast<void>(co_await net.connect(endpoint::tcp("server", 80), deadline_after(1s)));
  } catch (const io::connect_error& e) {
    refused = e.cause() == std::errc::connection_refused;
  }
  CHECK(refused);
}

LEAT_ASYNC_TEST("memory network: an address in use is a listen_error") {
  testing::memory_network net;
  const auto first = net.listen(endpoint::tcp("server", 80));
  CHECK_THROWS_AS(static_cast<void>(net.listen(endpoint::tcp("server", 80))), io::listen_error);
  co_return;
}

LEAT_ASYNC_TEST("memory network: port 0 becomes a port of its own each time") {
  testing::memory_network net;
  const auto first = net.listen(endpoint::tcp("server", 0));
  const auto second = net.listen(endpoint::tcp("server", 0));
  CHECK(first->local().port() != 0);
  CHECK(first->local() != second->local());
  co_return;
}

LEAT_ASYNC_TEST("memory network: connections wait until they are accepted") {
  testing::memory_network net;
  const auto listening = net.listen(endpoint::tcp("server", 80));
  const auto near = co_await net.connect(endpoint::tcp("server", 80), deadline_after(1s));
  co_await near->write_all(as_bytes("early"), deadline_after(1s));
  const auto far = co_await listening->accept();
  std::byte into[5];
  CHECK(co_await far->read_some(into, deadline_after(1s)) == 5);
  CHECK(net.connections() == 1);
}

LEAT_ASYNC_TEST("memory network: a pending accept fails when its listener is closed") {
  testing::memory_network net;
  const auto listening = net.listen(endpoint::tcp("server", 80));
  bool failed = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&listening, &failed]() -> task<void> {
      try {
        static_cast<void>(co_await listening->accept());
      } catch (const io::accept_error&) {
        failed = true;
      }
    });
    co_await sleep_for(1s);
    listening->close();
  });
  CHECK(failed);
}

LEAT_ASYNC_TEST("memory network: every one of several tasks that accept gets a connection") {
  testing::memory_network net;
  const auto listening = net.listen(endpoint::tcp("server", 80));
  std::vector<task<std::unique_ptr<io::async_stream>>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(listening->accept());
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(net.connect(endpoint::tcp("server", 80), deadline_after(1s)));
  }
  const auto streams = co_await when_all(std::move(tasks));
  for (const auto& each : streams) CHECK(each != nullptr);
}
