// SPDX-License-Identifier: MIT
#include "leat/testing/simulated_network.hpp"

#include <array>
#include <memory>
#include <string>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/random.hpp"
#include "leat/testing/stream_contract.hpp"

#include "support/async_test.hpp"

using namespace leat;
using io::endpoint;
using testing::link_profile;
using testing::simulated_network;

namespace {

using stream_ptr = std::unique_ptr<io::async_stream>;

const endpoint server = endpoint::tcp("server", 80);

/// A network with a server that listens, and one connection to it.
struct connected {
  explicit connected(simulated_network& net) : listening(net.listen(server)) {}

  static task<connected> make(simulated_network& net) {
    connected made(net);
    std::tie(made.near, made.far) = co_await when_all(
        net.host("client").connect(server, deadline_after(1min)), made.listening->accept());
    co_return made;
  }

  std::unique_ptr<io::listener> listening;
  stream_ptr near;
  stream_ptr far;
};

task<void> send(io::async_stream& to, std::string_view text, duration limit = 1min) {
  co_await to.write_all(as_bytes(text), deadline_after(limit));
}

task<std::string> receive(io::async_stream& from, duration limit = 1min) {
  std::array<std::byte, 4096> room{};
  const auto size = co_await from.read_some(room, deadline_after(limit));
  co_return std::string(as_text(std::span(room).first(size)));
}

task<std::string> receive(io::async_stream& from, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const auto part = co_await receive(from);
    if (part.empty()) break;
    all += part;
  }
  co_return all;
}

/// Whether `work` fails with this error.
template <class Error, class T>
task<bool> fails_with(task<T> work) {
  const auto ended = co_await as_outcome(std::move(work));
  if (!ended.has_error()) co_return false;
  try {
    std::rethrow_exception(ended.error());
  } catch (const Error&) {
    co_return true;
  }
}

task<void> check_streams(simulated_network& net) {
  const auto listening = net.listen(server);
  co_await testing::check_stream_contract([&]() -> task<testing::stream_pair> {
    auto [near, far] = co_await when_all(net.host("client").connect(server, deadline_after(1min)),
                                         listening->accept());
    co_return {std::move(near), std::move(far)};
  });
}

}  // namespace

LEAT_ASYNC_TEST("simulated network: perfect connections keep the contract of streams") {
  simulated_network net(1);
  co_await check_streams(net);
}

LEAT_ASYNC_TEST("simulated network: slow connections keep the contract of streams") {
  simulated_network net(1, {.latency = 2ms, .jitter = 3ms, .bytes_per_second = 100'000'000});
  co_await check_streams(net);
}

LEAT_ASYNC_TEST("simulated network: short reads and writes keep the contract of streams") {
  simulated_network net(1, {.jitter = 100us, .short_read = 0.5, .short_write = 0.5});
  co_await check_streams(net);
}

LEAT_ASYNC_TEST("simulated network: a connect takes two ways, and bytes take one") {
  simulated_network net(1, {.latency = 5ms});
  const auto pair = co_await connected::make(net);
  CHECK(loop.elapsed() == 10ms);
  co_await send(*pair.near, "hello");
  const auto got = co_await receive(*pair.far);
  CHECK(got == "hello");
  CHECK(loop.elapsed() == 15ms);
}

LEAT_ASYNC_TEST("simulated network: jitter delays, and keeps the order") {
  simulated_network net(7, {.jitter = 10ms});
  const auto pair = co_await connected::make(net);
  const auto began = loop.elapsed();
  std::string sent;
  for (char c = 'a'; c <= 'z'; ++c) {
    co_await send(*pair.near, std::string(1, c));
    sent += c;
  }
  const auto got = co_await receive(*pair.far, sent.size());
  CHECK(got == sent);
  CHECK(loop.elapsed() > began);
  CHECK(loop.elapsed() - began <= 10ms);
}

LEAT_ASYNC_TEST("simulated network: bandwidth bounds what arrives in a time") {
  simulated_network net(1, {.bytes_per_second = 1000});
  const auto pair = co_await connected::make(net);
  co_await send(*pair.near, std::string(500, 'x'));
  static_cast<void>(co_await receive(*pair.far, 500));
  CHECK(loop.elapsed() == 500ms);
}

