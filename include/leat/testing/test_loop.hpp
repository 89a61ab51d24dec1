// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "leat/base/impl_ptr.hpp"
#include "leat/io/loop.hpp"

namespace leat::testing {

/// A clock that stands still until it is moved.
class virtual_clock final : public clock {
 public:
  [[nodiscard]] time_point now() noexcept override { return now_; }
  void move_to(time_point to) noexcept { now_ = to; }

  /// Where virtual time begins. Not zero, so that "long ago" exists.
  static constexpr time_point origin{std::chrono::hours(1000)};

 private:
  time_point now_ = origin;
};

/// An error that a loop was told of because nobody could receive it.
struct reported_error {
  std::exception_ptr failure;
  std::string where;
};

enum class time_source { virtual_time, real_time };

/// A loop for tests. On virtual time it never waits: when nothing is ready, its clock jumps
/// to the next timer, and with no timer left the test fails as a deadlock (`leat::deadlock`).
/// On real time it has sockets.
///
/// Thread-safety: one thread.
class test_loop {
 public:
  explicit test_loop(time_source source = time_source::virtual_time);
  test_loop(const test_loop&) = delete;
  test_loop& operator=(const test_loop&) = delete;
  ~test_loop();

  [[nodiscard]] io::loop& loop() noexcept;

  /// How much time has passed on this loop's clock, exactly.
  [[nodiscard]] duration elapsed() const noexcept;

  /// The errors that were reported since the last call. What a test does not take fails it.
  [[nodiscard]] std::vector<reported_error> take_reports() noexcept;

  /// Runs `main` until it has ended.
  template <class T>
  T run(task<T> main) {
    return leat::run(loop(), std::move(main));
  }
  template <class T>
  outcome<T> run(task<T> main, cancel_scope& scope) {
    return leat::run(loop(), std::move(main), scope);
  }

 private:
  class impl;
  impl_ptr<impl> impl_;
};

/// What must be the same after a test as before: coroutine frames and descriptors.
struct resource_count {
  std::size_t frames = 0;
  std::size_t descriptors = 0;

  [[nodiscard]] static resource_count now();
  friend bool operator==(const resource_count&, const resource_count&) = default;
};

/// Runs the body of a test on a loop of its own.
/// Errors: what the body throws; `deadlock`; `std::logic_error` naming what was left behind:
/// tasks, descriptors, or reports that the test did not take.
void run_test(task<void> (*body)(test_loop&), time_source source = time_source::virtual_time);

}  // namespace leat::testing
