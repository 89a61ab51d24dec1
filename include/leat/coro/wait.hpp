// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "leat/coro/join_awaiter.hpp"

namespace leat {

/// What `wait` waits for.
enum class wait_for : std::uint8_t {
  first_completed,  ///< Until any child has ended, with a value or an error.
  first_error,      ///< Until any child has failed, or all have ended.
  all_completed,    ///< Until all children have ended.
};

namespace detail {

template <join_policy Policy>
struct waiting_join {
  static constexpr join_policy policy = Policy;
  static constexpr const char* kind = "wait";
  static constexpr const char* name = "wait";

  template <class T>
  static std::vector<outcome<T>> result(join&, std::vector<join_slot<T>>& slots) {
    return take_outcomes(slots);
  }
};

}  // namespace detail

/// Runs the children side by side until what is waited for has happened, and returns a vector
/// of their outcomes in the order of the children. Of no children it is done at once.
///
/// No task outlives its parent: children that are still pending then are stopped, `wait` waits
/// for their end, and their outcome is `cancelled`. Those that completed nevertheless have
/// their value or error in their slot. To go on with the pending ones, spawn them in a task
/// group, which outlives each wait.
///
/// Cancellation: safe; stops all children and waits for their end. If a child whose end was
/// waited for has ended nevertheless, the outcomes are delivered and the caller stops at its
/// next await.
/// Errors: none of its own; a child's error stands in its slot.
template <class T>
task<std::vector<outcome<T>>> wait(std::vector<task<T>> children, wait_for what) {
  switch (what) {
    case wait_for::first_completed:
      co_return co_await detail::join_range_awaiter<
          detail::waiting_join<detail::join_policy::first_completed>, T>(std::move(children));
    case wait_for::first_error:
      co_return co_await detail::join_range_awaiter<
          detail::waiting_join<detail::join_policy::first_error>, T>(std::move(children));
    case wait_for::all_completed: break;
  }
  co_return co_await detail::join_range_awaiter<detail::waiting_join<detail::join_policy::settle>,
                                                T>(std::move(children));
}

}  // namespace leat
