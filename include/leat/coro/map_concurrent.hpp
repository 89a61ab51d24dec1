// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "leat/base/invoke.hpp"
#include "leat/coro/concepts.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"

namespace leat {
namespace detail {

/// Errors: `invalid_argument` if it is zero.
std::size_t checked_concurrency(std::size_t limit);

template <class Input, class Function>
using mapped = typename std::invoke_result_t<Function&, Input>::value_type;

/// What the workers of one call share.
template <class Input, class Function, class Result>
struct map_work {
  std::vector<Input> inputs;
  Function function;
  std::vector<std::optional<unit_if_void<Result>>> results;
  std::size_t next = 0;  // the first input that nobody has taken
};

template <class Input, class Function, class Result>
task<void> map_some(map_work<Input, Function, Result>& work) {
  while (work.next < work.inputs.size()) {
    // A task that completed in the same turn as another failed must not be followed by one more.
    co_await stop_if_requested();
    const std::size_t at = work.next++;
    if constexpr (std::is_void_v<Result>) {
      co_await leat::detail::invoke(work.function, std::move(work.inputs[at]));
    } else {
      work.results[at].emplace(
          co_await leat::detail::invoke(work.function, std::move(work.inputs[at])));
    }
  }
}

template <class Input, class Function, class Result = mapped<Input, Function>>
task<std::conditional_t<std::is_void_v<Result>, void, std::vector<Result>>> map_all(
    std::size_t limit, std::vector<Input> inputs, Function function) {
  map_work<Input, Function, Result> work{std::move(inputs), std::move(function), {}};
  if constexpr (!std::is_void_v<Result>) work.results.resize(work.inputs.size());

  const std::size_t count = std::min(limit, work.inputs.size());
  std::vector<task<void>> workers;
  workers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) workers.push_back(map_some(work));
  co_await when_all(std::move(workers));

  if constexpr (!std::is_void_v<Result>) {
    std::vector<Result> results;
    results.reserve(work.results.size());
    for (auto& each : work.results) results.push_back(std::move(*each));
    co_return results;
  }
}

}  // namespace detail

/// Calls `function(input)`, which returns a task, for every input, with at most `limit` of the
/// tasks at a time. Returns a vector of the results in the order of the inputs, or nothing for
/// `task<void>`.
///
/// Inputs are begun in their order. The first failure stops the tasks that run, begins no
/// further ones, and is rethrown when all have ended; further failures go to
/// `executor::report()`.
///
/// Cancellation: safe; stops all tasks and waits for their end.
/// Errors: the first error of a task; `invalid_argument` if `limit` is zero.
/// Lifetime: inputs and function live until the end, so a lambda's captures cannot dangle.
template <class Input, class Function>
auto map_concurrent(std::size_t limit, std::vector<Input> inputs, Function function) {
  static_assert(async_callable<Function&, Input>,
                "map_concurrent() takes a function that returns a leat::task for each input: write "
                "a coroutine; what blocks or computes belongs into to_thread()");
  return detail::map_all(detail::checked_concurrency(limit), std::move(inputs),
                         std::move(function));
}

}  // namespace leat
