// SPDX-License-Identifier: MIT
#include "leat/io/network.hpp"

#include <algorithm>
#include <latch>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/io/error.hpp"

#include "io/connection_race.hpp"
#include "support/async_test.hpp"
#include "support/full_listener.hpp"
#include "support/scratch_folder.hpp"

using namespace leat;
using io::endpoint;

namespace {

using stream_ptr = std::unique_ptr<io::async_stream>;

io::network& net() {
  return io::system_network();
}

/// A port on which nobody listens: one that was free a moment ago.
std::uint16_t free_port() {
  return net().listen(endpoint::tcp("127.0.0.1", 0))->local().port();
}

/// What `work` throws; fails the test if it throws nothing or something else.
template <class Error, class T>
task<std::string> message_of(task<T> work) {
  const auto ended = co_await as_outcome(std::move(work));
  try {
    if (ended.has_error()) std::rethrow_exception(ended.error());
  } catch (const Error& e) {
    co_return e.what();
  }
  FAIL("it should have failed");
  co_return "";
}

}  // namespace

LEAT_LOOPBACK_TEST("listener: port 0 becomes a port that can be connected to") {
  const auto listening = net().listen(endpoint::tcp("127.0.0.1", 0));
  REQUIRE(listening->local().port() != 0);
  const auto [near, far] =
      co_await when_all(net().connect(listening->local(), deadline_after(5s)), listening->accept());
  CHECK(near != nullptr);
  CHECK(far != nullptr);
}

LEAT_LOOPBACK_TEST("listener: works on IPv6") {
  const auto listening = net().listen(endpoint::tcp("::1", 0));
  CHECK(listening->local().to_string().starts_with("[::1]:"));
  const auto [near, far] =
      co_await when_all(net().connect(listening->local(), deadline_after(5s)), listening->accept());
  CHECK(far->peer_name().starts_with("[::1]:"));
}

LEAT_LOOPBACK_TEST("listener: refuses a port that is in use") {
  const auto first = net().listen(endpoint::tcp("127.0.0.1", 0));
  CHECK_THROWS_AS(static_cast<void>(net().listen(first->local())), io::listen_error);
  co_return;
}

LEAT_LOOPBACK_TEST("listener: several loops may listen on one port if they all say so") {
  io::listen_options shared;
  shared.reuse_port = true;
  const auto first = net().listen(endpoint::tcp("127.0.0.1", 0), shared);
  const auto second = net().listen(first->local(), shared);
  CHECK(second->local() == first->local());
  co_return;
}

LEAT_LOOPBACK_TEST("listener: refuses a name, because it would have to be looked up") {
  CHECK_THROWS_AS(static_cast<void>(net().listen(endpoint::tcp("localhost", 0))), io::listen_error);
  co_return;
}

LEAT_LOOPBACK_TEST("listener: refuses a path that is too long for a socket") {
  CHECK_THROWS_AS(static_cast<void>(net().listen(endpoint::unix_socket(std::string(200, 'x')))),
                  io::listen_error);
  co_return;
}

LEAT_LOOPBACK_TEST("listener: a pending accept fails when it is closed") {
  const auto listening = net().listen(endpoint::tcp("127.0.0.1", 0));
  const auto closes = [](io::listener& which) -> task<void> {
    co_await some_turns();
    which.close();
  };
  const auto [what, unit] =
      co_await when_all(message_of<io::accept_error>(listening->accept()), closes(*listening));
  CHECK(what.find(listening->local().to_string()) != std::string::npos);
}

LEAT_LOOPBACK_TEST("listener: accepting after a close is an accept_error") {
  const auto listening = net().listen(endpoint::tcp("127.0.0.1", 0));
  listening->close();
  static_cast<void>(co_await message_of<io::accept_error>(listening->accept()));
}

LEAT_LOOPBACK_TEST("listener: a stopped accept takes no connection that comes later") {
  const auto listening = net().listen(endpoint::tcp("127.0.0.1", 0));
  bool accepted = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&listening, &accepted]() -> task<void> {
      static_cast<void>(co_await listening->accept());
      accepted = true;
    });
    co_await some_turns();
    group.cancel();
  });
  CHECK_FALSE(accepted);
  const auto [near, far] =
      co_await when_all(net().connect(listening->local(), deadline_after(5s)), listening->accept());
  CHECK(far != nullptr);
}

