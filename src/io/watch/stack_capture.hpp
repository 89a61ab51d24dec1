// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/watch/loop_activity.hpp"

namespace leat::io {

namespace detail {
struct capture_slot;
}

/// What the thread of a loop was doing at one moment.
struct captured_stack {
  std::uint64_t step = 0;              ///< Of the loop, at that moment.
  std::string task;                    ///< That ran, by its name or its function's.
  std::vector<const void*> addresses;  ///< In the calls, innermost first.
};

/// Takes the stack of a loop's thread while it is busy: a signal makes the thread note its own
/// return addresses. The handler allocates nothing, takes no lock and formats nothing, so it
/// may interrupt anything, `malloc` included.
///
/// Once installed, a handler stays until the program ends: a signal that is still on its way
/// must not meet the default action, which for most signals is to end the program.
class stack_capture {
 public:
  /// Errors: `invalid_argument` if the program has a handler for `signal`, or it cannot have
  /// one.
  stack_capture(loop_activity& of, int signal);
  stack_capture(const stack_capture&) = delete;
  stack_capture& operator=(const stack_capture&) = delete;
  ~stack_capture();

  /// Asks the thread. Returns false if the loop does not run.
  bool request() noexcept;
  /// Whether it has answered.
  [[nodiscard]] bool has_answer() const noexcept;
  /// The answer; empty if there was none, which is no longer waited for.
  [[nodiscard]] captured_stack take();

 private:
  /// Ends the request. Returns whether there is an answer.
  bool settle() noexcept;

  loop_activity& of_;
  int signal_;
  detail::capture_slot& slot_;
};

}  // namespace leat::io
