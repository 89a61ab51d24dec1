// SPDX-License-Identifier: MIT
#include <array>
#include <optional>
#include <random>
#include <string>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/when_any.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/asio.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;
namespace asio = boost::asio;
using boost::system::error_code;
using io::asio_context;
using io::use_task;
using stream_socket = asio::local::stream_protocol::socket;

namespace {

struct socket_pair {
  socket_pair() { asio::local::connect_pair(near, far); }

  stream_socket near{asio_context()};
  stream_socket far{asio_context()};
};

template <class Signature, class Token, class OnStart>
auto async_custom(OnStart on_start, Token&& token) {
  return asio::async_initiate<Token, Signature>(
      [](auto handler, OnStart start) { std::move(start)(std::move(handler)); }, token,
      std::move(on_start));
}

/// Runs `work`, stopped once it waits.
template <class Work>
task<outcome<void>> stopped_while_waiting(Work work) {
  co_return co_await with_cancel_scope([&work](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](cancel_scope& stops) -> task<void> {
            co_await some_turns();
            stops.cancel();
          },
          std::ref(scope));
      co_await work();
    });
  });
}

}  // namespace

LEAT_LOOPBACK_TEST("asio: a stop cancels a timer") {
  asio::steady_timer timer(asio_context(), 1h);
  const auto ended =
      co_await stopped_while_waiting([&]() -> task<void> { co_await timer.async_wait(use_task); });
  CHECK(ended.is_cancelled());
}

LEAT_LOOPBACK_TEST("asio: a stop cancels a read, and the socket can be used afterwards") {
  socket_pair pair;
  std::array<char, 8> into{};
  const auto ended = co_await stopped_while_waiting(
      [&]() -> task<void> { co_await pair.near.async_read_some(asio::buffer(into), use_task); });
  CHECK(ended.is_cancelled());

  co_await asio::async_write(pair.far, asio::buffer(std::string_view("ab")), use_task);
  CHECK(co_await pair.near.async_read_some(asio::buffer(into), use_task) == 2);
}

LEAT_LOOPBACK_TEST("asio: a stop goes through as_tuple and redirect_error") {
  socket_pair pair;
  std::array<char, 8> into{};
  bool went_on = false;
  const auto tuple = co_await stopped_while_waiting([&]() -> task<void> {
    static_cast<void>(
        co_await pair.near.async_read_some(asio::buffer(into), asio::as_tuple(use_task)));
    went_on = true;
  });
  CHECK(tuple.is_cancelled());
  const auto redirected = co_await stopped_while_waiting([&]() -> task<void> {
    error_code code;
    co_await pair.near.async_read_some(asio::buffer(into), asio::redirect_error(use_task, code));
    went_on = true;
  });
  CHECK(redirected.is_cancelled());
  CHECK_FALSE(went_on);
}

LEAT_LOOPBACK_TEST("asio: a stop ends a composed operation in its middle") {
  socket_pair pair;
  co_await asio::async_write(pair.far, asio::buffer(std::string_view("half")), use_task);
  std::array<char, 8> into{};
  const auto ended = co_await stopped_while_waiting(
      [&]() -> task<void> { co_await asio::async_read(pair.near, asio::buffer(into), use_task); });
  CHECK(ended.is_cancelled());
}

LEAT_LOOPBACK_TEST("asio: what had completed before the stop is delivered") {
  socket_pair pair;
  co_await asio::async_write(pair.far, asio::buffer(std::string_view("abc")), use_task);
  std::array<char, 8> into{};
  std::size_t got = 0;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](cancel_scope& stops) -> task<void> {
            stops.cancel();
            co_return;
          },
          std::ref(scope));
      // Bytes are there, so Asio reads them while it initiates, and only the handler is late.
      got = co_await pair.near.async_read_some(asio::buffer(into), use_task);
      co_await stop_if_requested();
    });
  });
  CHECK(ended.is_cancelled());
  CHECK(got == 3);
}

