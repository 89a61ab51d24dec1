// SPDX-License-Identifier: MIT
#pragma once

/// `std::unique_ptr` and `std::shared_ptr` with what makes them, without the rest of <memory>:
/// parallel algorithms, atomic pointers with all that threads wait by, and ranges of memory.
/// As chrono.hpp.
#include <version>

#if defined(_GLIBCXX_RELEASE) && __has_include(<bits/shared_ptr.h>)
#include <bits/shared_ptr.h>
#else
#include <memory>
#endif
