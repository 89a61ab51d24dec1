// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "leat/base/function.hpp"
#include "leat/testing/test_loop.hpp"

namespace leat::testing {

/// What a cancel-everywhere campaign did.
struct cancellation_report {
  std::size_t suspensions = 0;  ///< In the run that was not cancelled.
  std::size_t resumes = 0;
  std::size_t stopped = 0;   ///< Runs that the cancel stopped.
  std::size_t finished = 0;  ///< Runs that finished all the same: the cancel came too late.
};

/// Runs a scenario again and again, on virtual time unless `source` says otherwise, cancelled at
/// each of its suspension points and before each of its resumes in turn, and once without.
///
/// `scenario` makes the work anew for each run; `check` is called after each with what became
/// of it, to see that nothing is lost and every cleanup ran once. Each run must also leave as
/// many coroutine frames and descriptors as it found. On real time the number of points may
/// differ from run to run, as the kernel pleases; those of the first run are visited.
///
/// Errors: what `check` throws; `std::logic_error`, naming the run, when something was left
/// behind, when a run failed with an error, or when the run without a cancel did not finish.
cancellation_report for_each_cancellation(
    const std::function<task<void>()>& scenario,
    const std::function<void(const outcome<void>&)>& check = [](const outcome<void>&) {},
    time_source source = time_source::virtual_time);

}  // namespace leat::testing
