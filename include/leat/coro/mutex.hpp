// SPDX-License-Identifier: MIT
#pragma once

#include "leat/coro/semaphore.hpp"

namespace leat {

/// Lets one task at a time in, in the order in which they came.
///
/// Tasks of one executor never run at the same moment, so a mutex is only needed where
/// something must stay untouched across an await. It is not recursive: a task that locks it
/// twice waits for itself.
///
/// A mutex that is unlocked while somebody waits belongs to that waiter from this moment on; a
/// waiter that is stopped before it could go on passes it to the next.
///
/// Lifetime: must outlive its guards and waiters. Thread-safety: one executor.
class mutex {
 public:
  /// Holds the mutex, unless it is empty, until it is destroyed or `release()` is called.
  using guard = semaphore::permit;

  [[nodiscard]] bool is_locked() const noexcept { return one_.free_permits() == 0; }
  [[nodiscard]] bool has_waiters() const noexcept { return one_.has_waiters(); }

  /// Waits until the mutex is free and returns a `guard`.
  /// Cancellation: safe; the mutex is never left locked.
  [[nodiscard]] semaphore::awaiter lock() noexcept { return one_.acquire(); }

  /// Locks the mutex if it is free; otherwise returns an empty guard.
  [[nodiscard]] guard try_lock() noexcept { return one_.try_acquire(); }

 private:
  semaphore one_{1, "mutex: lock"};
};

}  // namespace leat
