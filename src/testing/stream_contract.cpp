// SPDX-License-Identifier: MIT
#include "leat/testing/stream_contract.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string_view>
#include <utility>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/some_turns.hpp"

#include "testing/contract_checks.hpp"

namespace leat::testing {
namespace {

using namespace std::chrono_literals;
using detail::fails_with;
using detail::require;
using io::async_stream;

// Long enough for a loaded machine: it only passes when something is wrong.
constexpr duration patience = 10s;
// For what has to time out.
constexpr duration moment = 20ms;
// A buffer as large as what is still missing would be filled anew for each small read.
constexpr std::size_t most_per_read = std::size_t{64} << 10;
// More than a system keeps for a connection that nobody reads.
constexpr std::size_t more_than_fits = std::size_t{32} << 20;

deadline soon() {
  return deadline_after(patience);
}
deadline in_a_moment() {
  return deadline_after(moment);
}

task<void> send(async_stream& to, std::string_view text) {
  co_await to.write_all(as_bytes(text), soon());
}

/// What one read gives; empty at the end of the stream.
task<std::string> receive_some(async_stream& from, std::size_t most = 64) {
  std::string text(most, '\0');
  const auto size =
      co_await from.read_some(std::as_writable_bytes(std::span(text.data(), text.size())), soon());
  text.resize(size);
  co_return text;
}

/// `size` bytes, or fewer if the stream ends.
task<std::string> receive(async_stream& from, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    const auto part = co_await receive_some(from, std::min(size - text.size(), most_per_read));
    if (part.empty()) break;
    text += part;
  }
  co_return text;
}

task<void> read_and_drop(async_stream& from, deadline until) {
  std::array<std::byte, 64> into{};
  static_cast<void>(co_await from.read_some(into, until));
}

/// Lets what is on its way arrive: at once as a rule, but a simulated network needs time to pass.
task<void> wait_for_news() {
  co_await some_turns();
  co_await sleep_for(1ms);
}

/// Waits until the stream says `expected`: news of the peer take their way.
task<bool> becomes_idle_and_open(async_stream& stream, bool expected) {
  for (int i = 0; i < 1000; ++i) {
    if (stream.is_idle_and_open() == expected) co_return true;
    co_await some_turns();
    if (stream.is_idle_and_open() == expected) co_return true;
    co_await wait_for_news();
  }
  co_return false;
}

/// `size` bytes in which no part looks like another.
std::string pattern(std::size_t size, std::uint32_t seed) {
  std::string text(size, '\0');
  std::uint32_t state = seed;
  for (auto& each : text) {
    state = state * 1'664'525U + 1'013'904'223U;
    each = static_cast<char>(state >> 24U);
  }
  return text;
}

task<void> reads_what_was_written(async_stream& near, async_stream& far) {
  co_await send(near, "hello");
  require(co_await receive(far, 5) == "hello", "bytes arrive as they were written");
  co_await send(far, "back");
  require(co_await receive(near, 4) == "back", "bytes go both ways");
}

task<void> keeps_what_was_not_read(async_stream& near, async_stream& far) {
  co_await send(near, "0123456789");
  std::string all;
  while (all.size() < 10) {
    const auto part = co_await receive_some(far, 4);
    require(!part.empty() && part.size() <= 4, "a read gives between one byte and what fits");
    all += part;
  }
  require(all == "0123456789", "what a read leaves is there for the next");
}

task<void> writes_nothing(async_stream& near, async_stream& far) {
  co_await send(near, "");
  co_await send(near, "x");
  require(co_await receive_some(far) == "x", "writing nothing sends nothing");
}

task<void> ends_one_direction(async_stream& near, async_stream& far) {
  co_await send(near, "last");
  co_await near.shut_down_write(soon());
  require(co_await receive(far, 4) == "last", "what was written before the end arrives");
  require((co_await receive_some(far)).empty(), "after shut_down_write() the peer reads the end");
  require((co_await receive_some(far)).empty(), "the end stays the end");
  co_await send(far, "still here");
  require(co_await receive(near, 10) == "still here", "the other direction goes on");
  require(co_await fails_with<io::write_error>(send(near, "more")),
          "writing after shut_down_write() is a write_error");
}

task<void> carries_much(async_stream& near, async_stream& far) {
  constexpr std::size_t size = std::size_t{4} << 20;
  const auto forth = pattern(size, 1);
  const auto back = pattern(size, 2);
  const auto writes = [](async_stream& to, const std::string& text) -> task<void> {
    co_await send(to, text);
    co_await to.shut_down_write(soon());
  };
  const auto reads = [](async_stream& from, const std::string& expected) -> task<void> {
    const auto text = co_await receive(from, expected.size() + 1);
    require(text == expected, "4 MiB both ways at once arrive complete and in order");
  };
  co_await when_all(writes(near, forth), reads(far, forth), writes(far, back), reads(near, back));
}

task<void> read_has_a_deadline(async_stream& near, async_stream& far) {
  const auto began = executor::current().read_clock();
  require(co_await fails_with<io::read_timeout>(read_and_drop(near, in_a_moment())),
          "a read of nothing ends with read_timeout");
  require(executor::current().read_clock() - began >= moment, "a read does not time out early");
  co_await send(far, "later");
  require(co_await receive(near, 5) == "later", "a stream can be read after a read_timeout");
}

task<void> write_has_a_deadline(async_stream& near, async_stream&) {
  const std::string much(more_than_fits, 'x');
  const auto writes = [](async_stream& to, const std::string& text) -> task<void> {
    co_await to.write_all(as_bytes(text), in_a_moment());
  };
  require(co_await fails_with<io::write_timeout>(writes(near, much)),
          "a write to a peer that does not read ends with write_timeout");
}

task<void> deadline_may_have_passed(async_stream& near, async_stream& far) {
  const deadline passed(executor::current().now() - 1ms);
  require(co_await fails_with<io::read_timeout>(read_and_drop(near, passed)),
          "a read of nothing whose deadline has passed ends with read_timeout");
  co_await far.write_all(as_bytes("x"), passed);
  co_await becomes_idle_and_open(near, false);
  std::array<std::byte, 4> into{};
  require(co_await near.read_some(into, passed) == 1,
          "a read whose deadline has passed delivers what is there already");
}

task<void> survives_its_peer(async_stream& near, std::unique_ptr<async_stream>& far) {
  co_await send(*far, "last");
  far.reset();
  require(co_await receive(near, 4) == "last", "what a peer wrote before its end arrives");
  const auto end = co_await as_outcome(receive_some(near));
  bool has_ended = end.has_value() && end.value().empty();
  try {
    if (end.has_error()) std::rethrow_exception(end.error());
  } catch (const io::read_error&) {
    has_ended = true;
  }
  require(has_ended, "a read after the peer's end gives 0 or read_error");

  // The first write may still go out; the system learns from it that nobody is there.
  bool failed = false;
  for (int i = 0; i < 1000 && !failed; ++i) {
    failed = co_await fails_with<io::write_error>(send(near, "anybody?"));
    co_await wait_for_news();
  }
  require(failed, "writing to a peer that is gone becomes a write_error");
}

task<void> closes(async_stream& near, async_stream& far) {
  co_await near.close(soon());
  co_await near.close(soon());
  require(co_await fails_with<io::read_error>(read_and_drop(near, soon())),
          "reading a closed stream is a read_error");
  require(co_await fails_with<io::write_error>(send(near, "x")),
          "writing to a closed stream is a write_error");
  require(co_await fails_with<io::write_error>(near.shut_down_write(soon())),
          "shutting down a closed stream is a write_error");
  require(!near.is_idle_and_open(), "a closed stream is not open");
  require((co_await receive_some(far)).empty(), "the peer of a closed stream reads the end");
}

task<void> closing_wakes_a_reader(async_stream& near, async_stream&) {
  co_await when_all(
      [](async_stream& stream) -> task<void> {
        require(co_await fails_with<io::read_error>(read_and_drop(stream, soon())),
                "a read that waits when its stream is closed is a read_error");
      }(near),
      [](async_stream& stream) -> task<void> {
        co_await some_turns();
        co_await stream.close(soon());
      }(near));
}

task<void> closing_wakes_a_writer(async_stream& near, async_stream&) {
  const std::string much(more_than_fits, 'x');
  co_await when_all(
      [](async_stream& stream, const std::string& text) -> task<void> {
        require(co_await fails_with<io::write_error>(send(stream, text)),
                "a write that waits when its stream is closed is a write_error");
      }(near, much),
      [](async_stream& stream) -> task<void> {
        co_await some_turns();
        co_await stream.close(soon());
      }(near));
}

/// Reads once inside a scope that is cancelled while the read waits; `before` runs just before
/// the cancel. Gives what the read delivered all the same.
task<std::string> cancelled_read(async_stream& from, std::function<task<void>()> before) {
  std::string delivered;
  static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([&from, &delivered]() -> task<void> { delivered = co_await receive_some(from); });
      co_await some_turns();
      co_await before();
      scope.cancel();
      co_await sleep_for(patience);
    });
  }));
  co_return delivered;
}

