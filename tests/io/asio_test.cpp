// SPDX-License-Identifier: MIT
#include "leat/io/asio.hpp"

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <tuple>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/when_all.hpp"

#include "support/async_test.hpp"

using namespace leat;
namespace asio = boost::asio;
using boost::system::error_code;
using io::asio_context;
using io::use_task;
using stream_socket = asio::local::stream_protocol::socket;
using asio::ip::tcp;

namespace {

struct socket_pair {
  socket_pair() { asio::local::connect_pair(near, far); }

  stream_socket near{asio_context()};
  stream_socket far{asio_context()};
};

/// An operation of the test's own: `on_start` is given the handler.
template <class Signature, class Token, class OnStart>
auto async_custom(OnStart on_start, Token&& token) {
  return asio::async_initiate<Token, Signature>(
      [](auto handler, OnStart start) { std::move(start)(std::move(handler)); }, token,
      std::move(on_start));
}

/// What `work` throws as an `Error`.
template <class Error, class T>
task<std::error_code> cause_of(task<T> work) {
  const auto ended = co_await as_outcome(std::move(work));
  try {
    if (ended.has_error()) std::rethrow_exception(ended.error());
  } catch (const Error& e) {
    co_return e.cause();
  }
  FAIL("it should have failed");
  co_return std::error_code();
}

}  // namespace

