// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "leat/base/memory.hpp"
#include "leat/coro/timed_leaf.hpp"
#include "leat/pool/detail/slot_ledger.hpp"

namespace leat::pool {

namespace detail {
class pool_meter;
}

/// Lends resources that belong to keys, such as the host they lead to: the one used last
/// first, to those who wait in the order in which they came. For tasks of one loop;
/// `blocking_resource_pool` is its twin for threads.
///
/// What is lent is a slot: the lease owns it from the first moment, with a resource in it or
/// still empty, and gives it back when it is destroyed, however that comes about. A resource
/// goes back to the pool only if its user said that it is clean; otherwise it is destroyed,
/// because nobody can prove that the next user would not read the last one's answer.
///
/// A slot that comes free belongs to the next in line from that moment on, even before it has
/// run; if it is stopped first, the slot passes on.
///
/// Lifetime: outlives its leases and waiters. May outlive the executor; what is idle is dropped
/// at the end of that. Thread-safety: one loop.
class resource_pool {
 public:
  using lease = detail::lease<resource_pool>;

  class [[nodiscard]] awaiter final : public timed_leaf {
   public:
    awaiter(resource_pool& pool, const std::string& key, deadline until, duration limit,
            time_point asked)
        : timed_leaf(until), pool_(pool), key_(&key), limit_(limit), asked_(asked) {}
    awaiter(resource_pool& pool, std::string&& key, deadline until, duration limit,
            time_point asked)
        : timed_leaf(until),
          pool_(pool),
          own_key_(std::move(key)),
          key_(&own_key_),
          limit_(limit),
          asked_(asked) {}
    awaiter(awaiter&& other) noexcept
        : timed_leaf(std::move(other)),
          pool_(other.pool_),
          own_key_(std::move(other.own_key_)),
          key_(other.key_ == &other.own_key_ ? &own_key_ : other.key_),
          limit_(other.limit_),
          asked_(other.asked_) {}

    [[nodiscard]] bool await_ready();
    [[nodiscard]] lease await_resume();

   private:
    friend class resource_pool;
    void start() noexcept override;
    detach_result detach() noexcept override;
    void describe(wait_description& to) const noexcept override {
      to.add("pool: a slot for ");
      to.add(*key_);
    }

    resource_pool& pool_;
    std::string own_key_;
    const std::string* key_;
    duration limit_;  // from the start of the wait, in place of a deadline
    time_point asked_;
    lease lease_;
    time_point began_{};  // where somebody measures
    bool refused_ = false;
  };

  /// Errors: `invalid_argument` for a negative `max_idle_time`; those of the metrics.
  explicit resource_pool(pool_options options = {});
  resource_pool(const resource_pool&) = delete;
  resource_pool& operator=(const resource_pool&) = delete;
  ~resource_pool();

  /// Waits for a slot of `key`. The lease has the idle resource that was used last, if one is
  /// usable, or is empty. `asked` is for `resource::is_usable_since()`.
  /// Cancellation: safe; no slot is lost.
  /// Errors: `pool_timeout`, saying who holds the slots; `pool_closed`.
  /// Lifetime: `key` outlives the wait, unless it is given away.
  [[nodiscard]] awaiter acquire(const std::string& key, deadline until, time_point asked = {}) {
    return {*this, key, until, no_timeout, asked};
  }
  [[nodiscard]] awaiter acquire(std::string&& key, deadline until, time_point asked = {}) {
    return {*this, std::move(key), until, no_timeout, asked};
  }
  /// The same for at most `limit` from when a wait begins. The clock is read only then.
  [[nodiscard]] awaiter acquire(const std::string& key, duration limit, time_point asked = {}) {
    return {*this, key, deadline::never(), limit, asked};
  }
  [[nodiscard]] awaiter acquire(std::string&& key, duration limit, time_point asked = {}) {
    return {*this, std::move(key), deadline::never(), limit, asked};
  }

  /// Drops what is idle, refuses those who wait, and drops what is given back later.
  void close() noexcept;

  [[nodiscard]] pool_statistics statistics() const noexcept;

 private:
  friend lease;

  struct expiry_timer final : ready_node {
    explicit expiry_timer(resource_pool& owner) noexcept : pool(owner) {}
    void run() noexcept override { pool.drop_expired(); }
    resource_pool& pool;
  };

  /// Idle resources belong to the executor on which they were used.
  struct end_notice final : executor_guest {
    explicit end_notice(resource_pool& owner) noexcept : pool(owner) {}
    void executor_ends() noexcept override { pool.drop_all(); }
    resource_pool& pool;
  };

  [[nodiscard]] lease try_acquire(const std::string& key, time_point asked = {});
  void note() noexcept;
  void take_back(detail::slot_ledger::key_entry& key, std::unique_ptr<resource> returned,
                 bool is_clean) noexcept;
  void serve_waiters() noexcept;
  void drop_all() noexcept;
  void drop_expired() noexcept;
  void arm_expiry() noexcept;

  std::unique_ptr<detail::pool_meter> meter_;  // null, if nothing is measured
  detail::slot_ledger slots_;
  std::size_t waiting_ = 0;
  ready_list waiters_;
  expiry_timer expiry_{*this};
  end_notice end_notice_{*this};
  bool is_closed_ = false;
};

}  // namespace leat::pool
