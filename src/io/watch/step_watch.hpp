// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "leat/base/time.hpp"

#include "io/watch/loop_activity.hpp"

namespace leat::io {

/// Decides, from looks at a loop's step from time to time, what is to be reported. Knows no
/// clock and no thread.
///
/// How long a step lasts is known to within the time between two looks.
class step_watch {
 public:
  enum class verdict {
    fine,
    blocked,   ///< The step is over the threshold, and a report is due.
    withheld,  ///< It has just been found blocked, and it is too early for another report.
    ended,     ///< The step that was reported is over.
  };
  struct finding {
    verdict what = verdict::fine;
    duration lasted{};           ///< Of the step.
    std::uint64_t withheld = 0;  ///< Other steps withheld since the last report.
  };

  step_watch(duration threshold, duration report_gap) noexcept
      : threshold_(threshold), report_gap_(report_gap) {}

  finding look(std::uint64_t step, time_point now) noexcept {
    const duration lasted = now - since_;
    if (step != step_) {
      const bool was_reported = is_reported_;
      step_ = step;
      since_ = now;
      is_seen_ = false;
      is_reported_ = false;
      return was_reported ? finding{verdict::ended, lasted, 0} : finding{};
    }
    if (!loop_activity::runs(step) || lasted < threshold_) return {};
    const bool was_seen = is_seen_;
    is_seen_ = true;
    if (last_report_ && now - *last_report_ < report_gap_) {
      if (was_seen) return {};
      ++withheld_;
      return {verdict::withheld, lasted, 0};
    }
    const bool was_withheld = was_seen && !is_reported_;
    last_report_ = now;
    is_reported_ = true;
    return {verdict::blocked, lasted, std::exchange(withheld_, 0) - (was_withheld ? 1 : 0)};
  }

 private:
  duration threshold_;
  duration report_gap_;
  std::uint64_t step_ = 0;
  time_point since_{};
  bool is_seen_ = false;
  bool is_reported_ = false;
  std::uint64_t withheld_ = 0;
  std::optional<time_point> last_report_;
};

}  // namespace leat::io
