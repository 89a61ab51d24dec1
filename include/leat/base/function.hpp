// SPDX-License-Identifier: MIT
#pragma once

/// `std::function` and `std::ref`, without what else <functional> holds: its searchers bring
/// <unordered_map> and <algorithm> along. As chrono.hpp.
#include <version>

#if defined(_GLIBCXX_RELEASE) && __has_include(<bits/std_function.h>)
#include <bits/std_function.h>
#else
#include <functional>
#endif
