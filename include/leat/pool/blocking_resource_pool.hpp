// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "leat/base/impl_ptr.hpp"
#include "leat/base/memory.hpp"
#include "leat/pool/detail/slot_ledger.hpp"

namespace leat::pool {

/// `resource_pool` for threads: the same slots, order and messages, and a lock around its books.
/// The lock is never held while somebody waits or uses what was lent.
///
/// Lifetime: outlives its leases and waiters.
/// Thread-safety: any thread, except for a single lease, which one thread uses at a time.
class blocking_resource_pool {
 public:
  using lease = detail::lease<blocking_resource_pool>;

  /// Errors: `invalid_argument` for a negative `max_idle_time`; those of the metrics.
  explicit blocking_resource_pool(pool_options options = {});
  blocking_resource_pool(const blocking_resource_pool&) = delete;
  blocking_resource_pool& operator=(const blocking_resource_pool&) = delete;
  ~blocking_resource_pool();

  /// Waits for a slot of `key`. The lease has the idle resource that was used last, if one is
  /// usable, or is empty.
  /// Errors: `pool_timeout`, saying who holds the slots; `pool_closed`; `deadline_exceeded` of an
  /// outer `blocking_deadline`; `blocking_call_on_loop`, if it would have to wait on a thread that
  /// runs a loop.
  [[nodiscard]] lease acquire(const std::string& key, deadline until);

  /// The same without a wait: a lease without a slot, if there would be one.
  /// Errors: `pool_closed`.
  [[nodiscard]] lease try_acquire(const std::string& key);

  /// The same only if it comes with an idle resource.
  [[nodiscard]] lease try_acquire_idle(const std::string& key);

  /// Drops what is idle, refuses those who wait, and drops what is given back later.
  void close() noexcept;

  [[nodiscard]] pool_statistics statistics() const noexcept;

 private:
  friend lease;
  class impl;

  void take_back(detail::slot_ledger::key_entry& key, std::unique_ptr<resource> returned,
                 bool is_clean) noexcept;

  impl_ptr<impl> impl_;
};

}  // namespace leat::pool
