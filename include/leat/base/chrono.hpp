// SPDX-License-Identifier: MIT
#pragma once

/// `std::chrono::duration` with its literals, and the clocks: all of <chrono> that Leat's own
/// headers name. Calendars, and from GCC 13 on the formatting of dates with all of <format>, are
/// most of its cost in each file of each user. libstdc++ keeps the rest in a header of its own;
/// another library gives the whole (docs/adr/0034).
#include <version>

#if defined(_GLIBCXX_RELEASE) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
