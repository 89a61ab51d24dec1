// SPDX-License-Identifier: MIT
#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "leat/coro/join_awaiter.hpp"

namespace leat {
namespace detail {

struct fail_fast_join {
  static constexpr join_policy policy = join_policy::fail_fast;
  static constexpr const char* kind = "when_all";
  static constexpr const char* name = "when_all: a further child failed";

  template <class... Ts>
  static std::tuple<unit_if_void<Ts>...> result(join& joined, std::tuple<join_slot<Ts>...>& slots) {
    joined.rethrow();
    return std::apply([](auto&... slot) { return std::tuple<unit_if_void<Ts>...>(slot.take()...); },
                      slots);
  }
  template <class T>
  static auto result(join& joined, std::vector<join_slot<T>>& slots) {
    joined.rethrow();
    return take_values(slots);
  }
};

struct settled_join {
  static constexpr join_policy policy = join_policy::settle;
  static constexpr const char* kind = "when_all_settled";
  static constexpr const char* name = "when_all_settled";

  template <class... Ts>
  static std::tuple<outcome<Ts>...> result(join&, std::tuple<join_slot<Ts>...>& slots) {
    return take_outcomes(slots);
  }
  template <class T>
  static std::vector<outcome<T>> result(join&, std::vector<join_slot<T>>& slots) {
    return take_outcomes(slots);
  }
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
  return detail::join_awaiter<detail::fail_fast_join, await_result<Children>...>(
      as_task(std::forward<Children>(children))...);
}

/// The same for any number of tasks of one type. Returns a vector of results in their order,
/// or nothing for `task<void>`.
template <class T>
auto when_all(std::vector<task<T>> children) {
  return detail::join_range_awaiter<detail::fail_fast_join, T>(std::move(children));
}

/// Runs the children side by side, waits for all of them whatever happens to each, and returns
/// a tuple of their outcomes in the order of the arguments.
///
/// Cancellation: safe; stops all children and waits for their end. If one was stopped the await
/// does not return; errors of others go to `executor::report()`.
/// Errors: none of its own; a child's error stands in its slot.
template <stoppable_awaitable... Children>
auto when_all_settled(Children&&... children) {
  return detail::join_awaiter<detail::settled_join, await_result<Children>...>(
      as_task(std::forward<Children>(children))...);
}

/// The same for any number of tasks of one type: a vector of outcomes in their order.
template <class T>
auto when_all_settled(std::vector<task<T>> children) {
  return detail::join_range_awaiter<detail::settled_join, T>(std::move(children));
}

}  // namespace leat