LEAT_ASYNC_TEST("simulated network: a write waits while too much is under way") {
  simulated_network net(1, {.latency = 1s, .capacity = 10});
  const auto pair = co_await connected::make(net);
  const auto late =
      co_await fails_with<io::write_timeout>(send(*pair.near, std::string(11, 'x'), 500ms));
  CHECK(late);
}

LEAT_ASYNC_TEST("simulated network: a dripping connection gives a byte to each read") {
  simulated_network net(1, {.dripping = 1});
  const auto pair = co_await connected::make(net);
  co_await send(*pair.near, "abc");
  for (const char* each : {"a", "b", "c"}) {
    const auto got = co_await receive(*pair.far);
    CHECK(got == each);
  }
}

LEAT_ASYNC_TEST("simulated network: a reset in the middle of a read is a read_error") {
  simulated_network net(1);
  const auto pair = co_await connected::make(net);
  const auto cut = [](simulated_network& all) -> task<void> {
    co_await sleep_for(1s);
    all.connections().front().reset();
  };
  const auto [failed, unit] =
      co_await when_all(fails_with<io::read_error>(receive(*pair.far)), cut(net));
  CHECK(failed);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("simulated network: a reset in the middle of a write is a write_error") {
  simulated_network net(1, {.capacity = 10});
  const auto pair = co_await connected::make(net);
  const auto cut = [](simulated_network& all) -> task<void> {
    co_await sleep_for(1s);
    all.connections().front().reset();
  };
  const auto [failed, unit] = co_await when_all(
      fails_with<io::write_error>(send(*pair.near, std::string(100, 'x'))), cut(net));
  CHECK(failed);
}

LEAT_ASYNC_TEST("simulated network: a reset at a byte lets through what is before it") {
  simulated_network net(1);
  const auto pair = co_await connected::make(net);
  net.connections().front().reset_after(3);
  co_await send(*pair.near, "abcdef");
  const auto got = co_await receive(*pair.far);
  CHECK(got == "abc");
  const auto failed = co_await fails_with<io::read_error>(receive(*pair.far));
  CHECK(failed);
  CHECK_FALSE(pair.near->is_idle_and_open());
}

LEAT_ASYNC_TEST("simulated network: closing with unread input resets the peer") {
  simulated_network net(1);
  auto pair = co_await connected::make(net);
  co_await send(*pair.near, "nobody reads this");
  pair.far.reset();
  const auto failed = co_await fails_with<io::read_error>(receive(*pair.near));
  CHECK(failed);
}

LEAT_ASYNC_TEST("simulated network: a peer that has vanished says nothing for ever") {
  simulated_network net(1, {.capacity = 10});
  auto pair = co_await connected::make(net);
  net.connections().front().vanish();
  pair.far.reset();
  const auto silent = co_await fails_with<io::read_timeout>(receive(*pair.near, 1h));
  CHECK(silent);
  co_await send(*pair.near, "0123456789");
  const auto stuck = co_await fails_with<io::write_timeout>(send(*pair.near, "x", 1h));
  CHECK(stuck);
  CHECK(loop.elapsed() == 2h);
  CHECK(pair.near->is_idle_and_open());
}

LEAT_ASYNC_TEST("simulated network: what a partition holds up arrives when it is healed") {
  simulated_network net(1, {.latency = 1ms});
  const auto pair = co_await connected::make(net);
  net.partition("client", "server");
  co_await send(*pair.near, "patience");
  const auto late = co_await fails_with<io::read_timeout>(receive(*pair.far, 1min));
  CHECK(late);
  const auto before = loop.elapsed();
  net.heal("server", "client");
  const auto got = co_await receive(*pair.far);
  CHECK(got == "patience");
  CHECK(loop.elapsed() - before == 1ms);
}

LEAT_ASYNC_TEST("simulated network: an end waits for the end of a partition, too") {
  simulated_network net(1);
  auto pair = co_await connected::make(net);
  net.partition("client", "server");
  pair.far.reset();
  const auto late = co_await fails_with<io::read_timeout>(receive(*pair.near, 1min));
  CHECK(late);
  net.heal("client", "server");
  const auto got = co_await receive(*pair.near);
  CHECK(got.empty());
}

LEAT_ASYNC_TEST("simulated network: a partition parts two hosts and no others") {
  simulated_network net(1);
  const auto listening = net.listen(server);
  net.partition("client", "server");
  const auto other = co_await net.host("other").connect(server, deadline_after(1s));
  CHECK(other != nullptr);
  const auto parted = co_await fails_with<io::connect_timeout>(
      net.host("client").connect(server, deadline_after(1s)));
  CHECK(parted);
}

LEAT_ASYNC_TEST("simulated network: a connect goes on when a partition is healed") {
  simulated_network net(1, {.latency = 1ms});
  const auto listening = net.listen(server);
  net.partition("client", "server");
  const auto heal = [](simulated_network& all) -> task<void> {
    co_await sleep_for(1s);
    all.heal("client", "server");
  };
  const auto [near, unit] =
      co_await when_all(net.host("client").connect(server, deadline_after(1min)), heal(net));
  CHECK(near != nullptr);
  CHECK(loop.elapsed() == 1s + 2ms);
}

LEAT_ASYNC_TEST("simulated network: a name that no host has is a resolve_error") {
  simulated_network net(1);
  const auto unknown = co_await fails_with<io::resolve_error>(
      net.connect(endpoint::tcp("nowhere", 80), deadline_after(1s)));
  CHECK(unknown);
}

LEAT_ASYNC_TEST("simulated network: lookups of a name fail while they are told to") {
  simulated_network net(1);
  const auto listening = net.listen(server);
  net.fail_lookups("server");
  const auto failed =
      co_await fails_with<io::resolve_error>(net.connect(server, deadline_after(1s)));
  CHECK(failed);
  net.fail_lookups("server", false);
  const auto near = co_await net.connect(server, deadline_after(1s));
  CHECK(near != nullptr);
}

LEAT_ASYNC_TEST("simulated network: nobody listening is a connect_error, after both ways") {
  simulated_network net(1, {.latency = 5ms});
  static_cast<void>(net.host("server"));
  const auto refused =
      co_await fails_with<io::connect_error>(net.connect(server, deadline_after(1s)));
  CHECK(refused);
  CHECK(loop.elapsed() == 10ms);
}

LEAT_ASYNC_TEST("simulated network: refusal and black hole happen as often as they are asked to") {
  simulated_network net(1, {.refusal = 1});
  const auto listening = net.listen(server);
  const auto refused =
      co_await fails_with<io::connect_error>(net.connect(server, deadline_after(1s)));
  CHECK(refused);
  net.set_links({.black_hole = 1});
  const auto swallowed =
      co_await fails_with<io::connect_timeout>(net.connect(server, deadline_after(7s)));
  CHECK(swallowed);
  CHECK(loop.elapsed() == 7s);
}

LEAT_ASYNC_TEST("simulated network: a lookup fails as often as it is asked to") {
  simulated_network net(1, {.lookup_failure = 1});
  const auto listening = net.listen(server);
  const auto failed =
      co_await fails_with<io::resolve_error>(net.connect(server, deadline_after(1s)));
  CHECK(failed);
}

LEAT_ASYNC_TEST("simulated network: a connection that is to break does so within its bounds") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    simulated_network net(seed, {.reset = 1, .fault_within_bytes = 100, .fault_within = 1s});
    const auto pair = co_await connected::make(net);
    const auto began = loop.elapsed();
    // More than 100 bytes each way, and then nothing: whichever bound was drawn is reached.
    const auto talk = [](io::async_stream& stream) -> task<void> {
      co_await send(stream, std::string(200, 'x'));
      while (true) static_cast<void>(co_await receive(stream));
    };
    co_await when_all(fails_with<io_error>(talk(*pair.near)),
                      fails_with<io_error>(talk(*pair.far)));
    CHECK(loop.elapsed() - began <= 1s);
    CHECK_FALSE(net.connections().front().is_open());
  }
}