LEAT_LOOPBACK_TEST("listener: two tasks may accept at once, and stopping one leaves the other") {
  const auto listening = net().listen(endpoint::tcp("127.0.0.1", 0));
  stream_ptr taken;
  co_await with_task_group([&](task_group& both) -> task<void> {
    both.spawn([&listening]() -> task<void> {
      static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
        co_await with_task_group([&](task_group& first) -> task<void> {
          first.spawn(
              [&listening]() -> task<void> { static_cast<void>(co_await listening->accept()); });
          co_await some_turns();
          scope.cancel();
          co_await sleep_for(1h);
        });
      }));
      static_cast<void>(co_await net().connect(listening->local(), deadline_after(5s)));
    });
    co_await yield_now();
    taken = co_await listening->accept();
  });
  CHECK(taken != nullptr);
}

LEAT_LOOPBACK_TEST("listener: a socket file that a dead server left behind is replaced") {
  const scratch_folder folder;
  const auto at = endpoint::unix_socket(folder / "socket");
  {
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const auto address = io::numeric_address(at);
    REQUIRE(::bind(dead, address.data(), address.size) == 0);
    ::close(dead);
  }
  const auto listening = net().listen(at);
  const auto [near, far] =
      co_await when_all(net().connect(at, deadline_after(5s)), listening->accept());
  CHECK(far != nullptr);
}

LEAT_LOOPBACK_TEST("listener: a socket file that somebody listens on is left alone") {
  const scratch_folder folder;
  const auto at = endpoint::unix_socket(folder / "socket");
  const auto listening = net().listen(at);
  CHECK_THROWS_AS(static_cast<void>(net().listen(at)), io::listen_error);
  const auto near = co_await net().connect(at, deadline_after(5s));
  CHECK(near != nullptr);
}

LEAT_LOOPBACK_TEST("listener: a busy server at a socket file does not block the loop") {
  const scratch_folder folder;
  const auto at = endpoint::unix_socket(folder / "socket");
  const full_listener busy(io::numeric_address(at));
  CHECK_THROWS_AS(static_cast<void>(net().listen(at)), io::listen_error);
  co_return;
}

LEAT_LOOPBACK_TEST("listener: a file that is no socket is left alone") {
  const scratch_folder folder;
  const auto path = folder / "file";
  ::close(::creat(path.c_str(), 0600));
  CHECK_THROWS_AS(static_cast<void>(net().listen(endpoint::unix_socket(path))), io::listen_error);
  struct stat found{};
  CHECK(::stat(path.c_str(), &found) == 0);
  co_return;
}

LEAT_LOOPBACK_TEST("listener: closing again does not remove the socket of a successor") {
  const scratch_folder folder;
  const auto at = endpoint::unix_socket(folder / "socket");
  const auto first = net().listen(at);
  first->close();
  const auto second = net().listen(at);

  first->close();

  const auto near = co_await net().connect(at, deadline_after(5s));
  CHECK(near != nullptr);
}

LEAT_LOOPBACK_TEST("connect: names the address that refused") {
  const auto at = endpoint::tcp("127.0.0.1", free_port());
  const auto what = co_await message_of<io::connect_error>(net().connect(at, deadline_after(5s)));
  CHECK(what == "connect failed: " + at.to_string() + ": Connection refused");
}

LEAT_LOOPBACK_TEST("connect: to a socket file that is not there is a connect_error") {
  const scratch_folder folder;
  static_cast<void>(co_await message_of<io::connect_error>(
      net().connect(endpoint::unix_socket(folder / "nothing"), deadline_after(5s))));
}

LEAT_LOOPBACK_TEST("connect: to a socket file whose server is busy is a connect_error") {
  const scratch_folder folder;
  const auto at = endpoint::unix_socket(folder / "socket");
  const full_listener busy(io::numeric_address(at));
  static_cast<void>(co_await message_of<io::connect_error>(net().connect(at, deadline_after(5s))));
}

