// SPDX-License-Identifier: MIT
#include "leat/coro/exit_stack.hpp"

#include <algorithm>
#include <new>
#include <optional>

#include "leat/base/error.hpp"
#include "leat/coro/shield.hpp"

namespace leat {
namespace {

task<bool> shielded_exit(detail::exit_entry& entry, const exit_status& status, duration grace) {
  co_return co_await shield(entry.exit(status), grace);
}

/// Notes when a stop came: only time under a stop counts against the total.
class stop_watch final : public cancel_scope {
 public:
  explicit stop_watch(cancel_scope& watched) noexcept {
    shield_from_outer();  // to be told of the stop
    attach(watched);
  }

  [[nodiscard]] duration elapsed() const noexcept {
    return stopped_at_ ? executor::current().now() - *stopped_at_ : duration::zero();
  }

 private:
  void outer_stopped() noexcept override {
    if (!stopped_at_) stopped_at_ = executor::current().now();
  }

  std::optional<time_point> stopped_at_;
};

}  // namespace

exit_stack::exit_stack(exit_stack&& other) noexcept
    : top_(std::move(other.top_)), is_closed_(other.is_closed_) {}

exit_stack::~exit_stack() {
#ifndef NDEBUG
  if (!is_empty()) {
    detail::assertion_failed("an exit_stack with registrations was destroyed without close()",
                             __FILE__, __LINE__);
  }
#endif
  while (!is_empty()) static_cast<void>(pop());
}

void exit_stack::check_open() const {
  if (is_closed_) throw exit_stack_closed();
}

void exit_stack::add(impl_ptr<detail::exit_entry> entry) {
  check_open();
  entry->below = std::move(top_);
  top_ = std::move(entry);
}

// The stack was closed while the context was being entered: nobody else will leave it.
task<void> exit_stack::leave_at_once(detail::exit_entry& entered) {
  const exit_status status;
  const auto left =
      co_await detail::settled(shielded_exit(entered, status, exit_limits().per_exit));
  if (left.has_error()) {
    executor::current().report(left.error(), "exit stack: leaving a context failed");
  }
  co_await stop_if_requested();
  throw exit_stack_closed();
}

impl_ptr<detail::exit_entry> exit_stack::pop() noexcept {
  auto entry = std::move(top_);
  top_ = std::move(entry->below);
  return entry;
}

exit_stack exit_stack::pop_all() {
  check_open();
  return std::move(*this);
}

void exit_stack::adopt(exit_stack&& other) {
  check_open();
  if (other.is_empty()) return;
  auto* bottom = &*other.top_;
  while (bottom->below != nullptr) bottom = &*bottom->below;
  bottom->below = std::move(top_);
  top_ = std::move(other.top_);
}

task<std::vector<std::exception_ptr>> exit_stack::unwind(exit_status& status, exit_limits limits) {
  is_closed_ = true;
  executor& home = executor::current();
  cancel_scope& scope = co_await detail::scope_query();
  const stop_watch since_stop(scope);
  std::vector<std::exception_ptr> errors;
  bool is_out_of_memory = false;
  const auto keep = [&](std::exception_ptr failure) {
    try {
      errors.push_back(std::move(failure));
    } catch (const std::bad_alloc&) {
      is_out_of_memory = true;  // told at the end: all cleanups have to run first
    }
  };
  if (status.has_error()) keep(status.error());

  while (!is_empty()) {
    const auto entry = pop();
    const duration left = std::max(limits.total - since_stop.elapsed(), duration::zero());
    outcome<bool> ended = cancelled{};
    try {
      ended =
          co_await detail::settled(shielded_exit(*entry, status, std::min(limits.per_exit, left)));
    } catch (const std::bad_alloc&) {
      ended = std::current_exception();  // no memory even to begin it
    }

    if (ended.has_error()) {
      if (status.is_cancelled()) {
        home.report(ended.error(), "exit stack: a cleanup failed during a stop");
        continue;
      }
      keep(ended.error());
      status = exit_status(ended.error());
    } else if (ended.is_cancelled()) {
      home.report(std::make_exception_ptr(deadline_exceeded(
                      "a cleanup was stopped because its grace period had passed")),
                  "exit stack: a cleanup was stopped");
      status = exit_status(ended.reason());
    } else if (ended.value() && status.has_error()) {
      errors.clear();
      is_out_of_memory = false;
      status = exit_status();
    }
  }
  if (scope.is_stopped()) {
    // The stop goes on at the caller's next await, and nobody will see these.
    for (auto& each : errors) home.report(each, "exit stack: an error was overtaken by a stop");
  } else if (is_out_of_memory) {
    throw std::bad_alloc();
  }
  co_return errors;
}

task<void> exit_stack::close(exit_limits limits) {
  exit_status status;
  const auto errors = co_await unwind(status, limits);
  co_await stop_if_requested();
  detail::rethrow_exit_errors(errors);
}

namespace detail {

void rethrow_exit_errors(const std::vector<std::exception_ptr>& errors) {
  if (errors.empty()) return;
  if (errors.size() == 1) std::rethrow_exception(errors.front());
  throw exit_stack_failed(errors);
}

void throw_suppressed_without_value() {
  throw value_absent("an exit handler suppressed the error of a body that returns a value");
}

}  // namespace detail
}  // namespace leat
