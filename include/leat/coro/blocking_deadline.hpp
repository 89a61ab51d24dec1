// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "leat/base/time.hpp"

namespace leat {

/// Bounds all blocking waits of this thread while it lives; nested ones cannot extend it. What
/// `with_timeout` is to tasks: where the limit of the whole passes before that of a single wait,
/// the wait ends with `deadline_exceeded`.
///
///     const blocking_deadline total(std::chrono::steady_clock::now() + 10s);
///     api.get("/users/7");   // connecting, sending and reading together
///
/// Thread-safety: belongs to the thread that made it, and ends in the reverse order.
class blocking_deadline {
 public:
  explicit blocking_deadline(deadline until) noexcept;
  explicit blocking_deadline(time_point until) noexcept : blocking_deadline(deadline(until)) {}
  blocking_deadline(const blocking_deadline&) = delete;
  blocking_deadline& operator=(const blocking_deadline&) = delete;
  ~blocking_deadline();

  /// The earliest of this thread, or never.
  [[nodiscard]] static deadline current() noexcept;

  /// For whatever blocks: the time at which a wait that may last until `own` has to end.
  [[nodiscard]] static deadline bound(deadline own) noexcept { return earlier(own, current()); }

  /// For whatever has waited until `bound(own)` in vain: throws `deadline_exceeded` if it was the
  /// limit of the whole that ended the wait, and returns if it was its own.
  static void throw_if_exceeded(deadline own, const std::string& attempted);

 private:
  deadline outer_;
};

}  // namespace leat
