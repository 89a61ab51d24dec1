// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "leat/base/function.hpp"
#include "leat/testing/test_loop.hpp"

namespace leat::io {
class network;
}

namespace leat::testing {

/// What a fail-everywhere campaign did.
struct failure_report {
  std::size_t operations = 0;  ///< Of the run in which none failed.
  std::size_t failed = 0;      ///< Runs that ended with an error.
  std::size_t survived = 0;    ///< Runs that finished although an operation had failed.
};

/// Runs a scenario again and again on virtual time, and lets the n-th operation on its network
/// fail, for n = 1, 2, ... until the scenario ends untouched. Operations are listening,
/// connecting, accepting, reading, writing and shutting down; closing has no errors. Each fails
///
/// - at once: nothing was done, and a stream is broken from then on, for its peer too;
/// - half-way: a connection was made and is lost, bytes were read and are lost, a part was sent;
/// - too late: it times out, and its stream is as it was;
/// - by an end: a read finds the end of the stream.
///
/// `scenario` makes the work anew for each run, on the network it is given: one in memory. It
/// may fail with any `leat::error`; `check` is called with what became of it, to see that nothing
/// is lost. Each run must also leave as many coroutine frames and descriptors as it found, and
/// its waits must have limits, or the run whose answer never came is told of as a deadlock.
///
/// Errors: what `check` throws; `std::logic_error`, naming the run, when something was left
/// behind, when a run ended with anything but a `leat::error`, or when the run without a failure
/// did not finish.
failure_report for_each_failure(
    const std::function<task<void>(io::network&)>& scenario,
    const std::function<void(const outcome<void>&)>& check = [](const outcome<void>&) {});

}  // namespace leat::testing
