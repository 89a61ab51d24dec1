// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

#include "leat/base/intrusive_list.hpp"
#include "leat/base/memory.hpp"
#include "leat/pool/resource.hpp"

/// The books of a pool: which slots are lent and which resources lie idle, for both surfaces.
/// It knows neither tasks nor threads nor a clock; who waits is the affair of the pool around
/// it, and so is a lock where several threads share it.
namespace leat::pool::detail {

class slot_ledger {
 public:
  using key_entry = detail::key_entry;

  /// A slot that counts as lent, with the idle resource that was used last, or empty. Without a
  /// key it is none.
  struct slot {
    key_entry* key = nullptr;
    std::unique_ptr<resource> idle;
  };

  /// Errors: `invalid_argument` for a negative `max_idle_time`.
  explicit slot_ledger(pool_options options);
  slot_ledger(const slot_ledger&) = delete;
  slot_ledger& operator=(const slot_ledger&) = delete;
  ~slot_ledger() { drop_all(); }

  /// Lends a slot of `key` if there is one: an idle resource that is still usable, or room for
  /// a new one. Drops idle ones that are no longer usable on the way. `asked` is for
  /// `resource::is_usable_since()`.
  /// Errors: `std::bad_alloc`.
  [[nodiscard]] slot try_lend(const std::string& key, time_point now, time_point asked = {});

  /// The same only if it comes with an idle resource.
  [[nodiscard]] slot try_lend_idle(const std::string& key, time_point now,
                                   time_point asked = {}) noexcept;

  /// Takes a slot back. `clean` lies idle from now on; null leaves the room to others.
  void take_back(key_entry& key, std::unique_ptr<resource> clean, time_point now) noexcept;

  /// Drops the idle ones above `max_idle`. Not part of `take_back()`, because those who wait
  /// are served first.
  void trim() noexcept;
  void drop_all() noexcept;
  void drop_expired(time_point now) noexcept;

  /// When the next idle resource has lain idle for too long.
  [[nodiscard]] deadline next_expiry() const noexcept;

  /// Whether nothing can be lent before something is given back.
  [[nodiscard]] bool is_exhausted() const noexcept { return lent_ >= options_.max_size; }
  [[nodiscard]] std::size_t lent() const noexcept { return lent_; }
  [[nodiscard]] std::size_t idle() const noexcept { return idle_count_; }

  /// Who holds the slots, for the message of a timeout.
  [[nodiscard]] std::string describe_holders(std::size_t waiting) const;

 private:
  [[nodiscard]] std::unique_ptr<resource> take_idle(key_entry& key, time_point now,
                                                    time_point asked) noexcept;
  [[nodiscard]] bool make_room(const key_entry& key) noexcept;
  [[nodiscard]] slot lend(key_entry& key, std::unique_ptr<resource> idle) noexcept;
  [[nodiscard]] std::unique_ptr<resource> remove(idle_place& idle) noexcept;
  void drop(idle_place& idle) noexcept;
  void forget_if_unused(key_entry& key) noexcept;

  pool_options options_;
  std::unordered_map<std::string, key_state> keys_;
  key_entry* latest_ = nullptr;                // the key asked for last is mostly the next one, too
  intrusive_list<idle_place, idle_tag> idle_;  // its own; the one used last is at the front
  std::size_t idle_count_ = 0;
  std::size_t lent_ = 0;
};

/// The right to one resource of one key. Move-only; may be empty of a resource.
template <class Pool>
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

  /// Whether there is a slot in it.
  [[nodiscard]] bool is_held() const noexcept { return pool_ != nullptr; }

  /// Gives the slot back now.
  void release() noexcept {
    if (pool_ == nullptr) return;
    std::exchange(pool_, nullptr)->take_back(*key_, std::move(resource_), is_clean_);
  }

 private:
  friend Pool;
  lease(Pool& pool, slot_ledger::slot&& lent) noexcept
      : pool_(lent.key != nullptr ? &pool : nullptr),
        key_(lent.key),
        resource_(std::move(lent.idle)),
        is_clean_(resource_ != nullptr) {}

  Pool* pool_ = nullptr;
  slot_ledger::key_entry* key_ = nullptr;
  std::unique_ptr<resource> resource_;
  bool is_clean_ = false;
};

}  // namespace leat::pool::detail
