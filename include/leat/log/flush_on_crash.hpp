// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/time.hpp"

namespace leat::log {

class backend;

/// While it lives, a signal that ends the program by a fault (SIGABRT, SIGBUS, SIGFPE, SIGILL,
/// SIGSEGV) first lets the thread of an asynchronous backend write what is queued, because the
/// last records are the ones that tell why. Then the signal does what it did before: the core
/// is dumped, or the handler of a sanitizer runs.
///
/// The crashed thread only waits, and takes no lock: for `at_most`, or until nothing is written
/// any more, for instance because it crashed with the queue's lock in its hands, or in a sink.
/// So this is the best that can be done, not a promise. A stack that has overflowed is waited
/// out as well on the thread that made this object; other threads would need a `sigaltstack`.
///
/// The handlers of a process are one thing, so at most one of these may live.
///
/// Lifetime: `logs` outlives it. Thread-safety: none.
class flush_on_crash {
 public:
  /// Errors: `invalid_argument` if there is one already, or if `at_most` is not positive;
  /// `std::bad_alloc`.
  explicit flush_on_crash(const backend& logs, duration at_most = std::chrono::seconds(1));
  flush_on_crash(const flush_on_crash&) = delete;
  flush_on_crash& operator=(const flush_on_crash&) = delete;

  /// Puts back the handlers there were, but for those that somebody replaced meanwhile.
  ~flush_on_crash();
};

}  // namespace leat::log
