// SPDX-License-Identifier: MIT
#include "leat/app/program.hpp"

#include <algorithm>

#include "app/shutdown_times.hpp"

namespace leat::app {

program::program(parts made_of)
    : parts_(std::move(made_of)),
      background_({.group = parts_.group,
                   .exits = parts_.globals.exits(),
                   .logger = parts_.globals.logger(),
                   .metrics = parts_.metrics,
                   .fail_program = parts_.fail}),
      health_(parts_.globals.logger()),
      reloads_({.in_force = {parts_.globals.configuration(), parts_.inscription},
                .variables = parts_.globals.variables(),
                .logger = parts_.globals.logger(),
                .read = parts_.read_again}) {}

void program::set_limits(const shutdown_limits& limits) {
  const shutdown_limits checked = checked_limits(limits);
  parts_.limits.notice = checked.notice;
  parts_.limits.drain = checked.drain;
  parts_.limits.settle = checked.settle;
  if (parts_.limits_changed) parts_.limits_changed(parts_.limits);
}

void program::set_ready() {
  if (parts_.lifecycle.phase() != phase::starting) return;
  parts_.lifecycle.set_ready();
  logger().info("application_startup", {{"app_name", globals().application().name()}});
}

task<health_report> program::check_health(health_scope of) {
  health_report report = co_await health_.run(of);
  for (const background_task* const each : background_.all()) {
    if (of == health_scope::required || each->state().last_error.empty()) continue;
    report.dependencies.push_back({.name = "background: " + each->name(),
                                   .is_required = false,
                                   .error = each->state().is_running
                                                ? "its last round failed"
                                                : "it has ended with an error"});
    report.status = std::max(report.status, health_status::degraded);
  }
  if (!parts_.lifecycle.is_ready()) report.status = health_status::unhealthy;
  co_return report;
}

}  // namespace leat::app
