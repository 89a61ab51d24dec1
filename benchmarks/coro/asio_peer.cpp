// SPDX-License-Identifier: MIT
#include "coro/asio_peer.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coro/heap.hpp"
#include "support.hpp"

namespace asio_peer {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using leat_bench::now_ns;

[[gnu::noinline]] asio::awaitable<int> ready_child(int value) {
  co_return value;
}

/// Runs `body`, which returns what it measured, on a loop of its own.
template <class Body>
double measure(Body body) {
  asio::io_context context(1);
  double measured = 0;
  asio::co_spawn(context, body(), [&measured](const std::exception_ptr& failure, double result) {
    if (failure) std::rethrow_exception(failure);
    measured = result;
  });
  context.run();
  return measured;
}

asio::awaitable<void> sleep_long() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<int> chain(int depth) {
  if (depth > 1) co_return 1 + co_await chain(depth - 1);
  co_await sleep_long();
  co_return 1;
}

}  // namespace

double await_ready() {
  return measure([]() -> asio::awaitable<double> {
    constexpr int count = 1'000'000;
    const double begin = now_ns();
    long sum = 0;
    for (int i = 0; i < count; ++i) sum += co_await ready_child(i);
    const double spent = now_ns() - begin;
    if (sum == 42) std::puts("");
    co_return spent / count;
  });
}

double spawn_suspend_join() {
  constexpr int count = 200'000;
  asio::io_context context(1);
  int joined = 0;
  const double begin = now_ns();
  for (int i = 0; i < count; ++i) {
    asio::co_spawn(
        context, []() -> asio::awaitable<void> { co_await asio::post(asio::use_awaitable); },
        [&joined](const std::exception_ptr&) { ++joined; });
    if (i % 1000 == 999) {
      context.run();
      context.restart();
    }
  }
  return (now_ns() - begin) / joined;
}

double suspend_resume() {
  return measure([]() -> asio::awaitable<double> {
    constexpr int count = 500'000;
    const double begin = now_ns();
    for (int i = 0; i < count; ++i) co_await asio::post(asio::use_awaitable);
    co_return (now_ns() - begin) / count;
  });
}

double all_of_three() {
  return measure([]() -> asio::awaitable<double> {
    using namespace asio::experimental::awaitable_operators;
    constexpr int count = 50'000;
    const double begin = now_ns();
    for (int i = 0; i < count; ++i) {
      co_await (ready_child(1) && ready_child(2) && ready_child(3));
    }
    co_return (now_ns() - begin) / count;
  });
}

double arm_disarm(std::size_t pending) {
  asio::io_context context(1);
  std::vector<asio::steady_timer> others;
  others.reserve(pending);
  for (std::size_t i = 0; i < pending; ++i) {
    others.emplace_back(context, 1h + std::chrono::nanoseconds((i * 7919) % 60'000'000'000));
    others.back().async_wait([](const boost::system::error_code&) {});
  }
  asio::steady_timer timer(context);
  constexpr int count = 300'000;
  const double begin = now_ns();
  for (int i = 0; i < count; ++i) {
    timer.expires_after(30s);
    timer.async_wait([](const boost::system::error_code&) {});
    timer.cancel();
    // The handlers of the cancelled waits: many at a time, as a busy loop would run them.
    if (i % 256 == 0) context.poll();
  }
  return (now_ns() - begin) / count;
}

double cancel_chain(int depth) {
  constexpr int count = 5'000;
  asio::io_context context(1);
  double spent = 0;
  for (int i = 0; i < count; ++i) {
    asio::cancellation_signal stop;
    double ended = 0;
    asio::co_spawn(context, chain(depth),
                   asio::bind_cancellation_slot(stop.slot(), [&ended](const std::exception_ptr&,
                                                                      int) { ended = now_ns(); }));
    context.poll();
    const double begin = now_ns();
    stop.emit(asio::cancellation_type::terminal);
    context.run();
    context.restart();
    spent += ended - begin;
  }
  return spent / count;
}

double cancel_sleepers(int count) {
  asio::io_context context(1);
  std::vector<asio::cancellation_signal> stops(static_cast<std::size_t>(count));
  for (auto& stop : stops) {
    asio::co_spawn(context, sleep_long(),
                   asio::bind_cancellation_slot(stop.slot(), [](const std::exception_ptr&) {}));
  }
  context.poll();
  const double begin = now_ns();
  for (auto& stop : stops) stop.emit(asio::cancellation_type::terminal);
  context.run();
  return (now_ns() - begin) / count;
}

double bytes_asleep() {
  return crowd(1000).bytes;
}

crowd_cost crowd(int count) {
  auto context = std::make_unique<asio::io_context>(1);
  const double heap = heap_in_use();
  const double begin = now_ns();
  for (int i = 0; i < count; ++i) asio::co_spawn(*context, sleep_long(), asio::detached);
  context->poll();
  const double bytes = heap_in_use() - heap;
  context.reset();  // which destroys them all
  return {(now_ns() - begin) / count, bytes / count};
}

double channel_hand_off() {
  using channel = asio::experimental::channel<void(boost::system::error_code, int)>;
  constexpr int count = 300'000;
  asio::io_context context(1);
  channel messages(context, 1);
  asio::co_spawn(
      context,
      [&messages]() -> asio::awaitable<void> {
        for (int i = 0; i < count; ++i) {
          co_await messages.async_send(boost::system::error_code(), i, asio::use_awaitable);
        }
      },
      asio::detached);
  double spent = 0;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        const double begin = now_ns();
        for (int i = 0; i < count; ++i) co_await messages.async_receive(asio::use_awaitable);
        spent = now_ns() - begin;
      },
      asio::detached);
  context.run();
  return spent / count;
}

double to_thread() {
  asio::thread_pool pool(1);
  return measure([&pool]() -> asio::awaitable<double> {
    constexpr int count = 10'000;
    const double begin = now_ns();
    for (int i = 0; i < count; ++i) {
      co_await asio::co_spawn(
          pool, []() -> asio::awaitable<int> { co_return 1; }, asio::use_awaitable);
    }
    co_return (now_ns() - begin) / count;
  });
}

}  // namespace asio_peer