LEAT_LOOPBACK_TEST("connect: to a name that does not exist is a resolve_error") {
  // RFC 6761, section 6.4: names below .invalid never exist.
  const auto what = co_await message_of<io::resolve_error>(
      net().connect(endpoint::tcp("host.invalid", 80), deadline_after(20s)));
  CHECK(what.find("host.invalid") != std::string::npos);
}

LEAT_LOOPBACK_TEST("connect: looks names up") {
  const auto listening = net().listen(endpoint::tcp("127.0.0.1", 0));
  const auto near = co_await net().connect(endpoint::tcp("localhost", listening->local().port()),
                                           deadline_after(20s));
  CHECK(near->peer_name() == "localhost:" + std::to_string(listening->local().port()));
}

LEAT_LOOPBACK_TEST("connect: tells the address that a name was found to be") {
  const auto listening = net().listen(endpoint::tcp("127.0.0.1", 0));
  const auto to = endpoint::tcp("localhost", listening->local().port());
  const auto [near, far] =
      co_await when_all(net().connect(to, deadline_after(20s)), listening->accept());
  CHECK(near->peer_address() == listening->local().to_string());
  CHECK(far->peer_address() == far->peer_name());
  co_await near->close(deadline_after(5s));
  CHECK(near->peer_address() == "");
}

LEAT_LOOPBACK_TEST("connect: tells the path of a Unix socket as its address") {
  const scratch_folder folder;
  const auto at = endpoint::unix_socket(folder / "socket");
  const auto listening = net().listen(at);
  const auto [near, far] =
      co_await when_all(net().connect(at, deadline_after(5s)), listening->accept());
  CHECK(near->peer_address() == at.to_string());
  CHECK(far->peer_address() == "");  // the client's end has no path
}

LEAT_LOOPBACK_TEST("connect: gives up when the peer does not answer in time") {
  const auto silent = full_tcp_listener();
  const auto to = io::to_endpoint(silent.address());
  const auto began = executor::current().now();
  const auto what =
      co_await message_of<io::connect_timeout>(net().connect(to, deadline_after(50ms)));
  CHECK(what.find(to.to_string()) != std::string::npos);
  CHECK(executor::current().now() - began >= 50ms);
}

LEAT_LOOPBACK_TEST("connect: can be stopped while the peer does not answer") {
  const auto silent = full_tcp_listener();
  bool connected = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&silent, &connected]() -> task<void> {
      static_cast<void>(
          co_await net().connect(io::to_endpoint(silent.address()), deadline::never()));
      connected = true;
    });
    co_await some_turns();
    group.cancel();
  });
  CHECK_FALSE(connected);
}

LEAT_LOOPBACK_TEST("connect: can be stopped while a name is looked up") {
  bool connected = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&connected]() -> task<void> {
      static_cast<void>(
          co_await net().connect(endpoint::tcp("host.invalid", 80), deadline::never()));
      connected = true;
    });
    co_await yield_now();
    group.cancel();
  });
  CHECK_FALSE(connected);
}

TEST_CASE("connect: gives up in time when no thread comes free to look a name up") {
  io::loop_options options;
  options.threads = {.threads = 1, .queued = 0};
  io::loop loop(options);
  leat::run(loop, []() -> task<void> {
    std::latch may_end(1);
    co_await with_task_group([&may_end](task_group& group) -> task<void> {
      group.spawn(
          [&may_end]() -> task<void> { co_await to_thread([&may_end] { may_end.wait(); }); });
      co_await yield_now();
      const auto what = co_await message_of<io::connect_timeout>(
          net().connect(endpoint::tcp("localhost", 1), deadline_after(20ms)));
      CHECK(what.find("localhost") != std::string::npos);
      may_end.count_down();
    });
  }());
}

