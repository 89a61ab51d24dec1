// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/coro/blocking_task.hpp"
#include "leat/coro/executor.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/with_deadline.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/blocking_network.hpp"
#include "leat/io/network.hpp"

/// The two surfaces of a client from one algorithm (docs/adr/0004). An algorithm is a coroutine
/// template over a policy, which brings the coroutine type and everything that waits:
///
///     template <class Io>
///     typename Io::template task<std::size_t> read_greeting(typename Io::stream& from, ...) {
///       co_return co_await Io::read_some(from, into, until);
///     }
///
/// With `io::async` the operations suspend and the loop goes on. With `io::blocking` each has
/// finished when it returns, so `run_blocking` runs the algorithm to its end on the caller's
/// stack. What could suspend there does not compile.
///
/// What users call and what they implement (streams, transports, sources of bodies) has the honest
/// type of its surface, `Io::result<T>`: a task, or the value itself. `expose()` turns an
/// algorithm into it, `await()` makes it something an algorithm can await.
///
/// Rules for algorithms: they are straight-line, what is concurrent or timed is a primitive of
/// the policy; they never catch broadly and never retry after a deadline; parameters are owned.
namespace leat::io {

/// Tasks of one loop.
struct async {
  template <class T>
  using task = leat::task<T>;
  template <class T>
  using result = leat::task<T>;
  using stream = async_stream;
  using network = io::network;
  static constexpr bool is_blocking = false;

  template <class T>
  static task<T> expose(task<T>&& algorithm) noexcept {
    return std::move(algorithm);
  }
  template <class T>
  static task<T> await(task<T>&& returned) noexcept {
    return std::move(returned);
  }
  /// Calls what a user gave; for what may return nothing.
  template <class Callable, class... Args>
  static auto call(Callable& callable, Args&... args) {
    return callable(args...);
  }

  static auto connect(network& net, endpoint to, deadline until) {
    return net.connect(std::move(to), until);
  }
  static auto read_some(stream& from, std::span<std::byte> into, deadline until) {
    return from.read_some(into, until);
  }
  static auto write_all(stream& to, std::span<const std::byte> bytes, deadline until) {
    return to.write_all(bytes, until);
  }
  static auto shut_down_write(stream& to, deadline until) { return to.shut_down_write(until); }
  static auto close(stream& which, deadline until) { return which.close(until); }

  static auto sleep_for(duration time) { return leat::sleep_for(time); }

  /// Stops here if a stop is pending: for operations that need not wait.
  static auto checkpoint() noexcept { return stop_if_requested(); }

  /// Calls what blocks for a while, such as reading files.
  template <class Callable>
  static auto offload(Callable callable) {
    return to_thread(std::move(callable));
  }

  /// For deadlines.
  [[nodiscard]] static time_point now() noexcept { return executor::current().limits_begin(); }
  /// For measuring.
  [[nodiscard]] static time_point read_clock() noexcept { return executor::current().read_clock(); }

  /// Awaits `work()` and stops it when `limit` has passed.
  /// Errors: `deadline_exceeded`; what the work throws.
  template <class Work>
  static auto with_total(duration limit, Work work) {
    return with_timeout(limit, std::move(work)());
  }

  /// The same until a point in time.
  template <class Work>
  static auto within(deadline until, Work work) {
    return with_deadline(until, std::move(work)());
  }
};

/// Threads without a loop.
struct blocking {
  template <class T>
  using task = blocking_task<T>;
  template <class T>
  using result = T;
  using stream = blocking_stream;
  using network = blocking_network;
  static constexpr bool is_blocking = true;

  template <class T>
  static T expose(task<T>&& algorithm) {
    return run_blocking(std::move(algorithm));
  }
  template <class T>
  static ready<T> await(T returned) {
    return ready<T>(std::move(returned));
  }
  template <class Callable, class... Args>
  static ready<void> call(Callable& callable, Args&... args) {
    callable(args...);
    return {};
  }

  static ready<std::unique_ptr<stream>> connect(network& net, const endpoint& to, deadline until) {
    return ready(net.connect(to, until));
  }
  static ready<std::size_t> read_some(stream& from, std::span<std::byte> into, deadline until) {
    return ready(from.read_some(into, until));
  }
  static ready<void> write_all(stream& to, std::span<const std::byte> bytes, deadline until) {
    to.write_all(bytes, until);
    return {};
  }
  static ready<void> shut_down_write(stream& to, deadline until) {
    to.shut_down_write(until);
    return {};
  }
  static ready<void> close(stream& which, deadline until) noexcept {
    which.close(until);
    return {};
  }

  static ready<void> sleep_for(duration time);
  static ready<void> checkpoint() noexcept { return {}; }

  template <class Callable>
  static auto offload(Callable callable) {
    return ready(callable());
  }

  [[nodiscard]] static time_point now() noexcept { return std::chrono::steady_clock::now(); }
  [[nodiscard]] static time_point read_clock() noexcept { return now(); }

  /// Runs `work()`; what waits inside ends when `limit` has passed.
  /// Errors: `deadline_exceeded`; what the work throws; `invalid_argument` for a negative limit.
  template <class Work>
  static std::invoke_result_t<Work&> with_total(duration limit, Work work) {
    const blocking_deadline total(deadline::after(now(), checked_limit(limit, "with_total")));
    co_return co_await work();
  }

  /// The same until a point in time.
  template <class Work>
  static std::invoke_result_t<Work&> within(deadline until, Work work) {
    const blocking_deadline total(until);
    co_return co_await work();
  }
};

}  // namespace leat::io