task<void> cancelled_read_takes_nothing(async_stream& near, async_stream& far) {
  const auto delivered = co_await cancelled_read(near, []() -> task<void> { co_return; });
  require(delivered.empty(), "a read that is stopped while nothing has arrived delivers nothing");
  co_await send(far, "kept");
  require(co_await receive(near, 4) == "kept", "a stopped read takes no bytes that come later");
}

task<void> cancelled_read_loses_nothing(async_stream& near, async_stream& far) {
  auto all =
      co_await cancelled_read(near, [&far]() -> task<void> { co_await send(far, "at once"); });
  all += co_await receive(near, 7 - std::min<std::size_t>(all.size(), 7));
  require(all == "at once", "bytes that arrive as a read is stopped are delivered or kept");
}

task<void> timed_out_read_loses_nothing(async_stream& near, async_stream& far) {
  co_await send(far, "x");
  co_await becomes_idle_and_open(near, false);
  const time_point end = executor::current().now() + moment;
  std::string all;
  try {
    all = co_await with_timeout(moment, [](async_stream& from, time_point at) -> task<std::string> {
      co_await sleep_until(at - 1ns);
      co_return co_await receive_some(from);
    }(near, end));
  } catch (const deadline_exceeded&) {
  }
  if (all.empty()) all = co_await receive_some(near);
  require(all == "x", "bytes that arrive as a with_timeout fires are delivered or kept");
}