LEAT_ASYNC_TEST("simulated network: a connection whose peers vanish is silent from then on") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    simulated_network net(seed, {.vanishing = 1, .fault_within_bytes = 100, .fault_within = 1s});
    const auto pair = co_await connected::make(net);
    const auto talk = [](io::async_stream& stream) -> task<void> {
      co_await send(stream, std::string(200, 'x'));
      co_await sleep_for(1s);
      static_cast<void>(co_await receive(stream, std::size_t{200}));
      co_await send(stream, "anybody?");
      static_cast<void>(co_await receive(stream, 1min));
    };
    const auto [near, far] = co_await when_all(fails_with<io::read_timeout>(talk(*pair.near)),
                                               fails_with<io::read_timeout>(talk(*pair.far)));
    CHECK(near);
    CHECK(far);
  }
}

LEAT_ASYNC_TEST("simulated network: a full backlog keeps a connect waiting") {
  simulated_network net(1);
  io::listen_options one;
  one.backlog = 1;
  const auto listening = net.listen(server, one);
  const auto first = co_await net.connect(server, deadline_after(1s));
  const auto full =
      co_await fails_with<io::connect_timeout>(net.connect(server, deadline_after(1s)));
  CHECK(full);
  const auto [second, accepted] =
      co_await when_all(net.connect(server, deadline_after(1s)), listening->accept());
  CHECK(second != nullptr);
}

