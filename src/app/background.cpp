// SPDX-License-Identifier: MIT
#include "leat/app/background.hpp"

#include <algorithm>

#include "leat/base/error.hpp"
#include "leat/coro/move_on_after.hpp"
#include "leat/coro/with_cancel_scope.hpp"

namespace leat::app {
namespace {

metrics::counter rounds_counter(metrics::registry& into, const std::string& task,
                                std::string_view outcome) {
  return into.add_counter("background_rounds_total",
                          "Rounds of background tasks, by how they ended.",
                          {{"task", task}, {"outcome", outcome}});
}

/// Is true as long as it lives: a round that is stopped ends without a line of code.
class true_meanwhile {
 public:
  explicit true_meanwhile(bool& flag) noexcept : flag_(flag) { flag_ = true; }
  true_meanwhile(const true_meanwhile&) = delete;
  true_meanwhile& operator=(const true_meanwhile&) = delete;
  ~true_meanwhile() { flag_ = false; }

 private:
  bool& flag_;
};

}  // namespace

class background_task::run_mark {
 public:
  explicit run_mark(background_task& task) noexcept : task_(&task) {
    task_->state_.is_running = true;
    task_->stop_requested_.reset();
    task_->ended_.reset();
  }
  run_mark(run_mark&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  run_mark& operator=(run_mark&&) = delete;
  ~run_mark() {
    if (task_ == nullptr) return;
    task_->scope_ = nullptr;
    task_->state_.is_running = false;
    task_->ended_.set();
  }

 private:
  background_task* task_;
};

background_task::background_task(const background_surroundings& around, std::string name,
                                 background_task_options options, work callable, bool is_told)
    : around_(around),
      name_(std::move(name)),
      options_(options),
      work_(std::move(callable)),
      is_told_(is_told),
      succeeded_(rounds_counter(around.metrics, name_, "ok")),
      failed_(rounds_counter(around.metrics, name_, "error")) {
  checked_limit(options_.interval, "background_task_options::interval");
  checked_limit(options_.delay, "background_task_options::delay");
  checked_limit(options_.first_pause, "background_task_options::first_pause");
  checked_limit(options_.longest_pause, "background_task_options::longest_pause");
  checked_limit(options_.patience, "background_task_options::patience");
}

void background_task::start() {
  if (state_.is_running) return;
  around_.group.spawn(task_name("background: " + name_), &background_task::run, std::ref(*this),
                      run_mark(*this));
}

task<void> background_task::run(background_task& self, run_mark /*mark*/) {
  static_cast<void>(co_await with_cancel_scope([&self](cancel_scope& scope) {
    self.scope_ = &scope;
    return self.take_rounds();
  }));
}

task<void> background_task::take_rounds() {
  duration next_pause = options_.first_pause;
  co_await pause(options_.delay);
  while (!stop_requested_.is_set()) {
    const time_point began = executor::current().now();
    const std::exception_ptr failure = co_await take_round();
    if (failure != nullptr && options_.on_failure == background_failure::end) co_return;
    if (failure != nullptr && options_.on_failure == background_failure::stop_program) {
      around_.fail_program();
      co_return;
    }
    if (options_.interval != duration{}) {
      co_await pause(options_.interval);
      continue;
    }
    if (failure == nullptr) co_return;
    if (executor::current().now() - began >= options_.longest_pause) {
      next_pause = options_.first_pause;
    }
    co_await pause(next_pause);
    next_pause = std::min(next_pause * 2, options_.longest_pause);
  }
}

task<std::exception_ptr> background_task::take_round() {
  std::exception_ptr failure;
  {
    const true_meanwhile in_round(state_.is_in_round);
    try {
      co_await work_(stop_requested_);
    } catch (...) {
      failure = std::current_exception();
    }
  }
  if (failure == nullptr) {
    ++state_.rounds;
    succeeded_.increment();
    state_.last_error.clear();
  } else {
    ++state_.failures;
    failed_.increment();
    state_.last_error = describe(failure);
    around_.logger.error("background task failed", {{"task", name_}, {"error", state_.last_error}});
  }
  co_return failure;
}

task<void> background_task::pause(duration time) {
  if (time != duration{}) co_await move_on_after(time, stop_requested_.wait());
}

task<void> background_task::stop() {
  if (!state_.is_running) co_return;
  stop_requested_.set();
  if (state_.is_in_round) {
    const bool ends_by_itself = is_told_ || options_.interval != duration{};
    if (!ends_by_itself || !co_await move_on_after(options_.patience, ended_.wait())) {
      if (ends_by_itself) {
        around_.logger.warn("background task cancelled",
                            {{"task", name_}, {"patience", options_.patience}});
      }
      if (scope_ != nullptr) scope_->cancel(stop_reason::shutdown);
    }
  }
  co_await ended_.wait();
}

background_tasks::background_tasks(background_surroundings around) : around_(std::move(around)) {}
background_tasks::~background_tasks() = default;

std::vector<const background_task*> background_tasks::all() const {
  std::vector<const background_task*> tasks;
  tasks.reserve(tasks_.size());
  for (const auto& each : tasks_) tasks.push_back(each.get());
  return tasks;
}

background_task& background_tasks::add(std::string name, background_task_options options,
                                       background_task::work work, bool is_told) {
  const auto has_name = [&name](const auto& each) { return each->name() == name; };
  if (std::ranges::any_of(tasks_, has_name)) {
    throw invalid_argument("a background task is called " + name + " already");
  }
  std::unique_ptr<background_task> made(
      new background_task(around_, std::move(name), options, std::move(work), is_told));
  around_.exits.callback([task = made.get()] { return task->stop(); });
  auto& added = *tasks_.emplace_back(std::move(made));
  added.start();
  return added;
}

}  // namespace leat::app