task<void> stop_comes_before_bytes(async_stream& near, async_stream& far) {
  co_await send(far, "unread");
  co_await becomes_idle_and_open(near, false);
  bool delivered = false;
  static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    static_cast<void>(co_await receive_some(near));
    delivered = true;
  }));
  require(!delivered, "a read stops when a stop is pending, whether or not bytes are there");
  require(co_await receive(near, 6) == "unread", "a read that stops takes nothing");
}

task<void> stop_comes_before_room(async_stream& near, async_stream& far) {
  bool written = false;
  static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    co_await send(near, "never sent");
    written = true;
  }));
  require(!written, "a write stops when a stop is pending, whether or not there is room");
  co_await send(near, "sent");
  require(co_await receive(far, 4) == "sent", "a write that stops before it began sends nothing");
}

/// What arrives until the stream ends, or says that it was cut: TLS can tell the two apart.
task<std::string> receive_until_gone(async_stream& from) {
  std::string text;
  try {
    for (;;) {
      const auto part = co_await receive_some(from, most_per_read);
      if (part.empty()) break;
      text += part;
    }
  } catch (const io::read_error&) {
    // The end of what was sent, all the same.
  }
  co_return text;
}

task<void> cancelled_write_stops(async_stream& near, async_stream& far) {
  const auto much = pattern(more_than_fits, 3);
  bool written = false;
  static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([&near, &much, &written]() -> task<void> {
        co_await send(near, much);
        written = true;
      });
      co_await some_turns();
      scope.cancel();
      co_await sleep_for(patience);
    });
  }));
  require(!written, "a write that waits for its peer can be stopped");
  co_await near.close(soon());
  const auto part = co_await receive_until_gone(far);
  require(std::string_view(much).starts_with(part), "a stopped write has sent the beginning only");
}

