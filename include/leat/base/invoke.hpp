// SPDX-License-Identifier: MIT
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

namespace leat::detail {

/// `std::invoke`, for headers that would include <functional> for it alone (docs/adr/0034).
/// Pointers to members, which are rare, go through what <tuple> does with them.
template <class Function, class... Arguments>
constexpr std::invoke_result_t<Function, Arguments...> invoke(
    Function&& function,
    Arguments&&... arguments) noexcept(std::is_nothrow_invocable_v<Function, Arguments...>) {
  if constexpr (std::is_member_pointer_v<std::decay_t<Function>>) {
    return std::apply(std::forward<Function>(function),
                      std::forward_as_tuple(std::forward<Arguments>(arguments)...));
  } else {
    return std::forward<Function>(function)(std::forward<Arguments>(arguments)...);
  }
}

}  // namespace leat::detail
