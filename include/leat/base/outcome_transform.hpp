// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

#include "leat/base/invoke.hpp"
#include "leat/base/outcome.hpp"

namespace leat {

/// What becomes of an outcome when `function` is called with its value: an outcome of what that
/// returns, which may be of another type. An error, and a cancellation, stay what they are, and
/// nothing is called. What `function` throws is thrown.
template <class T, class Function>
[[nodiscard]] auto transform(outcome<T> of, Function&& function) {
  if constexpr (std::is_void_v<T>) {
    using result = outcome<std::invoke_result_t<Function>>;
    if (of.has_error()) return result(of.error());
    if (of.is_cancelled()) return result(cancelled{of.reason()});
    if constexpr (std::is_void_v<typename result::value_type>) {
      leat::detail::invoke(std::forward<Function>(function));
      return result();
    } else {
      return result(leat::detail::invoke(std::forward<Function>(function)));
    }
  } else {
    using result = outcome<std::invoke_result_t<Function, T>>;
    if (of.has_error()) return result(of.error());
    if (of.is_cancelled()) return result(cancelled{of.reason()});
    if constexpr (std::is_void_v<typename result::value_type>) {
      leat::detail::invoke(std::forward<Function>(function), std::move(of).value());
      return result();
    } else {
      return result(leat::detail::invoke(std::forward<Function>(function), std::move(of).value()));
    }
  }
}

}  // namespace leat
