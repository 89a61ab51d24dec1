// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "leat/base/invoke.hpp"
#include "leat/coro/concepts.hpp"
#include "leat/coro/task.hpp"

namespace leat {

/// How a measured call ended.
enum class call_ending : std::uint8_t { ok, error, cancelled };

[[nodiscard]] std::string_view to_string(call_ending ending) noexcept;

/// One measured call. The name refers to the measuring wrapper.
struct latency_record {
  std::string_view name;
  duration elapsed;  ///< From the first step of the call to its end, on the monotonic clock.
  call_ending ending;
};

/// The record as text: `[name] completed in 0.800s`, or `failed` or `cancelled after`.
[[nodiscard]] std::string format_latency(const latency_record& record);

/// Called once for every measured call. It must not throw: a call that is being stopped tells
/// it from a destructor.
template <class Observer>
concept latency_observer = std::copy_constructible<Observer> &&
                           std::is_nothrow_invocable_v<Observer&, const latency_record&>;

namespace detail {

/// Tells of one call when it is destroyed, whichever way that comes about. Until it is told
/// otherwise it takes the call for cancelled: a stopped frame runs nothing but destructors.
template <latency_observer Observer>
class latency_measurement {
 public:
  latency_measurement(std::string_view name, Observer& observer) noexcept
      : name_(name), observer_(observer) {}
  latency_measurement(const latency_measurement&) = delete;
  latency_measurement& operator=(const latency_measurement&) = delete;
  ~latency_measurement() {
    observer_(latency_record{name_, executor::current().read_clock() - began_, ending_});
  }
  void ended(call_ending how) noexcept { ending_ = how; }

 private:
  std::string_view name_;
  Observer& observer_;
  time_point began_ = executor::current().read_clock();
  call_ending ending_ = call_ending::cancelled;
};

}  // namespace detail

/// An asynchronous function that is measured. See `measure_latency`.
template <class Callable, latency_observer Observer>
class measured {
 public:
  measured(std::string name, Callable callable, Observer observer)
      : name_(std::move(name)), callable_(std::move(callable)), observer_(std::move(observer)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Calls the function with `args`, which are kept by value until it has ended.
  template <class... Args>
    requires async_callable<Callable&, Args...>
  auto operator()(Args... args) -> std::invoke_result_t<Callable&, Args...> {
    detail::latency_measurement<Observer> measurement(name_, observer_);
    try {
      if constexpr (std::is_void_v<typename std::invoke_result_t<Callable&, Args...>::value_type>) {
        co_await leat::detail::invoke(callable_, std::move(args)...);
        measurement.ended(call_ending::ok);
      } else {
        auto result = co_await leat::detail::invoke(callable_, std::move(args)...);
        measurement.ended(call_ending::ok);
        co_return result;
      }
    } catch (...) {
      measurement.ended(call_ending::error);
      throw;
    }
  }

 private:
  std::string name_;
  Callable callable_;
  Observer observer_;
};

/// Wraps `callable`, any function that returns a task, so that each call of it is measured
/// from its first step to its end and told to `observer` exactly once: on success, on error
/// and when it is stopped. The result or error passes unchanged.
///
/// What is measured is the call, not the creation of its task.
///
/// Cancellation: that of `callable`. Errors: those of `callable`.
/// Lifetime: the wrapper outlives its calls.
template <class Callable, latency_observer Observer>
measured<Callable, Observer> measure_latency(std::string name, Callable callable,
                                             Observer observer) {
  return {std::move(name), std::move(callable), std::move(observer)};
}

}  // namespace leat
