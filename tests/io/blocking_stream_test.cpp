// SPDX-License-Identifier: MIT
#include "leat/io/blocking_stream.hpp"

#include <string>
#include <thread>

#include <pthread.h>
#include <signal.h>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/io/error.hpp"

#include "support/test.hpp"

using namespace leat;
using namespace std::chrono_literals;

namespace {

deadline in(duration time) {
  return deadline::after(std::chrono::steady_clock::now(), time);
}
deadline soon() {
  return in(1min);
}

std::string read_text(io::blocking_stream& from, std::size_t most = 64) {
  std::string text(most, '\0');
  text.resize(from.read_some(std::as_writable_bytes(std::span(text)), soon()));
  return text;
}

std::size_t read_all(io::blocking_stream& from) {
  std::size_t size = 0;
  while (const auto part = read_text(from, 65536).size()) size += part;
  return size;
}

}  // namespace

TEST_CASE("blocking stream: carries bytes both ways") {
  const auto [near, far] = io::make_blocking_stream_pair();
  near->write_all(as_bytes("there"), soon());
  far->write_all(as_bytes("back"), soon());
  CHECK(read_text(*far) == "there");
  CHECK(read_text(*near) == "back");
}

TEST_CASE("blocking stream: what was written before the end is read before the end") {
  const auto [near, far] = io::make_blocking_stream_pair();
  near->write_all(as_bytes("last words"), soon());
  near->shut_down_write(soon());
  CHECK(read_text(*far) == "last words");
  CHECK(read_text(*far).empty());
  far->write_all(as_bytes("still heard"), soon());
  CHECK(read_text(*near) == "still heard");
}

TEST_CASE("blocking stream: reading gives up at its deadline and can be tried again") {
  const auto [near, far] = io::make_blocking_stream_pair();
  std::byte byte{};
  CHECK_THROWS_AS(near->read_some({&byte, 1}, in(1ms)), io::read_timeout);
  far->write_all(as_bytes("x"), soon());
  CHECK(read_text(*near) == "x");
}

TEST_CASE("blocking stream: reads with limits of all sizes wait for all of their time") {
  const auto [near, far] = io::make_blocking_stream_pair();
  std::byte byte{};
  for (const auto limit : {3ms, 1ms, 0ms, 7ms}) {
    const auto until = in(limit);
    CHECK_THROWS_AS(near->read_some({&byte, 1}, until), io::read_timeout);
    CHECK(std::chrono::steady_clock::now() >= until.at());
    far->write_all(as_bytes("x"), soon());
    CHECK(near->read_some({&byte, 1}, deadline::never()) == 1);
  }
}

TEST_CASE("blocking stream: a signal does not end a read") {
  struct sigaction before{};
  struct sigaction nothing{};
  nothing.sa_handler = [](int) {};
  REQUIRE(::sigaction(SIGUSR2, &nothing, &before) == 0);
  const auto [near, far] = io::make_blocking_stream_pair();
  std::string got;
  std::thread reader([&, from = near.get()] { got = read_text(*from); });
  for (int i = 0; i < 1000; ++i) ::pthread_kill(reader.native_handle(), SIGUSR2);
  far->write_all(as_bytes("x"), soon());
  reader.join();
  CHECK(got == "x");
  REQUIRE(::sigaction(SIGUSR2, &before, nullptr) == 0);
}

TEST_CASE("blocking stream: a deadline that has passed still gives what is there") {
  const auto [near, far] = io::make_blocking_stream_pair();
  far->write_all(as_bytes("x"), soon());
  std::byte byte{};
  CHECK(near->read_some({&byte, 1}, in(0s)) == 1);
}

TEST_CASE("blocking stream: the deadline of the whole ends a read as such") {
  const auto [near, far] = io::make_blocking_stream_pair();
  const blocking_deadline whole(in(1ms));
  std::byte byte{};
  CHECK_THROWS_AS(near->read_some({&byte, 1}, soon()), deadline_exceeded);
}

TEST_CASE("blocking stream: the deadline of the whole ends a read that need not wait") {
  const auto [near, far] = io::make_blocking_stream_pair();
  far->write_all(as_bytes("x"), soon());
  std::byte byte{};
  {
    const blocking_deadline whole(in(0s));
    CHECK_THROWS_AS(near->read_some({&byte, 1}, soon()), deadline_exceeded);
  }
  CHECK(near->read_some({&byte, 1}, soon()) == 1);
}

