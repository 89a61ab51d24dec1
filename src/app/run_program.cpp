// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>

#include <unistd.h>

#include "leat/app/program.hpp"
#include "leat/base/error.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/loop_meter.hpp"
#include "leat/io/signals.hpp"
#include "leat/io/watchdog.hpp"
#include "leat/metrics/process_metrics.hpp"

#include "app/shutdown_times.hpp"
#include "app/stop_guard.hpp"

namespace leat::app::detail {
namespace {

/// What blocks the loop is said in the log while it does.
io::watchdog_options watch_options(program& self) {
  io::watchdog_options options;
  options.on_blocked = [log = self.logger()](const io::blocked_step& report) {
    log.warn(report.has_ended ? "loop blocked, ended" : "loop blocked",
             {{"seconds", report.lasted}, {"details", io::to_text(report)}});
  };
  options.blocked_steps = self.metrics().add_counter("loop_blocked_steps_total",
                                                     "Steps that blocked the loop over 100 ms.");
  return options;
}

/// What the log is for those who are there before it.
struct log_of_process {
  std::optional<log::logger> logger;

  void report(const std::exception_ptr& failure, const char* where) const {
    if (logger) {
      logger->error("unreceived error", {{"where", where}, {"error", describe(failure)}});
    } else {
      std::fprintf(stderr, "%s: %s\n", where, describe(failure).c_str());
    }
  }

  void show_tasks(std::string_view tree) const {
    if (!logger) return;
    std::istringstream lines{std::string(tree)};
    for (std::string line; std::getline(lines, line);) logger->info("live task", {{"task", line}});
  }
};

/// Where somebody sits at a terminal, SIGHUP says that it is closed, and not that a file has
/// changed.
task<int> next_meaning(io::signal_receiver& signals) {
  const int number = co_await signals.next();
  co_return number == SIGHUP&& ::isatty(STDIN_FILENO) == 1 ? SIGTERM : number;
}

/// How the log of a program begins that has a process to itself.
inscription in_process(inscription how, const program_options& options) {
  if (options.chooses_presentation && how.presentation == log::presentation::plain) {
    how.chooses_presentation = true;
  }
  if (options.flushes_on_crash) how.flushes_on_crash = true;
  return how;
}

program_work on_process(program_work work, log_of_process& log, bool watches_loop) {
  return [work = std::move(work), &log, watches_loop](program& self) {
    log.logger = self.logger();
    self.exits().keep(std::make_unique<metrics::process_metrics>(self.metrics()));
    if (watches_loop) {
      self.exits().keep(std::make_unique<io::loop_meter>(self.metrics()));
      self.exits().keep(std::make_unique<io::watchdog>(io::loop::current(), watch_options(self)));
    }
    return work(self);
  };
}

task<int> run_with_signals(program_options options, program_work work, log_of_process& log) {
  // Before anything else: the first process of a PID namespace is not even ended by signals that
  // nobody handles.
  io::signal_receiver signals({SIGINT, SIGTERM, SIGHUP});
  stop_guard guard(time_to_clean_up(options.limits));
  options.next_signal = [&signals] { return next_meaning(signals); };
  int status = program_status::failure;
  co_await with_task_group([&](task_group& beside) -> task<void> {
    beside.spawn(task_name("task dump"), io::dump_tasks_on, SIGUSR1,
                 [&log](std::string_view tree) { log.show_tasks(tree); });
    const bool watches_loop = options.watches_loop;
    status = co_await run_lifespan(
        std::move(options), on_process(std::move(work), log, watches_loop),
        [&guard](const shutdown_limits& changed) { guard.set_limit(time_to_clean_up(changed)); });
    beside.cancel();
  });
  co_return status;
}

}  // namespace

int run_program(program_options options, program_work work) {
  try {
    // Who writes to a pipe whose reader has gone gets an error, and may log it.
    std::signal(SIGPIPE, SIG_IGN);
    // Orphans become children of the first process of a namespace. Ignored ones leave no zombies.
    if (options.reaps_orphans && ::getpid() == 1) std::signal(SIGCHLD, SIG_IGN);
    options.prepare.inscription = in_process(std::move(options.prepare.inscription), options);
    log_of_process log;
    io::loop_options for_loop;
    for_loop.on_report = [&log](const std::exception_ptr& failure, const char* where) {
      log.report(failure, where);
    };
    io::loop home(std::move(for_loop));
    return leat::run(home, run_with_signals(std::move(options), std::move(work), log));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return program_status::failure;
  }
}

}  // namespace leat::app::detail
