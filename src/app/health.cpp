// SPDX-License-Identifier: MIT
#include "leat/app/health.hpp"

#include <algorithm>
#include <system_error>

#include "leat/base/error.hpp"
#include "leat/coro/move_on_after.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/model/duration.hpp"

namespace leat::app {

std::string_view to_string(health_status value) noexcept {
  switch (value) {
    case health_status::healthy: return "healthy";
    case health_status::degraded: return "degraded";
    case health_status::unhealthy: break;
  }
  return "unhealthy";
}

std::string public_reason(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& e) {
    std::string text = e.code().message();
    if (e.cause()) text += ": " + e.cause().message();
    return text;
  } catch (const std::system_error& e) {
    return e.code().message();
  } catch (...) {
    return "the check failed";
  }
}

void health_checks::add(std::string name, check how, health_check_options options) {
  checked_limit(options.timeout, "health_check_options::timeout");
  if (options.timeout == no_timeout) {
    throw invalid_argument("the health check of " + name + " needs a timeout");
  }
  const auto has_name = [&name](const dependency& each) { return each.name == name; };
  if (std::ranges::any_of(dependencies_, has_name)) {
    throw invalid_argument("a health check is called " + name + " already");
  }
  dependencies_.push_back({std::move(name), std::move(how), options});
}

task<health_report> health_checks::run(health_scope of) {
  std::vector<task<dependency_health>> checks;
  checks.reserve(dependencies_.size());
  for (auto& each : dependencies_) {
    if (of == health_scope::all || each.options.is_required) checks.push_back(check_one(each));
  }
  health_report report{.dependencies = co_await when_all(std::move(checks))};
  for (const auto& each : report.dependencies) {
    if (each.is_healthy) continue;
    report.status = std::max(report.status,
                             each.is_required ? health_status::unhealthy : health_status::degraded);
  }
  co_return report;
}

task<dependency_health> health_checks::check_one(dependency& which) {
  dependency_health found{.name = which.name, .is_required = which.options.is_required};
  const time_point began = executor::current().read_clock();
  std::string for_log;
  try {
    if (!co_await move_on_after(which.options.timeout, which.how())) {
      for_log = "no answer within " + model::format_duration(which.options.timeout);
      found.error = for_log;
    }
  } catch (...) {
    for_log = describe(std::current_exception());
    found.error = public_reason(std::current_exception());
  }
  found.latency = executor::current().read_clock() - began;
  found.is_healthy = !found.error.has_value();
  if (found.is_healthy != std::exchange(which.was_healthy, found.is_healthy)) {
    if (found.is_healthy) {
      logger_.info("dependency is healthy again", {{"dependency", which.name}});
    } else {
      logger_.warn("dependency is not healthy", {{"dependency", which.name}, {"error", for_log}});
    }
  }
  co_return found;
}

}  // namespace leat::app
