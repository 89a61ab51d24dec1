// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "leat/app/error.hpp"
#include "leat/app/program.hpp"
#include "leat/base/error.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"

#include "app/reading.hpp"
#include "app/shutdown_times.hpp"

namespace leat::app {
namespace {

void write_failure(const std::string& name, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const invalid_configuration& e) {
    std::fprintf(stderr, "%s: the configuration is not valid\n", name.c_str());
    for (const auto& each : e.problems()) std::fprintf(stderr, "  %s\n", to_string(each).c_str());
  } catch (...) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), describe(failure).c_str());
  }
}

/// One life of a program. Its tasks stand in each other like this, from the outside in:
///
///     beside: signals, reloads, the end of the limits
///       whole scope: cancelled by a second signal, or when all limits are over
///         exit stack of what prepare() registered: the log, above all
///           group of the background tasks
///             exit stack of the work
///               work scope: cancelled to end a start-up
///                 prepare(), and then the work
class lifespan {
 public:
  lifespan(program_options options, detail::program_work work,
           std::function<void(const shutdown_limits&)> on_limits)
      : options_(std::move(options)),
        work_(std::move(work)),
        on_limits_(std::move(on_limits)),
        limits_(checked_limits(options_.limits)),
        name_(options_.prepare.application ? options_.prepare.application->name() : "program") {}
  lifespan(const lifespan&) = delete;
  lifespan& operator=(const lifespan&) = delete;

  task<int> run() {
    co_await with_task_group([this](task_group& beside) -> task<void> {
      beside.spawn(task_name("signals"), [this] { return watch_signals(); });
      beside.spawn(task_name("limits of the shutdown"), [this] { return watch_limits(); });
      beside.spawn(task_name("reloads"), [this] { return watch_reloads(); });
      const whole_mark mark(*this);
      try {
        static_cast<void>(co_await with_cancel_scope([this](cancel_scope& scope) {
          whole_ = &scope;
          return live();
        }));
      } catch (...) {
        note_failure(std::current_exception());
      }
      beside.cancel();
    });
    if (forced_by_ != 0) co_return program_status::forced_by_signal + forced_by_;
    co_return has_failed_ ? program_status::failure : status_;
  }

 private:
  task<void> live() {
    return with_exit_stack([this](exit_stack& base) { return live_with_log(base); },
                           limits_.cleanup);
  }

  task<void> live_with_log(exit_stack& base) {
    co_await with_task_group([this, &base](task_group& background) -> task<void> {
      try {
        co_await with_exit_stack(
            [this, &base, &background](exit_stack& exits) {
              return work_in_scope(base, background, exits);
            },
            limits_.cleanup);
      } catch (...) {
        note_failure(std::current_exception());
      }
    });
  }

  task<void> work_in_scope(exit_stack& base, task_group& background, exit_stack& exits) {
    const end_mark mark(*this);
    static_cast<void>(co_await with_cancel_scope(
        [this, &base, &background, &exits](cancel_scope& scope) -> task<void> {
          start_up_ = &scope;
          if (life_.is_stop_requested()) scope.cancel(stop_reason::shutdown);
          try {
            co_await do_work(base, background, exits);
          } catch (...) {
            // Told before the cleanups begin, which have their own to say.
            note_failure(std::current_exception());
            throw;
          }
        }));
  }

  task<void> do_work(exit_stack& base, task_group& background, exit_stack& exits) {
    prepare_options preparing = options_.prepare;
    // How the log really begins is known when it does.
    preparing.inscribe = [this](const inscription& how, std::string name, exit_stack& on) {
      inscription_ = how;
      return options_.prepare.inscribe(how, std::move(name), on);
    };
    globals prepared = co_await prepare(exits, std::move(preparing));
    logger_ = prepared.logger();
    name_ = prepared.application().name();
    has_log_ = true;
    base.callback([this] { has_log_ = false; });  // ends with what prepare() has made
    base.adopt(exits.pop_all());
    base.callback([this] { logger_.info("application_shutdown", {{"app_name", name_}}); });
    if (options_.shows_app_info) {
      metrics::add_app_info(metrics_, name_, prepared.application().version());
    }
    program& self = program_.emplace(program::parts{.globals = std::move(prepared),
                                                    .limits = limits_,
                                                    .lifecycle = life_,
                                                    .metrics = metrics_,
                                                    .group = background,
                                                    .fail =
                                                        [this] {
                                                          has_failed_ = true;
                                                          life_.request_stop();
                                                        },
                                                    .limits_changed = on_limits_,
                                                    .inscription = inscription_,
                                                    .read_again =
                                                        [this] {
                                                          prepare_options again = options_.prepare;
                                                          again.observer = {};
                                                          return read_again(std::move(again),
                                                                            program_->globals());
                                                        }});
    status_ = co_await work_(self);
  }

