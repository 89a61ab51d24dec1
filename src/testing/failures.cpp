// SPDX-License-Identifier: MIT
#include "leat/testing/failures.hpp"

#include <stdexcept>
#include <string>

#include "leat/base/error.hpp"
#include "leat/testing/memory_network.hpp"

#include "testing/failing_network.hpp"

namespace leat::testing {
namespace {

using detail::failure_plan;
using detail::way_to_fail;

class campaign {
 public:
  campaign(const std::function<task<void>(io::network&)>& scenario,
           const std::function<void(const outcome<void>&)>& check) noexcept
      : scenario_(scenario), check_(check) {}

  failure_report run() {
    failure_plan none(way_to_fail::at_once, 0);
    if (!run_once(none)) {
      throw std::logic_error("the scenario fails by itself, so failing it shows nothing");
    }
    report_ = {.operations = none.operations()};
    for (const auto how : {way_to_fail::at_once, way_to_fail::half_way, way_to_fail::too_late,
                           way_to_fail::by_an_end}) {
      for (std::size_t n = 1;; ++n) {
        failure_plan plan(how, n);
        const bool finished = run_once(plan);
        if (!plan.has_failed()) break;
        ++(finished ? report_.survived : report_.failed);
      }
    }
    return report_;
  }

 private:
  /// Returns whether the scenario finished.
  bool run_once(failure_plan& plan) {
    const auto before = resource_count::now();
    bool finished = false;
    {
      test_loop loop;
      memory_network inside;
      detail::failing_network net(inside, plan);
      const auto ended = outcome_of(loop, net, plan);
      check_(ended);
      finished = ended.has_value();
    }
    const auto after = resource_count::now();
    if (after != before) {
      throw std::logic_error(name_of(plan) +
                             ", the scenario left behind: " + std::to_string(after.frames) +
                             " coroutine frames instead of " + std::to_string(before.frames) +
                             ", " + std::to_string(after.descriptors) + " descriptors instead of " +
                             std::to_string(before.descriptors));
    }
    return finished;
  }

  outcome<void> outcome_of(test_loop& loop, io::network& net, const failure_plan& plan) {
    try {
      loop.run(scenario_(net));
      return {};
    } catch (const deadlock& e) {
      throw std::logic_error(name_of(plan) + ", the scenario waits for ever: " + e.what());
    } catch (const leat::error& e) {
      if (!plan.has_failed()) throw std::logic_error(name_of(plan) + ", it failed: " + e.what());
      return std::current_exception();
    } catch (...) {
      throw std::logic_error(name_of(plan) +
                             ", the scenario failed: " + describe(std::current_exception()));
    }
  }

  static std::string name_of(const failure_plan& plan) {
    return plan.has_failed() ? "with " + plan.failed() : "without a failure";
  }

  const std::function<task<void>(io::network&)>& scenario_;
  const std::function<void(const outcome<void>&)>& check_;
  failure_report report_;
};

}  // namespace

failure_report for_each_failure(const std::function<task<void>(io::network&)>& scenario,
                                const std::function<void(const outcome<void>&)>& check) {
  return campaign(scenario, check).run();
}

}  // namespace leat::testing
