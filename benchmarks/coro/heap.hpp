// SPDX-License-Identifier: MIT
#pragma once

#include <malloc.h>

/// Bytes in use, as the allocator counts them.
inline double heap_in_use() {
  const auto counts = ::mallinfo2();
  return static_cast<double>(counts.uordblks + counts.hblkhd);
}
