// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/mutex.hpp"
#include "leat/io/surface.hpp"

namespace leat::ws {

/// Locks as tasks need them, and as one thread does not.
template <class Io>
struct turn {
  auto lock() noexcept { return one.lock(); }
  auto try_lock() noexcept { return one.try_lock(); }
  mutex one;
};
template <>
struct turn<io::blocking> {
  static ready<bool> lock() noexcept { return ready(true); }
  static bool try_lock() noexcept { return true; }
};

}  // namespace leat::ws