  task<void> watch_signals() {
    if (!options_.next_signal) co_return;
    for (int stops = 0; stops < 2;) {
      const int number = co_await options_.next_signal();
      logger_.info("signal received", {{"signal", number}});
      if (number == SIGHUP) reload_.set();
      if (number != SIGINT && number != SIGTERM) continue;
      if (++stops == 1) {
        life_.request_stop();
        continue;
      }
      forced_by_ = number;
      logger_.warn("stopping at once");
      stop_everything();
    }
  }

  task<void> watch_reloads() {
    co_await life_.wait_started();
    for (;;) {
      co_await reload_.wait();
      reload_.reset();
      static_cast<void>(co_await program_->reloads().run());
    }
  }

  task<void> watch_limits() {
    co_await life_.wait_stop_requested();
    if (!life_.has_started() && start_up_ != nullptr) start_up_->cancel(stop_reason::shutdown);
    co_await sleep_for(time_to_end(limits_));
    logger_.warn("stopping what has not ended in time");
    stop_everything();
  }

  void stop_everything() noexcept {
    if (whole_ != nullptr) whole_->cancel(stop_reason::shutdown);
  }

  /// Nobody cancels a scope that has ended, also if this task is stopped.
  class whole_mark {
   public:
    explicit whole_mark(lifespan& life) noexcept : life_(life) {}
    whole_mark(const whole_mark&) = delete;
    whole_mark& operator=(const whole_mark&) = delete;
    ~whole_mark() { life_.whole_ = nullptr; }

   private:
    lifespan& life_;
  };

  /// The work is over, also if it was stopped: the times of the end run from here on, if they do
  /// not run already.
  class end_mark {
   public:
    explicit end_mark(lifespan& life) noexcept : life_(life) {}
    end_mark(const end_mark&) = delete;
    end_mark& operator=(const end_mark&) = delete;
    ~end_mark() {
      life_.start_up_ = nullptr;
      life_.life_.request_stop();
    }

   private:
    lifespan& life_;
  };

  void note_failure(const std::exception_ptr& failure) {
    has_failed_ = true;
    if (failure == noted_) return;
    noted_ = failure;
    if (has_log_) {
      logger_.critical("application_failure", {{"app_name", name_}, {"error", describe(failure)}});
    } else if (options_.on_unlogged_failure) {
      options_.on_unlogged_failure(failure);
    } else {
      write_failure(name_, failure);
    }
  }

  program_options options_;
  detail::program_work work_;
  std::function<void(const shutdown_limits&)> on_limits_;
  shutdown_limits limits_;
  std::string name_;
  lifecycle life_;
  event reload_;
  inscription inscription_;
  metrics::registry metrics_;
  // Outlives the background tasks, which are its own and end on the exit stack of the work.
  std::optional<program> program_;
  log::logger logger_;  // says nothing before prepare() has made one
  bool has_log_ = false;
  cancel_scope* whole_ = nullptr;
  cancel_scope* start_up_ = nullptr;
  std::exception_ptr noted_;
  bool has_failed_ = false;
  int forced_by_ = 0;
  int status_ = program_status::success;
};

}  // namespace

namespace detail {

task<int> run_lifespan(program_options options, program_work work,
                       std::function<void(const shutdown_limits&)> on_limits) {
  lifespan life(std::move(options), std::move(work), std::move(on_limits));
  co_return co_await life.run();
}

}  // namespace detail
}  // namespace leat::app
