// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <source_location>
#include <string>

#include "leat/coro/join.hpp"

namespace leat::detail {

/// What a person calls the function that a compiler describes: `shop::fetch` for
/// `leat::task<int> shop::fetch(std::string)`. A lambda is told by its place instead.
[[nodiscard]] std::string function_text(const std::source_location& function);

/// `file:line`, without the folders; empty if the place is not known.
[[nodiscard]] std::string place_text(const std::source_location& place);

/// The name the task was given, or that of its function.
[[nodiscard]] std::string name_text(const task_node& task);

/// In the largest unit that does not hide anything a person would miss: `1.5 s`, `250 ms`.
[[nodiscard]] std::string duration_text(duration length);

// What is reported when something is wrong; if there is no memory for it, `std::bad_alloc`.
[[nodiscard]] std::exception_ptr make_never_awaited(const std::source_location& function) noexcept;
[[nodiscard]] std::exception_ptr make_not_stopping(join& joined, duration grace,
                                                   time_point now) noexcept;
[[nodiscard]] std::exception_ptr make_not_stopping(const char* kind, const task_node& task,
                                                   duration grace, time_point now) noexcept;

}  // namespace leat::detail