LEAT_LOOPBACK_TEST("asio: an operation that cannot be cancelled finishes first") {
  std::optional<int> got;
  const auto ended = co_await stopped_while_waiting([&]() -> task<void> {
    asio::steady_timer timer(asio_context(), 5ms);
    got = co_await async_custom<void(int)>(
        [&timer](auto handler) {
          timer.async_wait([kept = std::move(handler)](error_code) mutable { std::move(kept)(4); });
        },
        use_task);
    co_await stop_if_requested();
  });
  CHECK(ended.is_cancelled());
  CHECK(got == 4);
}

LEAT_LOOPBACK_TEST("asio: with_timeout knows that an operation ignored it") {
  // Long after the timeout, also where the machine is slow: whichever is due first comes first.
  asio::steady_timer timer(asio_context(), 250ms);
  const auto deaf = [&]() -> task<int> {
    co_return co_await async_custom<void(int)>(
        [&timer](auto handler) {
          timer.async_wait([kept = std::move(handler)](error_code) mutable { std::move(kept)(4); });
        },
        use_task);
  };
  CHECK_THROWS_AS(co_await with_timeout(0ms, deaf()), deadline_exceeded);
}

LEAT_LOOPBACK_TEST("asio: a stop between two steps of an operation is not forgotten") {
  // Its first step has no cancellation, and its second, which would wait for ever, begins only
  // after the stop: it has not heard of it.
  asio::steady_timer second(asio_context(), 1h);
  cancel_scope* stops = nullptr;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    stops = &scope;
    co_await async_custom<void(error_code)>(
        [&](auto handler) {
          asio::post(asio_context(), [&, kept = std::move(handler)]() mutable {
            stops->cancel();
            second.async_wait(std::move(kept));
          });
        },
        use_task);
  });
  CHECK(ended.is_cancelled());
}

LEAT_LOOPBACK_TEST("asio: a stop that the initiating function itself requests is kept") {
  asio::steady_timer timer(asio_context(), 1h);
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await async_custom<void(error_code)>(
        [&](auto handler) {
          scope.cancel();
          timer.async_wait(std::move(handler));
        },
        use_task);
  });
  CHECK(ended.is_cancelled());
}

LEAT_LOOPBACK_TEST("asio: an operation may end inside of the request to stop") {
  const auto ended = co_await stopped_while_waiting([&]() -> task<void> {
    co_await async_custom<void(error_code)>(
        [](auto handler) {
          auto kept = std::make_shared<decltype(handler)>(std::move(handler));
          asio::get_associated_cancellation_slot(*kept).assign(
              [kept](asio::cancellation_type) mutable {
                if (auto last = std::exchange(kept, nullptr)) {
                  std::move (*last)(asio::error::operation_aborted);
                }
              });
        },
        use_task);
  });
  CHECK(ended.is_cancelled());
}

LEAT_LOOPBACK_TEST("asio: a stop that fails to reach its operation is reported") {
  int asked = 0;
  const auto ended = co_await stopped_while_waiting([&]() -> task<void> {
    co_await async_custom<void(error_code)>(
        [&](auto handler) {
          const auto kept = std::make_shared<decltype(handler)>(std::move(handler));
          asio::get_associated_cancellation_slot(*kept).assign(
              [&asked, kept](asio::cancellation_type) {
                if (++asked == 1) throw std::runtime_error("cannot");
                if (asked == 2) std::move (*kept)(asio::error::operation_aborted);
              });
        },
        use_task);
  });
  CHECK(ended.is_cancelled());
  CHECK(loop.take_reports().size() == 1);
}

