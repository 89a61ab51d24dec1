// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

#include "leat/base/function.hpp"
#include "leat/testing/test_loop.hpp"

namespace leat::testing {

/// What a campaign of failing allocations did.
struct allocation_report {
  std::size_t allocations = 0;  ///< Of the run in which none failed.
  std::size_t failed = 0;       ///< Runs that ended with an error.
  std::size_t survived = 0;     ///< Runs that finished although an allocation had failed.
};

/// Runs a scenario again and again on virtual time, and lets the n-th allocation of its thread
/// fail, for n = 1, 2, ... until it ends untouched. The program must replace the global
/// `operator new`, by writing `LEAT_REPLACE_OPERATOR_NEW` once, outside of every namespace.
///
/// `scenario` makes the work anew for each run. It may fail with `std::bad_alloc` and with any
/// `leat::error`; `check` is called with what became of it. Each run must leave as many
/// coroutine frames and descriptors as it found. An allocation that fails where nothing may be
/// thrown ends the program, which is a finding, too.
///
/// Errors: what `check` throws; `std::logic_error`, naming the run, when something was left
/// behind, when a run ended with another error or waits for ever, when the run without a failure
/// did not finish, and when `operator new` was not replaced.
allocation_report for_each_allocation_failure(
    const std::function<task<void>()>& scenario,
    const std::function<void(const outcome<void>&)>& check = [](const outcome<void>&) {});

namespace detail {

struct allocation_counter {
  std::size_t count = 0;
  std::size_t fails_at = 0;  // 0 is never
};
inline constinit thread_local allocation_counter allocations{};

inline void* counted_allocation(std::size_t size) {
  auto& counter = allocations;
  ++counter.count;
  if (counter.count == counter.fails_at) throw std::bad_alloc();
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace detail
}  // namespace leat::testing

// The forms that take an alignment keep their own operators, and are not counted.
// NOLINTBEGIN(bugprone-macro-parentheses): definitions cannot stand in parentheses.
#define LEAT_REPLACE_OPERATOR_NEW                              \
  void* operator new(std::size_t size) {                       \
    return ::leat::testing::detail::counted_allocation(size);  \
  }                                                            \
  void* operator new[](std::size_t size) {                     \
    return ::leat::testing::detail::counted_allocation(size);  \
  }                                                            \
  void operator delete(void* memory) noexcept {                \
    std::free(memory);                                         \
  }                                                            \
  void operator delete[](void* memory) noexcept {              \
    std::free(memory);                                         \
  }                                                            \
  void operator delete(void* memory, std::size_t) noexcept {   \
    std::free(memory);                                         \
  }                                                            \
  void operator delete[](void* memory, std::size_t) noexcept { \
    std::free(memory);                                         \
  }                                                            \
  static_assert(true)
// NOLINTEND(bugprone-macro-parentheses)