/// Reads `size` bytes, with `try_read_some()` wherever it gives any.
task<std::string> try_to_receive(async_stream& from, std::size_t size, std::size_t most) {
  std::string text;
  while (text.size() < size) {
    std::array<std::byte, 16> into{};
    const auto room = std::span(into).first(std::min(most, size - text.size()));
    const auto got = from.try_read_some(room);
    require(!got || *got <= room.size(), "try_read_some() gives at most what fits");
    if (got) {
      require(*got != 0, "try_read_some() says 0 at the end of the stream only");
      text += as_text(std::span<const std::byte>(room.first(*got)));
    } else {
      text += co_await receive_some(from, room.size());
    }
  }
  co_return text;
}

task<void> tries_to_read(async_stream& near, async_stream& far) {
  std::array<std::byte, 4> into{};
  require(!near.try_read_some(into), "try_read_some() gives nothing when nothing has arrived");
  co_await send(far, "0123456789");
  co_await becomes_idle_and_open(near, false);
  require(co_await try_to_receive(near, 10, 4) == "0123456789",
          "try_read_some() and read_some() continue each other");
  require(!near.try_read_some(into), "try_read_some() gives nothing when all has been read");

  co_await far.shut_down_write(soon());
  co_await becomes_idle_and_open(near, false);
  require(near.try_read_some(into).value_or(0) == 0, "try_read_some() gives 0 at the end");
  require((co_await receive_some(near)).empty(), "the end that try_read_some() saw stays the end");
}

/// Reads `size` bytes as one does who waits in place; nothing of the kind for other streams.
task<std::string> wait_and_receive(async_stream& from, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    std::array<std::byte, 16> into{};
    if (const auto got = from.try_read_some(into)) {
      if (*got == 0) break;
      text += as_text(std::span<const std::byte>(into).first(*got));
    } else {
      co_await from.input_to_wait_for()->wait("read from ", from.peer_name());
    }
  }
  co_return text;
}

task<void> tells_of_input(async_stream& near, async_stream& far) {
  if (near.input_to_wait_for() == nullptr) co_return;
  const auto text = pattern(std::size_t{1} << 20, 5);
  co_await when_all(
      [](async_stream& from, std::string_view expected) -> task<void> {
        require(
            co_await with_timeout(patience, wait_and_receive(from, expected.size())) == expected,
            "whoever waits for input is woken when there is some");
      }(near, text),
      send(far, text));

  const auto late = co_await as_outcome(with_timeout(moment, wait_and_receive(near, 1)));
  require(late.has_error(), "whoever waits for input can be stopped");
  co_await send(far, "x");
  require(co_await with_timeout(patience, wait_and_receive(near, 1)) == "x",
          "a wait that was stopped takes nothing");

  co_await when_all(
      [](async_stream& from) -> task<void> {
        require((co_await with_timeout(patience, wait_and_receive(from, 1))).empty(),
                "whoever waits for input is woken at the end");
      }(near),
      [](async_stream& to) -> task<void> {
        co_await testing::some_turns();
        co_await to.shut_down_write(soon());
      }(far));
}

task<void> tries_to_write(async_stream& near, async_stream& far) {
  require(near.try_write_some({}).value_or(0) == 0, "try_write_some() of nothing writes nothing");
  const auto text = pattern(more_than_fits, 4);
  auto rest = as_bytes(text);
  while (!rest.empty()) {
    const auto size = near.try_write_some(rest);
    if (!size) break;
    require(*size != 0 && *size <= rest.size(), "try_write_some() writes a part, but not none");
    rest = rest.subspan(*size);
  }
  require(!rest.empty(), "try_write_some() ends when the peer does not read");
  const auto next = rest.first(std::min<std::size_t>(3000, rest.size()));
  const auto written = text.size() - rest.size() + next.size();
  co_await when_all(
      [](async_stream& to, std::span<const std::byte> bytes) -> task<void> {
        co_await to.write_all(bytes, soon());
      }(near, next),
      [](async_stream& from, std::string_view expected) -> task<void> {
        require(co_await receive(from, expected.size()) == expected,
                "try_write_some() and write_all() continue each other");
      }(far, std::string_view(text).substr(0, written)));
}

