// SPDX-License-Identifier: MIT
#pragma once

/// Checks a condition that only a bug in the program can break. Never use it on anything a
/// peer, a file or a user controls: bad input is an error, not an assertion.
///
/// It is on unless LEAT_NO_ASSERT is defined, in optimised builds too: a wrong list link or
/// a frame resumed twice would otherwise become somebody else's corrupted data.
#ifdef LEAT_NO_ASSERT
#define LEAT_ASSERT(condition) static_cast<void>(0)
#else
#define LEAT_ASSERT(condition)  \
  (static_cast<bool>(condition) \
       ? void(0)                \
       : ::leat::detail::assertion_failed(#condition, __FILE__, __LINE__))
#endif

namespace leat::detail {

/// Writes the broken condition to standard error and ends the program.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace leat::detail
