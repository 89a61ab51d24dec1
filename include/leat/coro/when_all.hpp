// SPDX-License-Identifier: MIT
#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "leat/coro/join.hpp"

namespace leat {
namespace detail {

enum class when_all_mode { fail_fast, settle };

/// `Mode` decides what a child's error does: end the others, or stand in its slot.
template <when_all_mode Mode, class... Ts>
class [[nodiscard]] when_all_awaiter final : public boundary_awaiter {
 public:
  explicit when_all_awaiter(task<Ts>&&... children) noexcept : slots_(std::move(children)...) {}
  when_all_awaiter(when_all_awaiter&& other) noexcept : slots_(std::move(other.slots_)) {}

  void bind(promise_base& frame) noexcept { parent_ = &frame; }
  [[nodiscard]] bool await_ready() const noexcept { return sizeof...(Ts) == 0; }
  bool await_suspend(std::coroutine_handle<>) noexcept {
    // One more than there are children: nobody may resume or destroy the parent while we are
    // still inside its await_suspend.
    join_.open(*parent_, sizeof...(Ts) + 1);
    std::apply([this](auto&... slot) { (slot.start(join_, fails_fast), ...); }, slots_);
    return join_.stays_suspended();
  }
  auto await_resume() {
    if constexpr (Mode == when_all_mode::settle) {
      return std::apply(
          [](auto&... slot) { return std::tuple<outcome<Ts>...>(slot.take_outcome()...); }, slots_);
    } else {
      join_.rethrow();
      return std::apply(
          [](auto&... slot) { return std::tuple<unit_if_void<Ts>...>(slot.take()...); }, slots_);
    }
  }

 private:
  static constexpr bool fails_fast = Mode == when_all_mode::fail_fast;

  promise_base* parent_ = nullptr;
  join join_{"when_all: a further child failed"};
  std::tuple<join_slot<Ts>...> slots_;
};

template <when_all_mode Mode, class T>
class [[nodiscard]] when_all_range_awaiter final : public boundary_awaiter {
 public:
  explicit when_all_range_awaiter(std::vector<task<T>>&& children) {
    slots_.reserve(children.size());
    for (auto& child : children) slots_.emplace_back(std::move(child));
  }
  when_all_range_awaiter(when_all_range_awaiter&& other) noexcept
      : slots_(std::move(other.slots_)) {}

  void bind(promise_base& frame) noexcept { parent_ = &frame; }
  [[nodiscard]] bool await_ready() const noexcept { return slots_.empty(); }
  bool await_suspend(std::coroutine_handle<>) noexcept {
    join_.open(*parent_, slots_.size() + 1);
    for (auto& slot : slots_) slot.start(join_, Mode == when_all_mode::fail_fast);
    return join_.stays_suspended();
  }
  auto await_resume() {
    if constexpr (Mode == when_all_mode::settle) {
      std::vector<outcome<T>> results;
      results.reserve(slots_.size());
      for (auto& slot : slots_) results.push_back(slot.take_outcome());
      return results;
    } else {
      join_.rethrow();
      if constexpr (!std::is_void_v<T>) {
        std::vector<T> results;
        results.reserve(slots_.size());
        for (auto& slot : slots_) results.push_back(slot.take());
        return results;
      }
    }
  }

 private:
  promise_base* parent_ = nullptr;
  join join_{"when_all: a further child failed"};
  std::vector<join_slot<T>> slots_;
};

}  // namespace detail

/// Runs the children side by side and waits for all of them. Returns a tuple of their results
/// in the order of the arguments, with `std::monostate` in place of `void`.
///
/// The first failure stops the other children; it is rethrown when all have ended, so no
/// child outlives the await. Further failures go to `executor::report()`.
///
/// Cancellation: safe; stops all children and waits for their end.
/// Errors: the first error of a child.
template <stoppable_awaitable... Children>
auto when_all(Children&&... children) {
  return detail::when_all_awaiter<detail::when_all_mode::fail_fast, await_result<Children>...>(
      as_task(std::forward<Children>(children))...);
}

/// The same for any number of tasks of one type. Returns a vector of results in their order,
/// or nothing for `task<void>`.
template <class T>
auto when_all(std::vector<task<T>> children) {
  return detail::when_all_range_awaiter<detail::when_all_mode::fail_fast, T>(std::move(children));
}

/// Runs the children side by side, waits for all of them whatever happens to each, and returns
/// a tuple of their outcomes in the order of the arguments.
///
/// Cancellation: safe; stops all children and waits for their end.
/// Errors: none of its own; a child's error stands in its slot.
template <stoppable_awaitable... Children>
auto when_all_settled(Children&&... children) {
  return detail::when_all_awaiter<detail::when_all_mode::settle, await_result<Children>...>(
      as_task(std::forward<Children>(children))...);
}

/// The same for any number of tasks of one type: a vector of outcomes in their order.
template <class T>
auto when_all_settled(std::vector<task<T>> children) {
  return detail::when_all_range_awaiter<detail::when_all_mode::settle, T>(std::move(children));
}

}  // namespace leat
