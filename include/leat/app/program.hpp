// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "leat/app/background.hpp"
#include "leat/app/globals.hpp"
#include "leat/app/health.hpp"
#include "leat/app/lifecycle.hpp"
#include "leat/app/prepare.hpp"
#include "leat/app/reload.hpp"
#include "leat/base/function.hpp"
#include "leat/coro/concepts.hpp"
#include "leat/coro/task.hpp"
#include "leat/log/logger.hpp"
#include "leat/metrics/registry.hpp"

namespace leat::app {

/// The exit statuses of `run_program` and `run_lifespan`.
struct program_status {
  /// The work has ended, or the program was asked to stop and did: also during start-up.
  static constexpr int success = 0;
  /// Start-up, the work or a cleanup failed; the log, or standard error, says why.
  static constexpr int failure = 1;
  /// Plus the number of the signal: a second signal, or the end of all limits, has forced the end.
  static constexpr int forced_by_signal = 128;
};

/// A program that runs, as its work sees it: what it was given, what it keeps, and its state.
///
/// Thread-safety: one loop.
class program {
 public:
  /// What a program is made of. Lifetime: the references outlive it.
  struct parts {
    app::globals globals;
    shutdown_limits& limits;
    app::lifecycle& lifecycle;
    metrics::registry& metrics;
    task_group& group;
    std::function<void()> fail;
    std::function<void(const shutdown_limits&)> limits_changed;
    app::inscription inscription;
    std::function<task<configuration_reading>()> read_again;
  };

  explicit program(parts made_of);
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  [[nodiscard]] const app::globals& globals() const noexcept { return parts_.globals; }
  [[nodiscard]] const log::logger& logger() const noexcept { return parts_.globals.logger(); }
  /// What is registered here ends when the program does, last first, and before the log does.
  [[nodiscard]] exit_stack& exits() const noexcept { return parts_.globals.exits(); }
  [[nodiscard]] metrics::registry& metrics() noexcept { return parts_.metrics; }
  [[nodiscard]] const shutdown_limits& limits() const noexcept { return parts_.limits; }
  /// Other times for the end than `program_options::limits`, such as a configuration has them; what
  /// is there for cleanups stays. To be called before the program is ready.
  /// Errors: `invalid_argument` for a time that is negative.
  void set_limits(const shutdown_limits& limits);
  [[nodiscard]] app::lifecycle& lifecycle() noexcept { return parts_.lifecycle; }
  [[nodiscard]] background_tasks& background() noexcept { return background_; }
  [[nodiscard]] health_checks& health() noexcept { return health_; }
  /// What may change while the program runs. SIGHUP reads it again.
  [[nodiscard]] app::reloads& reloads() noexcept { return reloads_; }

  /// As `globals::settings`.
  template <class Value>
  [[nodiscard]] task<Value> settings(address where = {}) const {
    return parts_.globals.settings<Value>(std::move(where));
  }

  /// Start-up is complete: the program is ready from now on. Logs `application_startup`. Until
  /// then a signal cancels the work; from then on it is asked to end, and has
  /// `shutdown_limits::drain`. A server does this by itself when it listens.
  void set_ready();

  /// Waits until the program was asked to stop, by a signal or by `lifecycle::request_stop()`.
  /// Cancellation: safe.
  [[nodiscard]] event::awaiter wait_stop_requested() noexcept {
    return parts_.lifecycle.wait_stop_requested();
  }

  /// Checks dependencies, and looks at the background tasks: one whose last round failed is a
  /// dependency that the program can do without. A program that is not ready is unhealthy.
  /// Cancellation: safe. Errors: none.
  [[nodiscard]] task<health_report> check_health(health_scope of = health_scope::all);

 private:
  parts parts_;
  background_tasks background_;
  health_checks health_;
  app::reloads reloads_;
};

struct program_options {
  prepare_options prepare{};
  shutdown_limits limits{};

  /// Has `app_info` among `program::metrics()`: the name and the version of the application.
  bool shows_app_info = true;

  /// For `run_program`: measures the loop into `program::metrics()`, and logs what blocks it.
  bool watches_loop = true;

  /// For `run_program`: the log is for people where it goes to a terminal, and JSON elsewhere
  /// (`inscription::chooses_presentation`). `prepare.inscription` keeps a presentation other than
  /// its default, which is `plain`; what configuration and command line say wins over both.
  bool chooses_presentation = true;