TEST_CASE("connect: a lookup that was stopped before it began is not made") {
  io::loop_options options;
  options.threads = {.threads = 1, .queued = 8};
  io::loop loop(options);
  leat::run(loop, []() -> task<void> {
    std::latch may_end(1);
    auto& threads = executor::current().blocking_threads();
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [&may_end]() -> task<void> { co_await to_thread([&may_end] { may_end.wait(); }); });
      co_await yield_now();
      static_cast<void>(co_await message_of<io::connect_timeout>(
          net().connect(endpoint::tcp("localhost", 1), deadline_after(20ms))));
      CHECK(threads.capacity().free_permits() == 8);  // only the blocked call holds one
      may_end.count_down();
    });
  }());
}

TEST_CASE("loop: may end while a lookup that nobody waits for is under way") {
  for (int i = 0; i < 20; ++i) {
    io::loop loop;
    cancel_scope scope;
    const auto abandons = [](cancel_scope& all) -> task<void> {
      co_await with_task_group([&all](task_group& group) -> task<void> {
        group.spawn([]() -> task<void> {
          static_cast<void>(
              co_await net().connect(endpoint::tcp("host.invalid", 80), deadline::never()));
        });
        co_await some_turns();  // most lookups have begun by then
        all.cancel();
        co_await sleep_for(1h);
      });
    };
    const auto ended = leat::run(loop, abandons(scope), scope);
    CHECK_FALSE(ended.has_value());
  }
}

LEAT_LOOPBACK_TEST("connection race: an address that refuses gives way to the next") {
  const auto listening = net().listen(endpoint::tcp("127.0.0.1", 0));
  const auto to = listening->local();
  const std::vector addresses{io::numeric_address(endpoint::tcp("::1", to.port())),
                              io::numeric_address(to)};
  const auto stream = co_await io::connect_to_first(to, addresses, deadline_after(5s));
  CHECK(stream != nullptr);
}

LEAT_LOOPBACK_TEST("connection race: an address that does not answer costs its head start") {
  const auto silent = full_tcp_listener();
  const auto listening = net().listen(endpoint::tcp("127.0.0.1", 0));
  const std::vector addresses{silent.address(), io::numeric_address(listening->local())};
  const auto began = executor::current().now();
  const auto stream =
      co_await io::connect_to_first(listening->local(), addresses, deadline_after(5s));
  CHECK(stream != nullptr);
  CHECK(executor::current().now() - began >= 250ms);
}

LEAT_LOOPBACK_TEST("connection race: the first address that answers is the only one used") {
  const auto first = net().listen(endpoint::tcp("127.0.0.1", 0));
  const auto second = net().listen(endpoint::tcp("127.0.0.1", 0));
  const std::vector addresses{io::numeric_address(first->local()),
                              io::numeric_address(second->local())};
  bool second_used = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&second, &second_used]() -> task<void> {
      static_cast<void>(co_await second->accept());
      second_used = true;
    });
    const auto [near, far] = co_await when_all(
        io::connect_to_first(first->local(), addresses, deadline_after(5s)), first->accept());
    CHECK(far != nullptr);
    co_await some_turns();
    group.cancel();
  });
  CHECK_FALSE(second_used);
}

LEAT_LOOPBACK_TEST("connection race: when all addresses fail, the last failure is told") {
  const auto to = endpoint::tcp("127.0.0.1", free_port());
  const std::vector addresses{io::numeric_address(endpoint::tcp("::1", to.port())),
                              io::numeric_address(to)};
  const auto what = co_await message_of<io::connect_error>(
      io::connect_to_first(to, addresses, deadline_after(5s)));
  CHECK(what.find("Connection refused") != std::string::npos);
}

LEAT_LOOPBACK_TEST("connection race: no address is a connect_error") {
  static_cast<void>(co_await message_of<io::connect_error>(
      io::connect_to_first(endpoint::tcp("nowhere", 1), {}, deadline_after(5s))));
}

LEAT_LOOPBACK_TEST("connection race: all attempts end when it is stopped") {
  const auto one = full_tcp_listener();
  const auto two = full_tcp_listener();
  const std::vector addresses{one.address(), two.address()};
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&addresses]() -> task<void> {
      static_cast<void>(
          co_await io::connect_to_first(endpoint::tcp("both", 1), addresses, deadline::never()));
    });
    co_await some_turns();
    group.cancel();
  });
}
