// SPDX-License-Identifier: MIT
#include "leat/testing/network_contract.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/some_turns.hpp"

#include "testing/contract_checks.hpp"

namespace leat::testing {
namespace {

using namespace std::chrono_literals;
using detail::fails_with;
using detail::require;
using stream_ptr = std::unique_ptr<io::async_stream>;

// Long enough for a loaded machine: it only passes when something is wrong.
constexpr duration patience = 10s;

deadline soon() {
  return deadline_after(patience);
}

struct network_under_test {
  io::network& net;
  const std::function<io::endpoint()>& new_address;

  [[nodiscard]] std::unique_ptr<io::listener> listen() const { return net.listen(new_address()); }
  [[nodiscard]] task<stream_ptr> connect(const io::listener& to) const {
    return net.connect(to.local(), soon());
  }
};

using const_net = const network_under_test&;

task<void> send(io::async_stream& to, std::string_view text) {
  co_await to.write_all(as_bytes(text), soon());
}

task<std::string> receive(io::async_stream& from, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    std::array<std::byte, 64> room{};
    const auto part = co_await from.read_some(std::span(room).first(size - text.size()), soon());
    if (part == 0) break;
    text += as_text(std::span(room).first(part));
  }
  co_return text;
}

/// Whether nothing can be said over it any more.
task<bool> is_over(io::async_stream& stream) {
  try {
    const auto more = co_await receive(stream, 1);
    co_return more.empty();
  } catch (const io::read_error&) {
    co_return true;
  }
}

task<void> close_soon(io::listener& which) {
  co_await some_turns();
  which.close();
}

task<void> connects_two_ends(const_net under) {
  const auto listening = under.listen();
  const auto [near, far] = co_await when_all(under.connect(*listening), listening->accept());
  require(near != nullptr && far != nullptr, "a connect and an accept give a stream each");
  co_await send(*near, "ping");
  require(co_await receive(*far, 4) == "ping", "what one end writes the other reads");
  co_await send(*far, "pong");
  require(co_await receive(*near, 4) == "pong", "it goes both ways");
}

task<void> tells_where_it_listens(const_net under) {
  const auto one = under.listen();
  const auto other = under.listen();
  require(one->local() != other->local(), "two listeners have two addresses");
  require(one->local().is_unix() || one->local().port() != 0, "port 0 becomes a port");
  const auto near = co_await under.connect(*other);
  const auto far = co_await other->accept();
  require(near != nullptr && far != nullptr, "local() leads to the listener");
}

task<void> has_one_listener_for_an_address(const_net under) {
  const auto first = under.listen();
  bool refused = false;
  try {
    static_cast<void>(under.net.listen(first->local()));
  } catch (const io::listen_error&) {
    refused = true;
  }
  require(refused, "an address in use is a listen_error");
  const auto near = co_await under.connect(*first);
  require(near != nullptr, "who listened first goes on");
}

task<void> refuses_where_nobody_listens(const_net under) {
  auto listening = under.listen();
  const io::endpoint address = listening->local();
  listening.reset();
  require(co_await fails_with<io::connect_error>(under.net.connect(address, soon())),
          "nobody listening is a connect_error");
}

task<void> listens_again(const_net under) {
  auto first = under.listen();
  const io::endpoint address = first->local();
  first->close();
  const auto second = under.net.listen(address);
  first.reset();
  const auto [near, far] = co_await when_all(under.connect(*second), second->accept());
  require(near != nullptr && far != nullptr, "an address is free again after a close");
}

task<void> keeps_what_waits(const_net under) {
  const auto listening = under.listen();
  const auto near = co_await under.connect(*listening);
  co_await send(*near, "early");
  const auto far = co_await listening->accept();
  require(co_await receive(*far, 5) == "early",
          "a connection waits for its accept, and its bytes with it");
}

task<void> serves_every_acceptor(const_net under) {
  const auto listening = under.listen();
  std::vector<task<stream_ptr>> ends;
  ends.reserve(6);
  for (int i = 0; i < 3; ++i) ends.push_back(listening->accept());
  for (int i = 0; i < 3; ++i) ends.push_back(under.connect(*listening));
  for (const auto& each : co_await when_all(std::move(ends))) {
    require(each != nullptr, "each of several accepts gets a connection");
  }
}

task<void> fails_accepts_when_closed(const_net under) {
  const auto listening = under.listen();
  const auto [failed, unit] =
      co_await when_all(fails_with<io::accept_error>(listening->accept()), close_soon(*listening));
  require(failed, "an accept that waits when its listener is closed is an accept_error");
  listening->close();
  require(co_await fails_with<io::accept_error>(listening->accept()),
          "an accept after a close is an accept_error");
}

task<void> ends_what_waits_when_closed(const_net under) {
  const auto listening = under.listen();
  const auto near = co_await under.connect(*listening);
  listening->close();
  require(co_await is_over(*near), "a connection that waits when its listener closes is over");
}

task<void> leaves_accepted_connections(const_net under) {
  auto listening = under.listen();
  const auto [near, far] = co_await when_all(under.connect(*listening), listening->accept());
  listening.reset();
  co_await send(*near, "still");
  require(co_await receive(*far, 5) == "still", "accepted connections outlive their listener");
}

task<void> stopped_accept_takes_nothing(const_net under) {
  const auto listening = under.listen();
  bool accepted = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&listening, &accepted]() -> task<void> {
      static_cast<void>(co_await listening->accept());
      accepted = true;
    });
    co_await some_turns();
    group.cancel();
  });
  require(!accepted, "an accept that waits can be stopped");
  const auto [near, far] = co_await when_all(under.connect(*listening), listening->accept());
  co_await send(*near, "x");
  require(co_await receive(*far, 1) == "x",
          "a stopped accept takes no connection that comes later");
}

