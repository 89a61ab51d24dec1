// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "leat/coro/join_awaiter.hpp"

namespace leat {
namespace detail {

/// Errors: `error_group` if `errors` holds any.
void throw_if_any(std::vector<std::exception_ptr> errors, std::size_t children,
                  const std::string& message);

struct group_join {
  static constexpr join_policy policy = join_policy::collect_errors;
  static constexpr const char* kind = "when_all_or_group";
  static constexpr const char* name = "when_all_or_group";

  template <class... Ts>
  std::tuple<unit_if_void<Ts>...> result(join&, std::tuple<join_slot<Ts>...>& slots) const {
    std::apply(
        [this](const auto&... slot) {
          std::vector<std::exception_ptr> errors;
          (append_error(errors, slot), ...);
          throw_if_any(std::move(errors), sizeof...(Ts), message);
        },
        slots);
    return std::apply([](auto&... slot) { return std::tuple<unit_if_void<Ts>...>(slot.take()...); },
                      slots);
  }
  template <class T>
  auto result(join&, std::vector<join_slot<T>>& slots) const {
    std::vector<std::exception_ptr> errors;
    for (const auto& slot : slots) append_error(errors, slot);
    throw_if_any(std::move(errors), slots.size(), message);
    return take_values(slots);
  }

  /// Of the `error_group`.
  std::string message{};

 private:
  template <class T>
  static void append_error(std::vector<std::exception_ptr>& errors, const join_slot<T>& slot) {
    if (auto failure = slot.error()) errors.push_back(std::move(failure));
  }
};

}  // namespace detail

/// Runs the children side by side and waits for all of them; a failure stops nobody. Returns a
/// tuple of their results in the order of the arguments, with `std::monostate` in place of
/// `void`, or throws all errors at once.
///
/// For the first error only, and soon, use `when_all`; to look at each result, use
/// `when_all_settled`.
///
/// Cancellation: safe; stops all children and waits for their end. If one of them has failed by
/// then, the errors are thrown and the caller stops at its next await.
/// Errors: `error_group`, even for a single error, with all errors in the order of the children.
template <stoppable_awaitable... Children>
auto when_all_or_group(Children&&... children) {
  return detail::join_awaiter<detail::group_join, await_result<Children>...>(
      as_task(std::forward<Children>(children))...);
}

/// The same with what the group says before it counts: "the caches are not warm (2 of 3 failed)".
/// It says what was attempted, and never a secret.
template <stoppable_awaitable... Children>
auto when_all_or_group(std::string message, Children&&... children) {
  return detail::join_awaiter<detail::group_join, await_result<Children>...>(
      detail::group_join{std::move(message)}, as_task(std::forward<Children>(children))...);
}

/// The same for any number of tasks of one type. Returns a vector of results in their order,
/// or nothing for `task<void>`; of no tasks, at once.
template <class T>
auto when_all_or_group(std::vector<task<T>> children) {
  return detail::join_range_awaiter<detail::group_join, T>(std::move(children));
}
template <class T>
auto when_all_or_group(std::string message, std::vector<task<T>> children) {
  return detail::join_range_awaiter<detail::group_join, T>(std::move(children),
                                                           detail::group_join{std::move(message)});
}

}  // namespace leat
