// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/executor_contract.hpp"
#include "leat/testing/memory_network.hpp"
#include "leat/testing/network_contract.hpp"
#include "leat/testing/simulated_network.hpp"
#include "leat/testing/stream_contract.hpp"

#include "support/async_test.hpp"
#include "support/scratch_folder.hpp"

using namespace leat;
using io::endpoint;

namespace {

task<void> check_streams(io::network& net, endpoint at) {
  const auto listening = net.listen(at);
  co_await testing::check_stream_contract([&]() -> task<testing::stream_pair> {
    auto [near, far] = co_await when_all(net.connect(listening->local(), deadline_after(1min)),
                                         listening->accept());
    co_return {std::move(near), std::move(far)};
  });
}

endpoint some_port() {
  return endpoint::tcp("127.0.0.1", 0);
}

}  // namespace

// --- networks

LEAT_LOOPBACK_TEST("contract: the system's network, over TCP") {
  co_await testing::check_network_contract(io::system_network(), some_port);
}

LEAT_LOOPBACK_TEST("contract: the system's network, over Unix sockets") {
  const scratch_folder folder;
  int made = 0;
  co_await testing::check_network_contract(io::system_network(), [&folder, &made] {
    return endpoint::unix_socket(folder / ("s" + std::to_string(++made)).c_str());
  });
}

LEAT_ASYNC_TEST("contract: the network in memory") {
  testing::memory_network net;
  co_await testing::check_network_contract(net, [] { return endpoint::tcp("server", 0); });
}

LEAT_ASYNC_TEST("contract: the simulated network, when it is perfect") {
  testing::simulated_network net(1);
  co_await testing::check_network_contract(net, [] { return endpoint::tcp("server", 0); });
}

LEAT_ASYNC_TEST("contract: the simulated network, when it is slow") {
  testing::simulated_network net(1, {.latency = 3ms,
                                     .jitter = 2ms,
                                     .bytes_per_second = 1'000'000,
                                     .accept_delay = 5ms,
                                     .short_read = 0.5,
                                     .short_write = 0.5});
  co_await testing::check_network_contract(net, [] { return endpoint::tcp("server", 0); });
}

LEAT_ASYNC_TEST("contract: the simulated network, within a host") {
  testing::simulated_network net(1);
  co_await testing::check_network_contract(net.host("a"), some_port);
}

LEAT_LOOPBACK_TEST("contract: the simulated network, on real time") {
  testing::simulated_network net(1, {.latency = 100us, .jitter = 100us});
  co_await testing::check_network_contract(net, [] { return endpoint::tcp("server", 0); });
}

// --- executors

LEAT_LOOPBACK_TEST("contract: the loop on real time") {
  co_await testing::check_executor_contract();
}

LEAT_ASYNC_TEST("contract: the loop on virtual time") {
  co_await testing::check_executor_contract();
}

// --- streams; those over TCP and in memory are checked in tests/io

LEAT_LOOPBACK_TEST("contract: streams over Unix sockets") {
  const scratch_folder folder;
  co_await check_streams(io::system_network(), endpoint::unix_socket(folder / "socket"));
}

LEAT_ASYNC_TEST("contract: streams of the simulated network, within a host") {
  testing::simulated_network net(1);
  co_await check_streams(net.host("a"), some_port());
}

// --- the suites themselves

namespace {

/// Listens, and forgets to say that the address is taken.
class careless_network final : public io::network {
 public:
  task<std::unique_ptr<io::async_stream>> connect(endpoint to, deadline until) override {
    return inner_.connect(std::move(to), until);
  }
  std::unique_ptr<io::listener> listen(const endpoint& at, io::listen_options options) override {
    try {
      return inner_.listen(at, options);
    } catch (const io::listen_error&) {
      return inner_.listen(endpoint::tcp(at.host(), 0), options);
    }
  }

 private:
  testing::memory_network inner_;
};

}  // namespace

LEAT_ASYNC_TEST("contract: the suite of networks names the promise that is broken") {
  careless_network net;
  std::string what;
  try {
    co_await testing::check_network_contract(net, [] { return endpoint::tcp("server", 0); });
  } catch (const testing::contract_violation& e) {
    what = e.what();
  }
  CHECK(what ==
        "the contract of networks is broken: has one listener for an address: an address in use "
        "is a listen_error");
}