LEAT_LOOPBACK_TEST("asio: of two operations when_any takes the first and stops the other") {
  socket_pair pair;
  asio::steady_timer timer(asio_context(), 1h);
  std::array<char, 8> into{};
  co_await asio::async_write(pair.far, asio::buffer(std::string_view("abc")), use_task);
  auto raced = co_await when_any(as_task(pair.near.async_read_some(asio::buffer(into), use_task)),
                                 as_task(timer.async_wait(use_task)));
  auto& [size, expired] = raced.outcomes;
  CHECK(size.value() == 3);
  CHECK(expired.is_cancelled());
}

LEAT_LOOPBACK_TEST("asio: with_timeout stops an operation") {
  socket_pair pair;
  std::array<char, 8> into{};
  const auto read = [&]() -> task<std::size_t> {
    co_return co_await pair.near.async_read_some(asio::buffer(into), use_task);
  };
  CHECK_THROWS_AS(co_await with_timeout(1ms, read()), deadline_exceeded);
}

TEST_CASE("asio: cancelled at every suspension and before every resume, it loses nothing") {
  int open = 0;
  const auto scenario = [&open]() -> task<void> {
    ++open;
    const std::shared_ptr<void> closed(nullptr, [&open](void*) { --open; });
    socket_pair pair;
    std::string text(100'000, 'x');
    std::string all(text.size(), '\0');
    co_await when_all(asio::async_write(pair.near, asio::buffer(text), use_task),
                      asio::async_read(pair.far, asio::buffer(all), use_task));
    asio::steady_timer timer(asio_context(), 1ms);
    co_await timer.async_wait(use_task);
    asio::steady_timer never(asio_context(), 1h);
    std::array<char, 4> into{};
    static_cast<void>(co_await when_any(
        as_task(never.async_wait(use_task)),
        as_task(pair.near.async_write_some(asio::buffer(std::string_view("ab")), use_task))));
    static_cast<void>(
        co_await pair.far.async_read_some(asio::buffer(into), asio::as_tuple(use_task)));
    error_code code;
    pair.near.close();
    co_await asio::async_read(pair.far, asio::buffer(into), asio::redirect_error(use_task, code));
    CHECK(code == asio::error::eof);
  };
  const auto report = testing::for_each_cancellation(
      scenario, [&open](const outcome<void>&) { CHECK(open == 0); },
      testing::time_source::real_time);
  CHECK(report.suspensions >= 7);
  CHECK(report.stopped > 0);
}

LEAT_LOOPBACK_TEST("asio: a storm of cancels loses no byte that was delivered") {
  constexpr std::uint32_t seed = 20261126;
  CAPTURE(seed);
  std::mt19937 random(seed);
  socket_pair pair;
  std::string sent;
  std::string got;
  int stopped = 0;
  for (int round = 0; round < 2000; ++round) {
    const char next = static_cast<char>('a' + round % 26);
    const auto turns = random() % 6;
    const bool is_first = random() % 2 == 0;
    const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
      co_await with_task_group([&](task_group& group) -> task<void> {
        const auto cancel_later = [](cancel_scope& stops, unsigned after) -> task<void> {
          for (unsigned i = 0; i < after; ++i) co_await yield_now();
          stops.cancel();
        };
        const auto write = [](socket_pair& to, std::string& all, char byte) -> task<void> {
          if (co_await to.far.async_write_some(asio::buffer(&byte, 1), use_task) == 1) all += byte;
        };
        if (is_first) group.spawn(cancel_later, std::ref(scope), static_cast<unsigned>(turns * 40));
        group.spawn(write, std::ref(pair), std::ref(sent), next);
        if (!is_first) group.spawn(cancel_later, std::ref(scope), static_cast<unsigned>(turns));
        std::array<char, 1> into{};
        if (co_await pair.near.async_read_some(asio::buffer(into), use_task) == 1) got += into[0];
      });
    });
    if (ended.is_cancelled()) ++stopped;
  }
  while (got.size() < sent.size()) {
    std::array<char, 64> into{};
    got.append(into.data(), co_await pair.near.async_read_some(asio::buffer(into), use_task));
  }
  CHECK(got == sent);
  CHECK(stopped > 100);
}
