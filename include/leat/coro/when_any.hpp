// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "leat/coro/join_awaiter.hpp"

namespace leat {

/// What became of the children of `when_any`: which one was first, and the outcome of each.
///
/// Every child has ended. Usually all but the first are `cancelled`; one that completed all the
/// same, because it was faster than the stop, has its value or error in its slot.
template <class... Ts>
struct any_result {
  std::size_t index;                    ///< Of the child that ended first.
  std::tuple<outcome<Ts>...> outcomes;  ///< In the order of the arguments.

  /// The outcome of child `I`.
  template <std::size_t I>
  [[nodiscard]] auto& get() noexcept {
    return std::get<I>(outcomes);
  }

  /// Calls `visitor` with the outcome of the child that ended first.
  template <class Visitor>
  void visit_first(Visitor&& visitor) {
    visit_first(visitor, std::index_sequence_for<Ts...>());
  }

 private:
  template <class Visitor, std::size_t... Is>
  void visit_first(Visitor& visitor, std::index_sequence<Is...>) {
    static_cast<void>(((Is == index && (visitor(std::get<Is>(outcomes)), true)) || ...));
  }
};

/// The same for children of one type.
template <class T>
struct any_range_result {
  std::size_t index;                 ///< Of the child that ended first.
  std::vector<outcome<T>> outcomes;  ///< In the order of the children.

  /// The outcome of the child that ended first: a value or an error.
  [[nodiscard]] outcome<T>& first() noexcept { return outcomes[index]; }
};

namespace detail {

struct any_join {
  static constexpr join_policy policy = join_policy::first_completed;
  static constexpr const char* kind = "when_any";
  static constexpr const char* name = "when_any";

  template <class... Ts>
  static any_result<Ts...> result(join& joined, std::tuple<join_slot<Ts>...>& slots) {
    const std::size_t index = std::apply(
        [&joined](const auto&... slot) {
          std::size_t before = 0;
          static_cast<void>(((&slot == joined.deciding_child() || (++before, false)) || ...));
          return before;
        },
        slots);
    return {index, take_outcomes(slots)};
  }
  template <class T>
  static any_range_result<T> result(join& joined, std::vector<join_slot<T>>& slots) {
    std::size_t index = 0;
    while (&slots[index] != joined.deciding_child()) ++index;
    return {index, take_outcomes(slots)};
  }
};

/// Errors: `invalid_argument` if there is no child, because then none can be first.
void check_any_children(std::size_t children);

}  // namespace detail

/// Runs the children side by side until the first of them ends, with a value or an error; then
/// stops the others, waits for their end, and returns what became of each.
///
/// Nothing is thrown for a child: `first()` or `get<I>()` of the result is an outcome whose
/// `value()` rethrows. No result is lost: a child that completed before the stop reached it
/// has its value in its slot too.
///
/// Cancellation: safe; stops all children and waits for their end. If one of them has completed
/// nevertheless, the result is delivered and the caller stops at its next await.
/// Errors: none of its own.
template <stoppable_awaitable... Children>
  requires(sizeof...(Children) > 0)
auto when_any(Children&&... children) {
  return detail::join_awaiter<detail::any_join, await_result<Children>...>(
      as_task(std::forward<Children>(children))...);
}

/// The same for any number of tasks of one type.
/// Errors: `invalid_argument` if there are none.
template <class T>
auto when_any(std::vector<task<T>> children) {
  detail::check_any_children(children.size());
  return detail::join_range_awaiter<detail::any_join, T>(std::move(children));
}

}  // namespace leat