LEAT_ASYNC_TEST("simulated network: an accept may come later than its connection") {
  simulated_network net(3, {.accept_delay = 1s});
  const auto listening = net.listen(server);
  const auto near = co_await net.host("client").connect(server, deadline_after(1s));
  CHECK(loop.elapsed() == 0s);
  const auto far = co_await listening->accept();
  CHECK(loop.elapsed() > 0s);
  CHECK(loop.elapsed() <= 1s);
}

LEAT_ASYNC_TEST("simulated network: a host has addresses of its own") {
  simulated_network net(1, {.latency = 1s});
  const auto at_home = net.host("a").listen(endpoint::tcp("127.0.0.1", 80));
  const auto elsewhere = co_await fails_with<io::connect_error>(
      net.host("b").connect(endpoint::tcp("localhost", 80), deadline_after(1min)));
  CHECK(elsewhere);
  const auto began = loop.elapsed();
  const auto own =
      co_await net.host("a").connect(endpoint::tcp("localhost", 80), deadline_after(1min));
  CHECK(own != nullptr);
  CHECK(loop.elapsed() == began);  // nothing leaves the host
  const auto by_name = co_await net.host("b").connect(endpoint::tcp("a", 80), deadline_after(1min));
  CHECK(by_name != nullptr);
  CHECK_THROWS_AS(static_cast<void>(net.host("a").listen(endpoint::tcp("b", 81))),
                  io::listen_error);
}

LEAT_ASYNC_TEST("simulated network: unix sockets belong to a host") {
  simulated_network net(1);
  const auto at = endpoint::unix_socket("/run/socket");
  const auto listening = net.host("a").listen(at);
  const auto near = co_await net.host("a").connect(at, deadline_after(1s));
  CHECK(near != nullptr);
  const auto elsewhere =
      co_await fails_with<io::connect_error>(net.host("b").connect(at, deadline_after(1s)));
  CHECK(elsewhere);
}

LEAT_ASYNC_TEST("simulated network: a link of two hosts may differ from all others") {
  simulated_network net(1);
  net.set_link("client", "server", {.latency = 1s});
  const auto listening = net.listen(server);
  const auto near = co_await net.host("other").connect(server, deadline_after(1min));
  CHECK(loop.elapsed() == 0s);
  const auto far = co_await net.host("client").connect(server, deadline_after(1min));
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("simulated network: streams that outlive it are reset") {
  stream_ptr near;
  {
    simulated_network net(1);
    auto pair = co_await connected::make(net);
    near = std::move(pair.near);
  }
  CHECK_FALSE(near->is_idle_and_open());
  const auto failed = co_await fails_with<io::read_error>(receive(*near));
  CHECK(failed);
}

TEST_CASE("simulated network: may outlive its loop, with bytes under way") {
  simulated_network net(1, {.latency = 1s, .reset = 1});
  for (int i = 0; i < 2; ++i) {
    testing::test_loop loop;
    loop.run([](simulated_network& all) -> task<void> {
      const auto pair = co_await connected::make(all);
      co_await send(*pair.near, "lost");
    }(net));
    CHECK(net.connections().empty());
  }
}

namespace {

/// Some clients that talk to an echoing server, in ways that a random source chooses. Returns
/// the trace.
std::string random_conversation(std::uint64_t seed) {
  testing::test_loop loop;
  simulated_network net(seed, {.latency = 1ms,
                               .jitter = 2ms,
                               .accept_delay = 1ms,
                               .refusal = 0.1,
                               .reset = 0.3,
                               .vanishing = 0.2,
                               .short_read = 0.3,
                               .short_write = 0.3,
                               .fault_within_bytes = 500,
                               .fault_within = 20ms});
  testing::random_source random(seed);
  loop.run([](simulated_network& all, testing::random_source& choice) -> task<void> {
    const auto listening = all.listen(server);
    const auto echo = [](stream_ptr stream) -> task<void> {
      try {
        for (;;) {
          const auto got = co_await receive(*stream, 1s);
          if (got.empty()) co_return;
          co_await send(*stream, got);
        }
      } catch (const leat::error&) {  // as drawn
      }
    };
    const auto ask = [](simulated_network& via, testing::random_source own) -> task<void> {
      try {
        const auto stream = co_await via.host("client").connect(server, deadline_after(1s));
        for (int i = 0; i < 5; ++i) {
          co_await send(*stream, own.bytes(1 + own.below(100)));
          static_cast<void>(co_await receive(*stream, 1s));
        }
      } catch (const leat::error&) {  // as drawn
      }
    };
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](io::listener& from, task_group& to, auto serve) -> task<void> {
            for (;;) to.spawn(serve, co_await from.accept());
          },
          std::ref(*listening), std::ref(group), echo);
      co_await with_task_group([&](task_group& clients) -> task<void> {
        for (int i = 0; i < 10; ++i) clients.spawn(ask, std::ref(all), choice.split());
        co_return;
      });
      group.cancel();
    });
  }(net, random));
  return net.trace();
}

}  // namespace