LEAT_LOOPBACK_TEST("asio: a task awaits connecting, accepting, writing and reading") {
  tcp::acceptor acceptor(asio_context(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  tcp::socket client(asio_context());

  auto [server, connected] =
      co_await when_all_settled(as_task(acceptor.async_accept(use_task)),
                                as_task(client.async_connect(acceptor.local_endpoint(), use_task)));

  CHECK(connected.has_value());
  const auto sent =
      co_await asio::async_write(client, asio::buffer(std::string_view("hello")), use_task);
  CHECK(sent == 5);
  std::array<char, 16> into{};
  const auto size = co_await server.value().async_read_some(asio::buffer(into), use_task);
  CHECK(std::string_view(into.data(), size) == "hello");
}

LEAT_LOOPBACK_TEST("asio: a timer waits on the loop") {
  asio::steady_timer timer(asio_context(), 1ms);
  const auto due = timer.expiry();
  co_await timer.async_wait(use_task);
  CHECK(std::chrono::steady_clock::now() >= due);
}

LEAT_LOOPBACK_TEST("asio: a composed operation runs to its end") {
  socket_pair pair;
  std::string all(300'000, '\0');
  const std::string text(all.size(), 'x');
  const auto [sent, got] =
      co_await when_all(asio::async_write(pair.near, asio::buffer(text), use_task),
                        asio::async_read(pair.far, asio::buffer(all), use_task));
  CHECK(sent == text.size());
  CHECK(got == text.size());
  CHECK(all == text);
}

LEAT_LOOPBACK_TEST("asio: an error code is thrown as an error of Leat that keeps it") {
  socket_pair pair;
  pair.near.close();
  std::array<char, 1> into{};
  const auto cause = co_await cause_of<io::operation_error>(
      as_task(pair.far.async_read_some(asio::buffer(into), use_task)));
  CHECK(cause == asio::error::make_error_code(asio::error::eof));
}

LEAT_LOOPBACK_TEST("asio: what nobody asked to be cancelled fails as aborted and does not stop") {
  asio::steady_timer timer(asio_context(), 1h);
  asio::post(asio_context(), [&] { timer.cancel(); });
  const auto cause = co_await cause_of<io::operation_error>(as_task(timer.async_wait(use_task)));
  CHECK(cause == asio::error::make_error_code(asio::error::operation_aborted));
}

LEAT_LOOPBACK_TEST("asio: codes that Leat has errors for become those") {
  const auto failing = [](error_code code) -> task<void> {
    co_await async_custom<void(error_code)>([code](auto handler) { std::move(handler)(code); },
                                            use_task);
  };
  co_await cause_of<io::connect_error>(failing(asio::error::connection_refused));
  co_await cause_of<io::resolve_error>(failing(asio::error::host_not_found));
  co_await cause_of<io::resolve_error>(failing(asio::error::service_not_found));
  co_await cause_of<io::operation_timeout>(failing(asio::error::timed_out));
  co_await cause_of<timeout_error>(failing(asio::error::timed_out));
  co_await cause_of<io_error>(failing(asio::error::broken_pipe));
}

LEAT_LOOPBACK_TEST("asio: as_tuple gives the code as a value") {
  socket_pair pair;
  pair.near.close();
  std::array<char, 1> into{};
  const auto [code, size] =
      co_await pair.far.async_read_some(asio::buffer(into), asio::as_tuple(use_task));
  CHECK(code == asio::error::eof);
  CHECK(size == 0);
}

LEAT_LOOPBACK_TEST("asio: redirect_error puts the code aside") {
  socket_pair pair;
  co_await asio::async_write(pair.near, asio::buffer(std::string_view("abc")), use_task);
  pair.near.close();
  std::array<char, 8> into{};
  error_code code;
  const auto size =
      co_await asio::async_read(pair.far, asio::buffer(into), asio::redirect_error(use_task, code));
  CHECK(code == asio::error::eof);
  CHECK(size == 3);
}

LEAT_LOOPBACK_TEST("asio: an object may have the token as its default") {
  using timer_type = io::use_task_t::as_default_on_t<asio::steady_timer>;
  timer_type timer(asio_context(), 0ms);
  co_await timer.async_wait();
}

LEAT_LOOPBACK_TEST("asio: no result, one, and several; those that can only be moved") {
  co_await async_custom<void()>([](auto handler) { std::move(handler)(); }, use_task);
  const auto one = co_await async_custom<void(error_code, std::unique_ptr<int>)>(
      [](auto handler) { std::move(handler)(error_code(), std::make_unique<int>(7)); }, use_task);
  CHECK(*one == 7);
  const auto [number, text] = co_await async_custom<void(error_code, int, std::string)>(
      [](auto handler) { std::move(handler)(error_code(), 3, "three"); }, use_task);
  CHECK(number == 3);
  CHECK(text == "three");
  const auto [plain, other] = co_await async_custom<void(int, std::unique_ptr<int>)>(
      [](auto handler) { std::move(handler)(1, std::make_unique<int>(2)); }, use_task);
  CHECK(plain + *other == 3);
}

LEAT_LOOPBACK_TEST("asio: arguments that can only be moved reach the operation") {
  auto argument = std::make_unique<int>(5);
  const int got = co_await async_custom<void(int)>(
      [owned = std::move(argument)](auto handler) { std::move(handler)(*owned); }, use_task);
  CHECK(got == 5);
}

LEAT_LOOPBACK_TEST("asio: an exception_ptr is rethrown") {
  const auto failing = []() -> task<void> {
    co_await async_custom<void(std::exception_ptr)>(
        [](auto handler) {
          std::move(handler)(std::make_exception_ptr(std::runtime_error("its own")));
        },
        use_task);
  };
  const auto ended = co_await as_outcome(failing());
  CHECK(describe(ended.error()) == "its own");
}

LEAT_LOOPBACK_TEST("asio: what the initiating function throws is thrown at the await") {
  const auto failing = []() -> task<void> {
    co_await async_custom<void()>([](auto) { throw std::runtime_error("not today"); }, use_task);
  };
  const auto ended = co_await as_outcome(failing());
  CHECK(describe(ended.error()) == "not today");
}

LEAT_LOOPBACK_TEST("asio: what is thrown after an operation has completed is reported") {
  co_await async_custom<void()>(
      [](auto handler) {
        std::move(handler)();
        throw std::runtime_error("too late");
      },
      use_task);
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(describe(reports.front().failure) == "too late");
}

LEAT_LOOPBACK_TEST("asio: an operation that drops its handler fails instead of waiting for ever") {
  const auto dropping = [](bool later) -> task<void> {
    co_await async_custom<void()>(
        [later](auto handler) {
          if (later) asio::post(asio_context(), [kept = std::move(handler)] {});
        },
        use_task);
  };
  co_await cause_of<io::operation_error>(dropping(false));
  co_await cause_of<io::operation_error>(dropping(true));
}

LEAT_LOOPBACK_TEST("asio: a result that cannot be stored is an error of the await") {
  struct fragile {
    fragile() = default;
    fragile(const fragile&) { throw std::runtime_error("no copy today"); }
  };
  const auto failing = []() -> task<void> {
    const fragile given;
    co_await async_custom<void(fragile)>([&](auto handler) { std::move(handler)(given); },
                                         use_task);
  };
  const auto ended = co_await as_outcome(failing());
  CHECK(describe(ended.error()) == "no copy today");
}

LEAT_LOOPBACK_TEST("asio: handlers of other threads come back to the loop's") {
  const auto home = std::this_thread::get_id();
  std::jthread other;
  co_await async_custom<void()>(
      [&other](auto handler) {
        other = std::jthread([kept = std::move(handler)]() mutable {
          const auto executor = asio::get_associated_executor(kept);
          asio::post(executor, std::move(kept));
        });
      },
      use_task);
  CHECK(std::this_thread::get_id() == home);
}

LEAT_LOOPBACK_TEST("asio: a coroutine of Asio's own is awaited as an operation") {
  const auto twice = [](int number) -> asio::awaitable<int> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 0ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return 2 * number;
  };
  CHECK(co_await asio::co_spawn(asio_context(), twice(21), use_task) == 42);
}

LEAT_LOOPBACK_TEST("asio: each step of an operation uses the memory in the awaiter") {
  socket_pair pair;
  std::size_t count = 0;
  // Steps that hold one allocation at a time, as composed operations do.
  co_await async_custom<void()>(
      [&count](auto handler) {
        auto memory = asio::get_associated_allocator(handler);
        using bytes = typename std::allocator_traits<decltype(memory)>::template rebind_alloc<char>;
        bytes allocator(memory);
        char* const first = allocator.allocate(100);
        char* const second = allocator.allocate(100);  // in use: from the heap
        allocator.deallocate(first, 100);
        char* const again = allocator.allocate(100);
        if (again == first && second != first) ++count;
        char* const large = allocator.allocate(100'000);
        allocator.deallocate(large, 100'000);
        allocator.deallocate(again, 100);
        allocator.deallocate(second, 100);
        std::move(handler)();
      },
      use_task);
  CHECK(count == 1);
}

LEAT_ASYNC_TEST("asio: a loop on virtual time says that it has none") {
  CHECK_THROWS_AS(static_cast<void>(asio_context()), invalid_argument);
  const auto waiting = []() -> task<void> {
    co_await async_custom<void()>([](auto handler) { std::move(handler)(); }, use_task);
  };
  const auto ended = co_await as_outcome(waiting());
  CHECK(ended.has_error());
  try {
    std::rethrow_exception(ended.error());
  } catch (const invalid_argument& e) {
    CHECK(std::string(e.what()).find("no Asio") != std::string::npos);
  }
}

TEST_CASE("asio: without a loop there is no context") {
  CHECK_THROWS_AS(static_cast<void>(asio_context()), invalid_argument);
}

TEST_CASE("asio: a handler that throws ends the loop, after its tasks have been stopped in order") {
  bool cleaned_up = false;
  const auto main = [&cleaned_up]() -> task<void> {
    const std::shared_ptr<void> cleanup(nullptr, [&cleaned_up](void*) { cleaned_up = true; });
    socket_pair pair;
    asio::post(asio_context(), [] { throw std::runtime_error("thrown by a handler"); });
    asio::post(asio_context(), [] { throw std::runtime_error("and by another"); });
    std::array<char, 8> into{};
    co_await pair.near.async_read_some(asio::buffer(into), use_task);
  };
  CHECK_THROWS_WITH(io::run(main()), "thrown by a handler");
  CHECK(cleaned_up);
}
