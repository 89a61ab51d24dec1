// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "leat/base/function.hpp"
#include "leat/base/impl_ptr.hpp"
#include "leat/base/time.hpp"
#include "leat/io/symbolise.hpp"
#include "leat/metrics/instruments.hpp"

namespace leat::io {

class loop;

/// A step of a loop that took too long: for that time nothing else went on there, no timer, no
/// connection, no cancellation.
struct blocked_step {
  duration lasted{};       ///< So far, or in all; to within `watchdog_options::interval`.
  bool has_ended = false;  ///< The second report about a step, without a stack.
  std::string task;        ///< Name, or else function, of the task; empty if not known.
  /// The calls that the blocked thread was in, innermost first. Empty if it did not answer: it
  /// blocks the signal, or waits in the kernel where none is delivered, or the step was over.
  std::vector<symbol> stack;
  std::uint64_t withheld = 0;  ///< Blocked steps since the last report that got none.
};

/// The report for people: a sentence, and a line for each call.
[[nodiscard]] std::string to_text(const blocked_step& report);

/// Gets the reports of a watchdog, on its thread. What it throws is dropped.
using blocked_handler = std::function<void(const blocked_step& report)>;

struct watchdog_options {
  /// A step that takes longer is reported.
  duration threshold = std::chrono::milliseconds(100);
  /// How often it looks; 0 is a quarter of the threshold.
  duration interval{};
  /// The shortest time between two reports of steps that are blocked. Others are counted.
  duration report_gap = std::chrono::seconds(10);
  /// Makes the blocked thread tell its stack. Nobody else may use it; by default one that does
  /// nothing to those who do not handle it.
  int signal = SIGURG;
  /// By default the reports go to standard error.
  blocked_handler on_blocked;
  /// Ends the program after the first report, with `std::abort()`: for tests and for development,
  /// where a blocked loop is a bug to be found now.
  bool aborts = false;
  /// Counts the blocked steps, those that are not reported too.
  metrics::counter blocked_steps;
};

/// Watches a loop from a thread of its own, and reports a step that blocks it while it is
/// blocked, with the stack of the blocked thread. A loop that waits is not blocked, and neither
/// is one that does not run.
///
/// What it costs: the loop does nothing for it that it does not do anyway; the thread wakes up
/// every `interval`. A blocked thread gets a signal, which interrupts system calls that are not
/// restarted (sleeps, `poll`) with `EINTR`; that is the only thing a program can notice.
///
/// The library installs no signal handler and starts no thread for this unless a watchdog is
/// made. The handler stays when the last one has gone, without effect.
///
/// Cancellation: not concerned. Lifetime: it and the loop may end in any order.
/// Thread-safety: made and destroyed on any thread, also while a step is blocked; the constructor
/// not while the loop is being destroyed.
class watchdog {
 public:
  /// Errors: `invalid_argument` if the program handles the signal itself, or if a time is
  /// negative; `std::system_error` if no thread can be started.
  explicit watchdog(const loop& watched, watchdog_options options = {});
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;
  /// Waits for a report that is under way, so not to be called from one.
  ~watchdog();

  /// How many blocked steps it has seen. Thread-safety: any thread.
  [[nodiscard]] std::uint64_t blocked_steps() const noexcept;
  /// How often it has looked: proof that it is alive. Thread-safety: any thread.
  [[nodiscard]] std::uint64_t looks() const noexcept;

 private:
  class impl;
  impl_ptr<impl> impl_;
};

}  // namespace leat::io
