// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "leat/coro/timed_leaf.hpp"

namespace leat::pool {

/// What a pool lends: a connection, as a rule. Destroying it closes it at once.
class resource {
 public:
  resource() = default;
  resource(const resource&) = delete;
  resource& operator=(const resource&) = delete;
  virtual ~resource() = default;

  /// Whether it can be lent again after it lay idle: asked just before that is done.
  [[nodiscard]] virtual bool is_usable() noexcept = 0;
};

struct pool_options {
  pool_options() noexcept = default;

  /// Resources lent and idle together. A further acquire waits in line: the policy is to wait.
  std::size_t max_size = 100;
  /// The same for one key.
  std::size_t max_per_key = std::numeric_limits<std::size_t>::max();
  /// Idle ones kept; the one that lay idle longest is dropped first.
  std::size_t max_idle = 20;
  /// An idle one is dropped after this time. Shorter than servers keep theirs, so that the
  /// other side rarely closes first.
  duration max_idle_time = std::chrono::seconds(5);
};

struct pool_statistics {
  std::size_t lent = 0;
  std::size_t idle = 0;
  std::size_t waiting = 0;
};

/// Lends resources that belong to keys, such as the host they lead to: the one used last
/// first, to those who wait in the order in which they came.
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
  struct key_state;
  using key_map = std::unordered_map<std::string, key_state>;
  using key_entry = key_map::value_type;

 public:
  /// The right to one resource of one key. Move-only; may be empty of a resource.
  class [[nodiscard]] lease {
   public:
    lease() noexcept = default;
    lease(lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          key_(other.key_),
          resource_(std::move(other.resource_)),
          is_clean_(other.is_clean_) {}
    lease& operator=(lease&& other) noexcept {
      if (this != &other) {
        release();
        pool_ = std::exchange(other.pool_, nullptr);
        key_ = other.key_;
        resource_ = std::move(other.resource_);
        is_clean_ = other.is_clean_;
      }
      return *this;
    }
    ~lease() { release(); }

    /// Null while the slot is empty: then make a resource and `put()` it.
    [[nodiscard]] resource* get() const noexcept { return resource_.get(); }
    /// Replaces the resource; null leaves the slot empty. What is put counts as in use.
    void put(std::unique_ptr<resource> made) noexcept {
      resource_ = std::move(made);
      is_clean_ = false;
    }

    /// From here on the resource is in use, and is destroyed with the lease.
    void mark_in_use() noexcept { is_clean_ = false; }
    /// The resource is as if it were new; the next user may have it.
    void mark_clean() noexcept { is_clean_ = true; }

    /// Gives the slot back now.
    void release() noexcept {
      if (pool_ != nullptr) {
        std::exchange(pool_, nullptr)->take_back(*key_, std::move(resource_), is_clean_);
      }
    }

   private:
    friend class resource_pool;
    lease(resource_pool& pool, key_entry& key, std::unique_ptr<resource> idle) noexcept
        : pool_(&pool), key_(&key), resource_(std::move(idle)), is_clean_(resource_ != nullptr) {}

    resource_pool* pool_ = nullptr;
    key_entry* key_ = nullptr;
    std::unique_ptr<resource> resource_;
    bool is_clean_ = false;
  };

  class [[nodiscard]] awaiter final : public timed_leaf {
   public:
    awaiter(resource_pool& pool, std::string key, deadline until)
        : timed_leaf(until), pool_(pool), key_(std::move(key)) {}
    awaiter(awaiter&& other) noexcept
        : timed_leaf(std::move(other)), pool_(other.pool_), key_(std::move(other.key_)) {}

    [[nodiscard]] bool await_ready();
    [[nodiscard]] lease await_resume();

   private:
    friend class resource_pool;
    void start() noexcept override;
    detach_result detach() noexcept override;
    void describe(wait_description& to) const noexcept override {
      to.add("pool: a slot for ");
      to.add(key_);
    }

    resource_pool& pool_;
    std::string key_;
    lease lease_;
    bool refused_ = false;
  };

  /// Errors: `invalid_argument` for a negative `max_idle_time`.
  explicit resource_pool(pool_options options = {});
  resource_pool(const resource_pool&) = delete;
  resource_pool& operator=(const resource_pool&) = delete;
  ~resource_pool();

  /// Waits for a slot of `key`. The lease has the idle resource that was used last, if one is
  /// usable, or is empty.
  /// Cancellation: safe; no slot is lost.
  /// Errors: `pool_timeout`, saying who holds the slots; `pool_closed`.
  [[nodiscard]] awaiter acquire(std::string key, deadline until) {
    return {*this, std::move(key), until};
  }

  /// Drops what is idle, refuses those who wait, and drops what is given back later.
  void close() noexcept;

  [[nodiscard]] pool_statistics statistics() const noexcept;

 private:
  struct idle_resource {
    std::unique_ptr<resource> held;
    key_entry* key;
    time_point since;
  };
  // The one used last is at the front.
  using idle_list = std::list<idle_resource>;

  struct key_state {
    std::size_t lent = 0;
    std::size_t idle = 0;
    std::size_t pins = 0;  // calls that still need the entry
    [[nodiscard]] std::size_t size() const noexcept { return lent + idle; }
  };

  /// Keeps a key's entry while a call may leave it without any resource.
  class pin {
   public:
    pin(resource_pool& pool, key_entry& key) noexcept : pool_(pool), key_(key) {
      ++key_.second.pins;
    }
    pin(const pin&) = delete;
    pin& operator=(const pin&) = delete;
    ~pin() {
      --key_.second.pins;
      pool_.forget_if_unused(key_);
    }

   private:
    resource_pool& pool_;
    key_entry& key_;
  };

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

  [[nodiscard]] lease try_acquire(const std::string& key);
  [[nodiscard]] std::unique_ptr<resource> take_idle(key_entry& key) noexcept;
  [[nodiscard]] bool make_room(const key_entry& key) noexcept;
  [[nodiscard]] lease lend(key_entry& key, std::unique_ptr<resource> idle) noexcept;
  void take_back(key_entry& key, std::unique_ptr<resource> returned, bool is_clean) noexcept;
  void keep_idle(key_entry& key, std::unique_ptr<resource> returned) noexcept;
  void serve_waiters() noexcept;
  void drop(idle_list::iterator idle) noexcept;
  void drop_all() noexcept;
  void drop_expired() noexcept;
  void arm_expiry() noexcept;
  void forget_if_unused(key_entry& key) noexcept;
  [[nodiscard]] std::string describe_holders() const;

  pool_options options_;
  key_map keys_;
  idle_list idle_;
  std::size_t lent_ = 0;
  std::size_t waiting_ = 0;
  ready_list waiters_;
  expiry_timer expiry_{*this};
  end_notice end_notice_{*this};
  bool is_closed_ = false;
};

}  // namespace leat::pool
