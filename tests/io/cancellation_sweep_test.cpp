// SPDX-License-Identifier: MIT
#include <array>
#include <csignal>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/network.hpp"
#include "leat/io/signals.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"
#include "support/scratch_folder.hpp"

// Everything of `io` that can be awaited, on the system's sockets and signals, cancelled at each
// point. That no descriptor and no frame is left is looked at by the harness.

using namespace leat;

namespace {

/// Reads without a frame, with a limit and without one in turn.
task<void> hear_in_place(io::async_stream& from, std::string& into, deadline limit) {
  std::array<std::byte, 65536> part{};
  for (bool is_limited = false;; is_limited = !is_limited) {
    if (const auto size = from.try_read_some(part)) {
      if (*size == 0) co_return;
      into += as_text(std::span<const std::byte>(part).first(*size));
    } else if (is_limited) {
      CHECK(co_await from.input_to_wait_for()->wait("read from ", from.peer_name(), limit));
    } else {
      co_await from.input_to_wait_for()->wait("read from ", from.peer_name());
    }
  }
}

task<void> hear(io::async_stream& from, std::string& into, deadline limit) {
  std::array<std::byte, 65536> part{};
  while (const auto size = co_await from.read_some(part, limit)) {
    into += as_text(std::span(part).first(size));
  }
}

using hearing = task<void> (*)(io::async_stream&, std::string&, deadline);

task<void> talk(io::async_stream& stream, std::string_view says, std::string& hears, hearing how) {
  const auto until = deadline_after(1h);
  co_await when_all(
      [](io::async_stream& to, std::string_view bytes, deadline limit) -> task<void> {
        co_await to.write_all(as_bytes(bytes), limit);
        co_await to.shut_down_write(limit);
      }(stream, says, until),
      how(stream, hears, until));
  co_await stream.close(until);
}

task<void> conversation(io::endpoint at, hearing how = hear) {
  auto& net = io::system_network();
  const auto listening = net.listen(at);
  const std::string large(600'000, 'x');  // more than the sockets take at once
  std::string heard;
  std::string echoed;
  auto [near, far] =
      co_await when_all(net.connect(listening->local(), deadline_after(1h)), listening->accept());
  co_await when_all(talk(*near, large, heard, how), talk(*far, "short", echoed, how));
  CHECK(heard == "short");
  CHECK(echoed == large);
}

task<void> conversation_in_memory(hearing how) {
  auto [near, far] = io::make_stream_pair(100);
  std::string heard;
  std::string echoed;
  const std::string text(1000, 'x');
  co_await when_all(talk(*near, text, heard, how), talk(*far, "short", echoed, how));
  CHECK(echoed == text);
}

}  // namespace

TEST_CASE("readiness: cancelled anywhere, a conversation over TCP leaves nothing") {
  const auto report = testing::for_each_cancellation(
      [] { return conversation(io::endpoint::tcp("127.0.0.1", 0), hear_in_place); },
      [](const outcome<void>&) {}, testing::time_source::real_time);
  CHECK(report.suspensions >= 3);
  CHECK(report.stopped > 0);
}

TEST_CASE("readiness: cancelled anywhere, a conversation in memory leaves nothing") {
  const auto report =
      testing::for_each_cancellation([] { return conversation_in_memory(hear_in_place); });
  CHECK(report.suspensions >= 3);
  CHECK(report.stopped > 0);
}

TEST_CASE("network: cancelled anywhere, a conversation over TCP leaves nothing") {
  const auto report =
      testing::for_each_cancellation([] { return conversation(io::endpoint::tcp("127.0.0.1", 0)); },
                                     [](const outcome<void>&) {}, testing::time_source::real_time);
  CHECK(report.suspensions >= 3);
  CHECK(report.stopped > 0);
}

TEST_CASE("network: cancelled anywhere, a conversation over a Unix socket leaves nothing") {
  const scratch_folder folder;
  const auto report = testing::for_each_cancellation(
      [&folder] { return conversation(io::endpoint::unix_socket(folder / "socket")); },
      [](const outcome<void>&) {}, testing::time_source::real_time);
  CHECK(report.suspensions >= 3);
  CHECK(report.stopped > 0);
}

TEST_CASE("memory stream: cancelled anywhere, a conversation leaves nothing") {
  const auto report = testing::for_each_cancellation([] { return conversation_in_memory(hear); });
  CHECK(report.suspensions >= 10);
  CHECK(report.stopped >= 10);
}

TEST_CASE("network: cancelled anywhere, a name is looked up and nothing is left") {
  const auto scenario = []() -> task<void> {
    auto& net = io::system_network();
    const auto listening = net.listen(io::endpoint::tcp("127.0.0.1", 0));
    const auto by_name = io::endpoint::tcp("localhost", listening->local().port());
    co_await when_all(net.connect(by_name, deadline_after(1h)), listening->accept());
  };
  const auto report = testing::for_each_cancellation(
      scenario, [](const outcome<void>&) {}, testing::time_source::real_time);
  CHECK(report.suspensions >= 2);
}

TEST_CASE("signals: cancelled anywhere, a receiver takes nothing from the next") {
  const auto scenario = []() -> task<void> {
    io::signal_receiver signals{SIGUSR1};
    co_await with_task_group([&signals](task_group& group) -> task<void> {
      group.spawn(
          [](io::signal_receiver& from) -> task<void> { CHECK(co_await from.next() == SIGUSR1); },
          std::ref(signals));
      co_await yield_now();
      ::raise(SIGUSR1);
    });
    std::string tree;
    co_await with_task_group([&tree](task_group& group) -> task<void> {
      group.spawn(
          [](std::string& into, task_group& ends) -> task<void> {
            co_await io::dump_tasks_on(SIGUSR2, [&into, &ends](std::string_view text) {
              into = text;
              ends.cancel();
            });
          },
          std::ref(tree), std::ref(group));
      co_await testing::some_turns();
      ::raise(SIGUSR2);
    });
    CHECK_FALSE(tree.empty());
  };
  // Before a receiver exists the process would be killed by what a cancelled run did not take.
  const auto report = testing::for_each_cancellation(
      [&scenario]() -> task<void> {
        io::signal_receiver keeps_alive{SIGUSR1, SIGUSR2};
        co_await scenario();
      },
      [](const outcome<void>&) {}, testing::time_source::real_time);
  CHECK(report.stopped > 10);
}