TEST_CASE("simulated network: a seed decides everything, event by event") {
  const auto first = random_conversation(20261126);
  CHECK(first == random_conversation(20261126));
  CHECK(first != random_conversation(20261127));
  CHECK(first.size() > 1000);
}

LEAT_ASYNC_TEST("simulated network: its trace tells what happened when") {
  simulated_network net(1, {.latency = 5ms});
  {
    const auto pair = co_await connected::make(net);
    co_await send(*pair.near, "hello");
    static_cast<void>(co_await receive(*pair.far));
    co_await pair.near->close(deadline_after(1s));
    static_cast<void>(co_await receive(*pair.far));
  }
  CHECK(net.trace() ==
        "0.000000000 #1 client -> server:80 connected\n"
        "0.000000000 #1 client <- server:80 accepted\n"
        "0.005000000 #1 client -> server:80 delivered 5\n"
        "0.005000000 #1 client -> server:80 read 5\n"
        "0.005000000 #1 client -> server:80 closed\n"
        "0.010000000 #1 client -> server:80 ended\n"
        "0.010000000 #1 client <- server:80 closed\n");
}

TEST_CASE("simulated network: cancelled at every point, a conversation leaves nothing") {
  const auto report = testing::for_each_cancellation([]() -> task<void> {
    simulated_network net(5, {.latency = 1ms, .jitter = 1ms, .capacity = 100, .short_write = 0.5});
    auto pair = co_await connected::make(net);
    const auto talk = [](io::async_stream& from, io::async_stream& to) -> task<void> {
      co_await when_all(send(from, std::string(500, 'x')),
                        [](io::async_stream& stream) -> task<void> {
                          static_cast<void>(co_await receive(stream, std::size_t{500}));
                        }(to));
    };
    co_await when_all(talk(*pair.near, *pair.far), talk(*pair.far, *pair.near));
    co_await pair.near->close(deadline_after(1s));
  });
  CHECK(report.suspensions > 20);
}

TEST_CASE("random: the same seed gives the same numbers on every system") {
  testing::random_source random(0);
  // The first terms of SplitMix64 from 0, as its author publishes them.
  CHECK(random.bits() == 0xe220a8397b1dcdafU);
  CHECK(random.bits() == 0x6e789e6aa1b965f4U);
}

TEST_CASE("random: choices stay within what they were given") {
  testing::random_source random(1);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) {
    REQUIRE(random.below(7) < 7);
    REQUIRE(random.up_to(3ns) <= 3ns);
    if (random.chance(0.25)) ++hits;
  }
  CHECK(hits > 2'300);
  CHECK(hits < 2'700);
  CHECK(random.below(0) == 0);
  CHECK(random.up_to(0s) == 0s);
  CHECK_FALSE(random.chance(0));
  CHECK(random.chance(1));
}
