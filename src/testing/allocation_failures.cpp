// SPDX-License-Identifier: MIT
#include "leat/testing/allocation_failures.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "leat/base/error.hpp"
#include "leat/coro/frame_memory.hpp"

namespace leat::testing {
namespace {

/// Arms the n-th allocation from here on, and disarms it at its end.
class failing_allocation {
 public:
  explicit failing_allocation(std::size_t n) noexcept { detail::allocations = {0, n}; }
  failing_allocation(const failing_allocation&) = delete;
  failing_allocation& operator=(const failing_allocation&) = delete;
  ~failing_allocation() { detail::allocations.fails_at = 0; }
};

class campaign {
 public:
  campaign(const std::function<task<void>()>& scenario,
           const std::function<void(const outcome<void>&)>& check) noexcept
      : scenario_(scenario), check_(check) {}

  allocation_report run() {
    if (!run_once(0)) {
      throw std::logic_error("the scenario fails by itself, so failing it shows nothing");
    }
    if (count_ == 0) {
      throw std::logic_error("no allocation was seen: write LEAT_REPLACE_OPERATOR_NEW once");
    }
    allocation_report report{.allocations = count_};
    for (std::size_t n = 1;; ++n) {
      const bool finished = run_once(n);
      if (count_ < n) return report;
      ++(finished ? report.survived : report.failed);
    }
  }

 private:
  /// Returns whether the scenario finished.
  bool run_once(std::size_t n) {
    const std::string name =
        n == 0 ? "without a failure" : "with allocation " + std::to_string(n) + " failing";
    const auto before = resource_count::now();
    bool finished = false;
    {
      test_loop loop;
      leat::detail::local_frames.drop_cached();  // or a frame would need no allocation
      const auto ended = outcome_of(loop, n, name);
      check_(ended);
      finished = ended.has_value();
    }
    const auto after = resource_count::now();
    if (after != before) {
      throw std::logic_error(name + ", the scenario left behind: " + std::to_string(after.frames) +
                             " coroutine frames instead of " + std::to_string(before.frames) +
                             ", " + std::to_string(after.descriptors) + " descriptors instead of " +
                             std::to_string(before.descriptors));
    }
    return finished;
  }

  outcome<void> outcome_of(test_loop& loop, std::size_t n, const std::string& name) {
    std::exception_ptr failure;
    {
      const failing_allocation armed(n);
      try {
        loop.run(scenario_());
      } catch (...) {
        failure = std::current_exception();
      }
      count_ = detail::allocations.count;
    }
    if (failure == nullptr) return {};
    try {
      std::rethrow_exception(failure);
    } catch (const deadlock& e) {
      throw std::logic_error(name + ", the scenario waits for ever: " + e.what());
    } catch (const leat::error&) {
      if (n != 0) return failure;
    } catch (const std::bad_alloc&) {
      if (n != 0) return failure;
    } catch (...) {
    }
    throw std::logic_error(name + ", the scenario failed: " + describe(failure));
  }

  const std::function<task<void>()>& scenario_;
  const std::function<void(const outcome<void>&)>& check_;
  std::size_t count_ = 0;
};

}  // namespace

allocation_report for_each_allocation_failure(
    const std::function<task<void>()>& scenario,
    const std::function<void(const outcome<void>&)>& check) {
  return campaign(scenario, check).run();
}

}  // namespace leat::testing
