// SPDX-License-Identifier: MIT
#include "leat/io/policy.hpp"

#include <string>

#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

/// An algorithm that is written once: asks for names until one has a value.
template <class Io>
class follower {
 public:
  explicit follower(typename Io::stream& peer) : peer_(peer) {}

  typename Io::template task<std::string> ask(std::string name) {
    for (;;) {
      const std::string asked = name + "\n";
      co_await Io::write_all(peer_, as_bytes(asked), deadline::after(Io::now(), 1min));
      const std::string line = co_await read_line();
      if (line.starts_with("=")) co_return line.substr(1);
      name = line;
    }
  }

  typename Io::template task<std::string> ask_within(std::string name, duration limit) {
    co_return co_await Io::with_total(limit, [this, &name] { return ask(name); });
  }

 private:
  typename Io::template task<std::string> read_line() {
    std::string line;
    for (;;) {
      std::byte byte{};
      const auto size = co_await Io::read_some(peer_, {&byte, 1}, deadline::after(Io::now(), 1min));
      if (size == 0) throw io::read_error("the peer has hung up");
      if (byte == std::byte{'\n'}) co_return line;
      line += static_cast<char>(byte);
    }
  }

  typename Io::stream& peer_;
};

constexpr std::string_view answers = "b\nc\n=found\n";

}  // namespace

LEAT_ASYNC_TEST("policy: an algorithm runs as a task") {
  const auto [near, far] = io::make_stream_pair();
  follower<io::async> client(*near);
  co_await far->write_all(as_bytes(answers), deadline_after(1min));
  const std::string found = co_await client.ask_within("a", 1min);
  CHECK(found == "found");
}

TEST_CASE("policy: the same algorithm runs to its end on a blocking stream") {
  const auto [near, far] = io::make_blocking_stream_pair();
  follower<io::blocking> client(*near);
  far->write_all(as_bytes(answers), deadline::never());
  CHECK(run_blocking(client.ask_within("a", 1min)) == "found");
}

LEAT_ASYNC_TEST("policy: the total limit stops a task") {
  const auto [near, far] = io::make_stream_pair();
  follower<io::async> client(*near);
  bool is_over = false;
  try {
    co_await client.ask_within("a", 5s);
  } catch (const deadline_exceeded&) {
    is_over = true;
  }
  CHECK(is_over);
  CHECK(loop.elapsed() == 5s);
}

TEST_CASE("policy: the total limit ends a blocking call with the same error") {
  const auto [near, far] = io::make_blocking_stream_pair();
  follower<io::blocking> client(*near);
  CHECK_THROWS_AS(run_blocking(client.ask_within("a", 1ms)), deadline_exceeded);
  CHECK(blocking_deadline::current().is_never());
}

TEST_CASE("policy: a negative total limit is refused on both surfaces") {
  const auto [near, far] = io::make_blocking_stream_pair();
  follower<io::blocking> client(*near);
  CHECK_THROWS_AS(run_blocking(client.ask_within("a", -1ms)), invalid_argument);
}

TEST_CASE("policy: a blocking sleep is bounded by the deadline of the whole") {
  const blocking_deadline whole(std::chrono::steady_clock::now() + 1ms);
  CHECK_THROWS_AS(static_cast<void>(io::blocking::sleep_for(1h)), deadline_exceeded);
}

TEST_CASE("policy: a thread cannot sleep for ever") {
  CHECK_THROWS_AS(static_cast<void>(io::blocking::sleep_for(no_timeout)), invalid_argument);
}
