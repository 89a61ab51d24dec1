// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "leat/base/memory.hpp"
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
#include "leat/io/surface.hpp"

/// What the primitives of both surfaces do (surface.hpp).
namespace leat::io {

template <class T>
async::task<T> async::expose(task<T>&& algorithm) noexcept {
  return std::move(algorithm);
}
template <class T>
async::task<T> async::await(task<T>&& returned) noexcept {
  return std::move(returned);
}
template <class Callable, class... Args>
auto async::call(Callable& callable, Args&... args) {
  return callable(args...);
}

inline auto async::connect(network& net, endpoint to, deadline until) {
  return net.connect(std::move(to), until);
}
inline auto async::read_some(stream& from, std::span<std::byte> into, deadline until) {
  return from.read_some(into, until);
}
inline auto async::write_all(stream& to, std::span<const std::byte> bytes, deadline until) {
  return to.write_all(bytes, until);
}
inline auto async::shut_down_write(stream& to, deadline until) {
  return to.shut_down_write(until);
}
inline auto async::close(stream& which, deadline until) {
  return which.close(until);
}

inline auto async::sleep_for(duration time) {
  return leat::sleep_for(time);
}
inline auto async::checkpoint() noexcept {
  return stop_if_requested();
}

template <class Callable>
auto async::offload(Callable callable) {
  return to_thread(std::move(callable));
}

inline time_point async::now() noexcept {
  return executor::current().limits_begin();
}
inline time_point async::read_clock() noexcept {
  return executor::current().read_clock();
}

template <class Work>
auto async::with_total(duration limit, Work work) {
  return with_timeout(limit, std::move(work)());
}
template <class Work>
auto async::within(deadline until, Work work) {
  return with_deadline(until, std::move(work)());
}

template <class T>
T blocking::expose(task<T>&& algorithm) {
  return run_blocking(std::move(algorithm));
}
template <class T>
ready<T> blocking::await(T returned) {
  return ready<T>(std::move(returned));
}
template <class Callable, class... Args>
ready<void> blocking::call(Callable& callable, Args&... args) {
  callable(args...);
  return {};
}

inline ready<std::unique_ptr<blocking_stream>> blocking::connect(network& net, const endpoint& to,
                                                                 deadline until) {
  return ready(net.connect(to, until));
}
inline ready<std::size_t> blocking::read_some(stream& from, std::span<std::byte> into,
                                              deadline until) {
  return ready(from.read_some(into, until));
}
inline ready<void> blocking::write_all(stream& to, std::span<const std::byte> bytes,
                                       deadline until) {
  to.write_all(bytes, until);
  return {};
}
inline ready<void> blocking::shut_down_write(stream& to, deadline until) {
  to.shut_down_write(until);
  return {};
}
inline ready<void> blocking::close(stream& which, deadline until) noexcept {
  which.close(until);
  return {};
}

inline ready<void> blocking::checkpoint() noexcept {
  return {};
}

template <class Callable>
auto blocking::offload(Callable callable) {
  return ready(callable());
}

inline time_point blocking::now() noexcept {
  return std::chrono::steady_clock::now();
}
inline time_point blocking::read_clock() noexcept {
  return now();
}

template <class Work>
std::invoke_result_t<Work&> blocking::with_total(duration limit, Work work) {
  const blocking_deadline total(deadline::after(now(), checked_limit(limit, "with_total")));
  co_return co_await work();
}
template <class Work>
std::invoke_result_t<Work&> blocking::within(deadline until, Work work) {
  const blocking_deadline total(until);
  co_return co_await work();
}

}  // namespace leat::io