task<void> tries_on_a_closed_stream(async_stream& near, async_stream&) {
  co_await near.close(soon());
  const auto reads = [](async_stream& from) -> task<void> {
    std::array<std::byte, 1> into{};
    // One that always answers with nothing leaves the error to read_some().
    if (!from.try_read_some(into)) co_await read_and_drop(from, soon());
  };
  const auto writes = [](async_stream& to) -> task<void> {
    if (!to.try_write_some(as_bytes("x"))) co_await send(to, "x");
  };
  require(co_await fails_with<io::read_error>(reads(near)),
          "try_read_some() of a closed stream is a read_error");
  require(co_await fails_with<io::write_error>(writes(near)),
          "try_write_some() to a closed stream is a write_error");
}

task<void> knows_whether_it_is_idle(async_stream& near, std::unique_ptr<async_stream>& far) {
  require(near.is_idle_and_open(), "a new stream is idle and open");
  co_await send(*far, "unasked");
  require(co_await becomes_idle_and_open(near, false), "unread bytes make a stream not idle");
  static_cast<void>(co_await receive(near, 7));
  require(near.is_idle_and_open(), "a stream is idle again when all has been read");
  co_await send(*far, "more");
  for (int i = 0; i < 1000 && near.has_read_everything(); ++i) co_await wait_for_news();
  require(!near.has_read_everything(), "what has come is not taken for read");
  static_cast<void>(co_await receive(near, 4));
  co_await far->shut_down_write(soon());
  require(co_await becomes_idle_and_open(near, false), "a stream whose peer has ended is not open");
}

task<void> sees_that_its_peer_is_gone(async_stream& near, std::unique_ptr<async_stream>& far) {
  far.reset();
  require(co_await becomes_idle_and_open(near, false), "a stream without a peer is not open");
}

task<void> names_its_peer(async_stream& near, async_stream& far) {
  require(!near.peer_name().empty() && !far.peer_name().empty(), "a stream can name its peer");
  co_return;
}

/// One promise: what is checked, with both streams, or with the right to destroy the peer.
struct promise_check {
  const char* name;
  task<void> (*with_both)(async_stream&, async_stream&) = nullptr;
  task<void> (*with_owner)(async_stream&, std::unique_ptr<async_stream>&) = nullptr;
};

constexpr std::array checks{
    promise_check{"reads what was written", reads_what_was_written},
    promise_check{"keeps what was not read", keeps_what_was_not_read},
    promise_check{"writes nothing", writes_nothing},
    promise_check{"ends one direction", ends_one_direction},
    promise_check{"carries much", carries_much},
    promise_check{"a read has a deadline", read_has_a_deadline},
    promise_check{"a write has a deadline", write_has_a_deadline},
    promise_check{"a deadline may have passed", deadline_may_have_passed},
    promise_check{"survives its peer", nullptr, survives_its_peer},
    promise_check{"closes", closes},
    promise_check{"closing wakes a reader", closing_wakes_a_reader},
    promise_check{"closing wakes a writer", closing_wakes_a_writer},
    promise_check{"a cancelled read takes nothing", cancelled_read_takes_nothing},
    promise_check{"a cancelled read loses nothing", cancelled_read_loses_nothing},
    promise_check{"a timed out read loses nothing", timed_out_read_loses_nothing},
    promise_check{"a stop comes before bytes", stop_comes_before_bytes},
    promise_check{"a stop comes before room", stop_comes_before_room},
    promise_check{"a cancelled write stops", cancelled_write_stops},
    promise_check{"tries to read", tries_to_read},
    promise_check{"tells of input", tells_of_input},
    promise_check{"tries to write", tries_to_write},
    promise_check{"tries on a closed stream", tries_on_a_closed_stream},
    promise_check{"knows whether it is idle", nullptr, knows_whether_it_is_idle},
    promise_check{"sees that its peer is gone", nullptr, sees_that_its_peer_is_gone},
    promise_check{"names its peer", names_its_peer},
};

task<void> run_check(const promise_check& check, stream_pair pair) {
  if (check.with_both != nullptr) {
    co_await check.with_both(*pair.near, *pair.far);
  } else {
    co_await check.with_owner(*pair.near, pair.far);
  }
}

}  // namespace

task<void> check_stream_contract(std::function<task<stream_pair>()> connect) {
  detail::contract_report report("streams");
  for (const auto& check : checks) {
    co_await report.run(check.name, run_check(check, co_await connect()));
  }
  report.finish();
}

}  // namespace leat::testing