  /// For `run_program`: what is queued of the log is written before a fault ends the program
  /// (`inscription::flushes_on_crash`). Turn it off where the program has a `log::flush_on_crash`
  /// of its own, or runs beside another one in its process.
  bool flushes_on_crash = true;

  /// For `run_program`, where the process is the first of its PID namespace, as in a container:
  /// children that it inherits are reaped by the kernel. Turn it off in a program that waits for
  /// children of its own.
  bool reaps_orphans = true;

  /// Waits for the next signal and returns its number: SIGINT and SIGTERM ask the program to stop,
  /// SIGHUP reads the configuration again, once start-up is complete (`program::reloads`).
  /// `run_program` has its own; without one no signals come.
  std::function<task<int>()> next_signal{};

  /// Told of a failure that no log can take, because it has not begun or has ended.
  /// Without it, such failures are written to standard error.
  std::function<void(const std::exception_ptr& failure)> on_unlogged_failure{};
};

namespace detail {

using program_work = std::function<task<int>(program&)>;

template <class Work>
program_work as_program_work(Work work) {
  using result = std::invoke_result_t<Work&, program&>;
  static_assert(std::is_same_v<result, task<void>> || std::is_same_v<result, task<int>>,
                "the work of a program returns a leat::task<void>, or a task<int> with its exit "
                "status");
  if constexpr (std::is_same_v<result, task<int>>) {
    return work;
  } else {
    // The callable is stored beside the frame of its call, which may refer to its captures.
    return [work = std::move(work)](program& self) mutable {
      return [](Work& call, program& with) -> task<int> {
        co_await call(with);
        co_return program_status::success;
      }(work, self);
    };
  }
}

[[nodiscard]] task<int> run_lifespan(program_options options, program_work work,
                                     std::function<void(const shutdown_limits&)> on_limits = {});
[[nodiscard]] int run_program(program_options options, program_work work);

}  // namespace detail

/// Prepares a program, runs `work(program)`, and cleans up, however that ends. Returns the exit
/// status.
///
/// What stands in `work` before the program is ready is its start-up, in this order; what it
/// registers on `program::exits()` is its shutdown, last first:
///
///     task<void> serve(app::program& self) {
///       auto& store = co_await self.exits().enter(warehouse());
///       self.background().start("refresh", {.interval = 60s}, [&] { return store.refresh(); });
///       co_await service::serve(self, routes_of(store), {.at = io::endpoint::tcp("::", 8080)});
///     }
///
/// The end, which comes once, whatever causes it (SIGTERM, SIGINT, `lifecycle::request_stop()`, an
/// error, or that the work has returned):
///
/// 1. readiness is over (`lifecycle::is_ready`), and whoever waits for it is asked to stop. A
///    program that is not ready yet is cancelled instead: its start-up ends where it stands;
/// 2. what is under way has `notice`, `drain` and `settle` of the limits to end; then the work is
///    cancelled;
/// 3. the exit stack unwinds. Cleanups have `shutdown_limits::cleanup` from the end of these times
///    on; `application_shutdown` is logged, and the log is written.
///
/// A second signal cancels everything at once, and the status says so.
///
/// Cancellation: safe; cleanups run as those of `with_exit_stack`.
/// Errors: none of the work's: they are logged, and are the exit status.
template <class Work>
[[nodiscard]] task<int> run_lifespan(program_options options, Work work) {
  return detail::run_lifespan(std::move(options), detail::as_program_work(std::move(work)));
}

/// The body of `main`: `run_lifespan` on a loop of its own, with the signals of the process.
/// Returns what `main` returns. Call it on the main thread, before other threads are started.
///
/// It takes over SIGINT, SIGTERM, SIGHUP and SIGUSR1 (which logs the tree of live tasks), and
/// ignores SIGPIPE: a reader that is gone is an error of the write. If standard input is a
/// terminal, SIGHUP is the end of that terminal, and means the same as SIGTERM. A signal that comes
/// again while the program does not get on with its end, because its loop is blocked or a call on a
/// thread does not return, ends the process without cleanup: two seconds after the second one, at
/// the third, or when all of `shutdown_limits` are over.
///
/// Errors: none; what cannot even begin is told on standard error, and the status is 1.
template <class Work>
[[nodiscard]] int run_program(program_options options, Work work) {
  return detail::run_program(std::move(options), detail::as_program_work(std::move(work)));
}

}  // namespace leat::app
