// SPDX-License-Identifier: MIT
// The tools for tests, without a test framework and outside of Leat's tree.
#include <array>
#include <span>
#include <stdexcept>
#include <string>

#include <leat/base/byte_buffer.hpp>
#include <leat/coro/sleep.hpp>
#include <leat/coro/when_all.hpp>
#include <leat/io/error.hpp>
#include <leat/testing/allocation_failures.hpp>
#include <leat/testing/cancellation.hpp>
#include <leat/testing/executor_contract.hpp>
#include <leat/testing/failures.hpp>
#include <leat/testing/memory_network.hpp>
#include <leat/testing/network_contract.hpp>
#include <leat/testing/random.hpp>
#include <leat/testing/scripted_peer.hpp>
#include <leat/testing/simulation.hpp>
#include <leat/testing/some_turns.hpp>
#include <leat/testing/splits.hpp>
#include <leat/testing/stream_contract.hpp>

LEAT_REPLACE_OPERATOR_NEW;

using namespace leat;
using namespace std::chrono_literals;

namespace {

const io::endpoint server = io::endpoint::tcp("server", 80);

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

/// The code under test: says ping and expects pong.
task<void> ping(io::network& net) {
  const auto stream = co_await net.connect(server, deadline_after(1s));
  co_await stream->write_all(as_bytes("ping"), deadline_after(1s));
  std::array<std::byte, 4> room{};
  for (std::size_t got = 0; got < room.size();) {
    const auto size = co_await stream->read_some(std::span(room).subspan(got), deadline_after(1s));
    if (size == 0) throw io::read_error("the end came instead of a pong");
    got += size;
  }
}

task<void> against_a_script(io::network& net) {
  testing::scripted_peer peer(net, server);
  peer.accept().expect("ping").answer_slowly("pong", 1ms);
  co_await when_all(peer.play(), ping(net));
}

task<void> against_a_listener(io::network& net) {
  const auto listening = net.listen(server);
  const auto pong = [](io::listener& from) -> task<void> {
    const auto stream = co_await from.accept();
    std::byte room[4];
    static_cast<void>(co_await stream->read_some(room, deadline_after(1s)));
    co_await stream->write_all(as_bytes("pong"), deadline_after(1s));
  };
  co_await when_all(pong(*listening), ping(net));
}

task<void> in_memory() {
  testing::memory_network net;
  co_await against_a_script(net);
}

task<void> contracts() {
  testing::memory_network net;
  co_await testing::check_network_contract(net, [] { return io::endpoint::tcp("server", 0); });
  co_await testing::check_stream_contract([]() -> task<testing::stream_pair> {
    auto [near, far] = io::make_stream_pair();
    co_return {std::move(near), std::move(far)};
  });
  co_await testing::check_executor_contract();
  co_await testing::some_turns();
}

}  // namespace

int main() {
  testing::test_loop loop;
  loop.run(contracts());
  testing::for_each_seed({.first = 1, .count = 20}, [](testing::simulation& run) -> task<void> {
    run.net.set_links({.latency = run.random.up_to(9ms), .short_read = 0.5});
    co_await against_a_script(run.net);
  });
  require(testing::for_each_cancellation(in_memory).stopped != 0, "nothing was cancelled");
  require(testing::for_each_failure(against_a_listener).failed != 0, "nothing failed");
  require(testing::for_each_allocation_failure(in_memory).failed != 0, "memory never failed");
  std::size_t cuts = 0;
  testing::for_each_split("ping", [&cuts](std::string_view, std::string_view) { ++cuts; });
  require(cuts == 5, "there are five ways to cut four bytes");
}