TEST_CASE("blocking stream: the deadline of the whole ends a write that need not wait") {
  const auto [near, far] = io::make_blocking_stream_pair();
  const blocking_deadline whole(in(0s));
  CHECK_THROWS_AS(static_cast<void>(near->write_until_input(as_bytes("x"), soon())),
                  deadline_exceeded);
}

TEST_CASE("blocking stream: writing gives up when the peer does not read in time") {
  const auto [near, far] = io::make_blocking_stream_pair();
  const std::string much(std::size_t{32} << 20, 'x');
  CHECK_THROWS_AS(near->write_all(as_bytes(much), in(1ms)), io::write_timeout);
}

TEST_CASE("blocking stream: writes more than the kernel keeps") {
  const auto [near, far] = io::make_blocking_stream_pair();
  const std::string much(std::size_t{8} << 20, 'x');
  std::size_t arrived = 0;
  std::thread reader([&, from = far.get()] { arrived = read_all(*from); });
  near->write_all(as_bytes(much), soon());
  near->shut_down_write(soon());
  reader.join();
  CHECK(arrived == much.size());
}

TEST_CASE("blocking stream: writing to a peer that is gone is a write_error") {
  auto [near, far] = io::make_blocking_stream_pair();
  far.reset();
  CHECK_THROWS_AS(near->write_all(as_bytes("x"), soon()), io::write_error);
}

TEST_CASE("blocking stream: writes what fits without a wait") {
  auto [near, far] = io::make_blocking_stream_pair();
  CHECK(near->try_write_some(as_bytes("there")) == 5);
  CHECK(read_text(*far) == "there");
  const std::string much(std::size_t{1} << 20, 'x');
  std::size_t written = 0;
  while (const auto size = near->try_write_some(as_bytes(much))) {
    REQUIRE(*size != 0);
    written += *size;
  }
  near->shut_down_write(soon());
  CHECK(read_all(*far) == written);
  far.reset();
  CHECK_THROWS_AS(static_cast<void>(near->try_write_some(as_bytes("x"))), io::write_error);
}

TEST_CASE("blocking stream: input ends a write that waits for room") {
  const auto [near, far] = io::make_blocking_stream_pair();
  const std::string much(std::size_t{32} << 20, 'x');
  std::size_t written = 0;
  std::thread writer(
      [&, to = near.get()] { written = to->write_until_input(as_bytes(much), soon()); });
  static_cast<void>(read_text(*far));  // the writer has begun
  far->write_all(as_bytes("enough"), soon());
  writer.join();
  CHECK(written < much.size());
  CHECK(read_text(*near) == "enough");
}

TEST_CASE("blocking stream: input that is there already ends a write before it begins") {
  const auto [near, far] = io::make_blocking_stream_pair();
  far->write_all(as_bytes("early"), soon());
  CHECK(near->write_until_input(as_bytes("x"), soon()) == 0);
}

TEST_CASE("blocking stream: without input all is written") {
  const auto [near, far] = io::make_blocking_stream_pair();
  CHECK(near->write_until_input(as_bytes("all of it"), soon()) == 9);
  CHECK(read_text(*far) == "all of it");
}

TEST_CASE("blocking stream: an idle stream is usable until something comes or it ends") {
  auto [near, far] = io::make_blocking_stream_pair();
  CHECK(near->is_idle_and_open());
  far->write_all(as_bytes("?"), soon());
  CHECK_FALSE(near->is_idle_and_open());
  CHECK(read_text(*near) == "?");
  far.reset();
  CHECK_FALSE(near->is_idle_and_open());
  near->close(soon());
  CHECK_FALSE(near->is_idle_and_open());
}

TEST_CASE("blocking stream: a closed one fails and can be closed again") {
  const auto [near, far] = io::make_blocking_stream_pair();
  near->close(soon());
  near->close(soon());
  std::byte byte{};
  CHECK_THROWS_AS(near->read_some({&byte, 1}, soon()), io::read_error);
  CHECK_THROWS_AS(near->write_all(as_bytes("x"), soon()), io::write_error);
  CHECK(read_text(*far).empty());
}