task<void> stop_comes_before_a_connection(const_net under) {
  const auto listening = under.listen();
  const auto near = co_await under.connect(*listening);
  co_await some_turns();
  bool accepted = false;
  static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    static_cast<void>(co_await listening->accept());
    accepted = true;
  }));
  require(!accepted, "an accept stops when a stop is pending, whether or not a connection waits");
  const auto far = co_await listening->accept();
  co_await send(*near, "x");
  require(co_await receive(*far, 1) == "x", "the connection stays for the next accept");
}

task<void> stopped_acceptor_leaves_the_other(const_net under) {
  const auto listening = under.listen();
  stream_ptr taken;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&listening, &taken]() -> task<void> { taken = co_await listening->accept(); });
    co_await with_task_group([&](task_group& stopped) -> task<void> {
      stopped.spawn(
          [&listening]() -> task<void> { static_cast<void>(co_await listening->accept()); });
      co_await some_turns();
      stopped.cancel();
    });
    const auto near = co_await under.connect(*listening);
  });
  require(taken != nullptr, "stopping one of two accepts leaves the other");
}

task<void> stopped_connect_connects_nobody(const_net under) {
  const auto listening = under.listen();
  bool connected = false;
  static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    static_cast<void>(co_await under.connect(*listening));
    connected = true;
  }));
  require(!connected, "a connect stops when a stop is pending");
  const auto [near, far] = co_await when_all(under.connect(*listening), listening->accept());
  co_await send(*near, "x");
  require(co_await receive(*far, 1) == "x", "a stopped connect leaves nothing in the queue");
}

struct promise_check {
  const char* name;
  task<void> (*run)(const_net);
};

constexpr std::array checks{
    promise_check{"connects two ends", connects_two_ends},
    promise_check{"tells where it listens", tells_where_it_listens},
    promise_check{"has one listener for an address", has_one_listener_for_an_address},
    promise_check{"refuses where nobody listens", refuses_where_nobody_listens},
    promise_check{"listens again", listens_again},
    promise_check{"keeps what waits", keeps_what_waits},
    promise_check{"serves every acceptor", serves_every_acceptor},
    promise_check{"fails accepts when closed", fails_accepts_when_closed},
    promise_check{"ends what waits when closed", ends_what_waits_when_closed},
    promise_check{"leaves accepted connections", leaves_accepted_connections},
    promise_check{"a stopped accept takes nothing", stopped_accept_takes_nothing},
    promise_check{"a stop comes before a connection", stop_comes_before_a_connection},
    promise_check{"a stopped acceptor leaves the other", stopped_acceptor_leaves_the_other},
    promise_check{"a stopped connect connects nobody", stopped_connect_connects_nobody},
};

}  // namespace

task<void> check_network_contract(io::network& net, std::function<io::endpoint()> new_address) {
  const network_under_test under{net, new_address};
  detail::contract_report report("networks");
  for (const auto& check : checks) co_await report.run(check.name, check.run(under));
  report.finish();
}

}  // namespace leat::testing
