// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <type_traits>

#include "leat/coro/task.hpp"

namespace leat {

/// What can be called with `Args` and returns a task: a coroutine, or a function that hands one
/// on. A plain function is none: where a task is wanted it would run at once, on the loop, and
/// nothing could stop it.
///
/// For constraining what wraps asynchronous functions, so that one that is not is refused where
/// it is handed in:
///
///     template <leat::async_callable<const request&> Next>
///     task<response> with_retry(Next next, request what);
template <class Callable, class... Args>
concept async_callable =
    std::invocable<Callable, Args...> && detail::is_task<std::invoke_result_t<Callable, Args...>>;

}  // namespace leat
