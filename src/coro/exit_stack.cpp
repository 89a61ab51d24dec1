// SPDX-License-Identifier: MIT
#include "leat/coro/exit_stack.hpp"

#include <algorithm>

#include "leat/base/error.hpp"
#include "leat/coro/shield.hpp"

namespace leat {
namespace {

task<bool> shielded_exit(detail::exit_entry& entry, const exit_status& status, duration grace) {
  co_return co_await shield(entry.exit(status), grace);
}

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

void exit_stack::add(std::unique_ptr<detail::exit_entry> entry) {
  check_open();
  entry->below = std::move(top_);
  top_ = std::move(entry);
}

task<void> exit_stack::push_entered(std::unique_ptr<detail::exit_entry> entry) {
  if (is_closed_) {
    // It was closed while the context was being entered: nobody else will leave it.
    static_cast<void>(co_await detail::settled(entry->exit(exit_status())));
  }
  add(std::move(entry));
}

std::unique_ptr<detail::exit_entry> exit_stack::pop() noexcept {
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
  auto* bottom = other.top_.get();
  while (bottom->below != nullptr) bottom = bottom->below.get();
  bottom->below = std::move(top_);
  top_ = std::move(other.top_);
}

task<std::vector<std::exception_ptr>> exit_stack::unwind(exit_status status, exit_limits limits) {
  is_closed_ = true;
  executor& home = executor::current();
  const cancel_scope& scope = co_await detail::scope_query();
  std::vector<std::exception_ptr> errors;
  if (status.has_error()) errors.push_back(status.error());

  duration left = limits.total;
  while (!is_empty()) {
    const auto entry = pop();
    const time_point began = home.now();
    const auto ended =
        co_await detail::settled(shielded_exit(*entry, status, std::min(limits.per_exit, left)));
    // Only time under a stop counts against the total; without one there is no limit.
    if (scope.is_stopped()) left = std::max(left - (home.now() - began), duration::zero());

    if (ended.has_error()) {
      if (status.is_cancelled()) {
        home.report(ended.error(), "exit stack: a cleanup failed during a stop");
        continue;
      }
      errors.push_back(ended.error());
      status = exit_status(ended.error());
    } else if (ended.is_cancelled()) {
      home.report(std::make_exception_ptr(deadline_exceeded(
                      "a cleanup was stopped because its grace period had passed")),
                  "exit stack: a cleanup was stopped");
      status = exit_status(ended.reason());
    } else if (ended.value() && status.has_error()) {
      errors.clear();
      status = exit_status();
    }
  }
  if (scope.is_stopped()) {
    // The stop goes on at the caller's next await, and nobody will see these.
    for (auto& each : errors) home.report(each, "exit stack: an error was overtaken by a stop");
  }
  co_return errors;
}

task<void> exit_stack::close(exit_limits limits) {
  const auto errors = co_await unwind(exit_status(), limits);
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
