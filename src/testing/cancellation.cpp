// SPDX-License-Identifier: MIT
#include "leat/testing/cancellation.hpp"

#include <stdexcept>
#include <string>

#include "leat/base/error.hpp"

namespace leat::testing {
namespace {

/// Cancels a scope at the n-th suspension or before the n-th resume; 0 is never.
class cancelling_probe final : public execution_probe {
 public:
  cancelling_probe(cancel_scope& scope, std::size_t at_suspension, std::size_t at_resume) noexcept
      : scope_(scope), at_suspension_(at_suspension), at_resume_(at_resume) {}

  void on_suspend() noexcept override {
    if (++suspensions == at_suspension_) scope_.cancel();
  }
  void before_resume() noexcept override {
    if (++resumes == at_resume_) scope_.cancel();
  }

  std::size_t suspensions = 0;
  std::size_t resumes = 0;

 private:
  cancel_scope& scope_;
  std::size_t at_suspension_;
  std::size_t at_resume_;
};

class campaign {
 public:
  campaign(const std::function<task<void>()>& scenario,
           const std::function<void(const outcome<void>&)>& check, time_source source) noexcept
      : scenario_(scenario), check_(check), source_(source) {}

  cancellation_report run() {
    if (!run_once(0, 0, "without a cancel")) {
      throw std::logic_error("the scenario stops by itself, so cancelling it shows nothing");
    }
    const auto whole = report_;
    report_.finished = 0;
    for (std::size_t n = 1; n <= whole.suspensions; ++n) {
      count(run_once(n, 0, "cancelled at suspension " + std::to_string(n)));
    }
    for (std::size_t n = 1; n <= whole.resumes; ++n) {
      count(run_once(0, n, "cancelled before resume " + std::to_string(n)));
    }
    report_.suspensions = whole.suspensions;
    report_.resumes = whole.resumes;
    return report_;
  }

 private:
  void count(bool finished) noexcept { ++(finished ? report_.finished : report_.stopped); }

  /// Returns whether the scenario finished.
  bool run_once(std::size_t at_suspension, std::size_t at_resume, const std::string& name) {
    const auto before = resource_count::now();
    bool finished = false;
    {
      test_loop loop(source_);
      cancel_scope scope;
      cancelling_probe probe(scope, at_suspension, at_resume);
      loop.loop().probe = &probe;
      const auto ended = loop.run(scenario_(), scope);
      if (ended.has_error()) {
        throw std::logic_error(name + ", the scenario failed: " + describe(ended.error()));
      }
      check_(ended);
      finished = ended.has_value();
      report_.suspensions = probe.suspensions;
      report_.resumes = probe.resumes;
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

  const std::function<task<void>()>& scenario_;
  const std::function<void(const outcome<void>&)>& check_;
  time_source source_;
  cancellation_report report_;
};

}  // namespace

cancellation_report for_each_cancellation(const std::function<task<void>()>& scenario,
                                          const std::function<void(const outcome<void>&)>& check,
                                          time_source source) {
  return campaign(scenario, check, source).run();
}

}  // namespace leat::testing
