// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "leat/base/chrono.hpp"
#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"
#include "leat/base/time.hpp"
#include "leat/coro/cancel_scope.hpp"
#include "leat/coro/concepts.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/task.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/log/logger.hpp"
#include "leat/metrics/registry.hpp"

namespace leat::app {

/// What becomes of a background task whose work throws. It is logged in any case.
enum class background_failure : std::uint8_t {
  restart,       ///< It goes on with its next round; without an interval, after a pause.
  end,           ///< It has ended, and health checks say so.
  stop_program,  ///< The program stops, as if it had been asked to, and its exit status is 1.
};

struct background_task_options {
  /// From the end of one round to the beginning of the next. Zero: there are no rounds; the work
  /// is called once and goes on until it ends or is stopped.
  duration interval{};
  /// Before the first round.
  duration delay{};
  background_failure on_failure = background_failure::restart;
  /// The pause before work without an interval begins again after a failure: the first, doubled
  /// each time up to the longest. Work that went on for that long before begins anew.
  duration first_pause = std::chrono::seconds(1);
  duration longest_pause = std::chrono::minutes(1);
  /// What a round that runs has to end by itself when the task is stopped; then it is cancelled.
  duration patience = std::chrono::seconds(5);
};

/// What a background task has done so far.
struct background_task_state {
  bool is_running = false;  ///< Between its start and its end, also while it waits for a round.
  bool is_in_round = false;
  std::uint64_t rounds = 0;  ///< That have ended without an error.
  std::uint64_t failures = 0;
  std::string last_error;  ///< Empty unless the last round failed. For logs: it may name hosts.
};

/// What background tasks need of their program. Lifetime: all of it outlives them.
struct background_surroundings {
  task_group& group;  ///< Whose children they are.
  exit_stack& exits;  ///< Where their stops are registered.
  log::logger logger;
  metrics::registry& metrics;
  std::function<void()> fail_program;  ///< For `background_failure::stop_program`.
};

/// Work that a program does beside its requests, over and over or for as long as it runs.
/// Made by `background_tasks::start`.
/// Thread-safety: one loop.
class background_task {
 public:
  background_task(const background_task&) = delete;
  background_task& operator=(const background_task&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const background_task_state& state() const noexcept { return state_; }

  /// Begins again after a stop, or after the work has ended. Does nothing while it runs.
  void start();

  /// Ends it and waits for that. Between two rounds it ends at once. A round that runs has
  /// `background_task_options::patience`, and is then cancelled; so is, at once, work that has
  /// no rounds and was given no event by which it could know. Does nothing if it does not run.
  /// Cancellation: safe; the task goes on ending, but nobody cancels it when its time is over.
  [[nodiscard]] task<void> stop();

 private:
  friend class background_tasks;
  using work = std::function<task<void>(event& stop_requested)>;

  /// From the start of a run until its frame is gone, which may be before it has begun.
  class run_mark;

  background_task(const background_surroundings& around, std::string name,
                  background_task_options options, work callable, bool is_told);
  static task<void> run(background_task& self, run_mark mark);
  task<void> take_rounds();
  task<std::exception_ptr> take_round();
  task<void> pause(duration time);

  const background_surroundings& around_;
  std::string name_;
  background_task_options options_;
  work work_;
  bool is_told_;
  background_task_state state_;
  metrics::counter succeeded_;
  metrics::counter failed_;
  event stop_requested_;
  event ended_;
  cancel_scope* scope_ = nullptr;
};

/// The background tasks of a program.
/// Thread-safety: one loop.
class background_tasks {
 public:
  explicit background_tasks(background_surroundings around);
  background_tasks(const background_tasks&) = delete;
  background_tasks& operator=(const background_tasks&) = delete;
  ~background_tasks();

  /// Starts `callable()`, which returns a task, or `callable(stop_requested)`, which is given an
  /// `event&` that is set when it should end. Its stop is registered on the program's exit stack:
  /// what was registered there before, and so what the work may use, ends after it.
  ///
  /// Counted in `background_rounds_total{task,outcome}`. Returns the task, for `stop()`, `start()`
  /// and `state()`; it lives as long as the program.
  /// Errors: `invalid_argument` for a time that is negative or a name that is taken;
  /// `exit_stack_closed`.
  template <class Callable>
  background_task& start(std::string name, background_task_options options, Callable callable) {
    constexpr bool is_told = async_callable<Callable&, event&>;
    static_assert(is_told || async_callable<Callable&>,
                  "a background task is a callable that returns a leat::task: write a coroutine; "
                  "what blocks or computes belongs into to_thread()");
    if constexpr (is_told) {
      return add(std::move(name), options, std::move(callable), true);
    } else {
      return add(
          std::move(name), options,
          [callable = std::move(callable)](event&) mutable { return callable(); }, false);
    }
  }

  /// In the order in which they were started first.
  [[nodiscard]] std::vector<const background_task*> all() const;

 private:
  background_task& add(std::string name, background_task_options options,
                       background_task::work work, bool is_told);

  background_surroundings around_;
  std::vector<std::unique_ptr<background_task>> tasks_;
};

}  // namespace leat::app
