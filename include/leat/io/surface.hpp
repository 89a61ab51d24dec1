// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "leat/base/memory.hpp"
#include "leat/base/time.hpp"

namespace leat {

template <class T>
class task;
template <class T>
class blocking_task;
template <class T>
class ready;

}  // namespace leat

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
///
/// Here are the names of both, which headers need to say what they take and return. What the
/// primitives do is in `policy.hpp`, for those who write algorithms.
namespace leat::io {

class async_stream;
class blocking_network;
class blocking_stream;
class endpoint;
class network;

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
  static task<T> expose(task<T>&& algorithm) noexcept;
  template <class T>
  static task<T> await(task<T>&& returned) noexcept;
  /// Calls what a user gave; for what may return nothing.
  template <class Callable, class... Args>
  static auto call(Callable& callable, Args&... args);

  static auto connect(network& net, endpoint to, deadline until);
  static auto read_some(stream& from, std::span<std::byte> into, deadline until);
  static auto write_all(stream& to, std::span<const std::byte> bytes, deadline until);
  static auto shut_down_write(stream& to, deadline until);
  static auto close(stream& which, deadline until);

  static auto sleep_for(duration time);

  /// Stops here if a stop is pending: for operations that need not wait.
  static auto checkpoint() noexcept;

  /// Calls what blocks for a while, such as reading files.
  template <class Callable>
  static auto offload(Callable callable);

  /// For deadlines.
  [[nodiscard]] static time_point now() noexcept;
  /// For measuring.
  [[nodiscard]] static time_point read_clock() noexcept;

  /// Awaits `work()` and stops it when `limit` has passed.
  /// Errors: `deadline_exceeded`; what the work throws.
  template <class Work>
  static auto with_total(duration limit, Work work);

  /// The same until a point in time.
  template <class Work>
  static auto within(deadline until, Work work);
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
  static T expose(task<T>&& algorithm);
  template <class T>
  static ready<T> await(T returned);
  template <class Callable, class... Args>
  static ready<void> call(Callable& callable, Args&... args);

  static ready<std::unique_ptr<stream>> connect(network& net, const endpoint& to, deadline until);
  static ready<std::size_t> read_some(stream& from, std::span<std::byte> into, deadline until);
  static ready<void> write_all(stream& to, std::span<const std::byte> bytes, deadline until);
  static ready<void> shut_down_write(stream& to, deadline until);
  static ready<void> close(stream& which, deadline until) noexcept;

  static ready<void> sleep_for(duration time);
  static ready<void> checkpoint() noexcept;

  template <class Callable>
  static auto offload(Callable callable);

  [[nodiscard]] static time_point now() noexcept;
  [[nodiscard]] static time_point read_clock() noexcept;

  /// Runs `work()`; what waits inside ends when `limit` has passed.
  /// Errors: `deadline_exceeded`; what the work throws; `invalid_argument` for a negative limit.
  template <class Work>
  static std::invoke_result_t<Work&> with_total(duration limit, Work work);

  /// The same until a point in time.
  template <class Work>
  static std::invoke_result_t<Work&> within(deadline until, Work work);
};

}  // namespace leat::io
