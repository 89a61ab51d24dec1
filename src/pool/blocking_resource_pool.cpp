// SPDX-License-Identifier: MIT
#include "leat/pool/blocking_resource_pool.hpp"

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <new>
#include <utility>

#include "leat/base/intrusive_list.hpp"
#include "leat/coro/blocking_deadline.hpp"
#include "leat/coro/refuse_on_loop.hpp"
#include "leat/pool/error.hpp"

#include "pool/messages.hpp"
#include "pool/pool_meter.hpp"

namespace leat::pool {
namespace {

// Of the last tick of the system: how long something lay idle is counted in seconds, and this
// reading costs a third of an exact one.
time_point coarse_now() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return time_point(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

struct waiter_tag;

/// A thread that waits in line. It has a condition of its own, because a slot is handed to one
/// thread, and waking the others would be in vain.
struct waiter : list_hook<waiter_tag> {
  explicit waiter(const std::string& wanted) noexcept : key(wanted) {}

  const std::string& key;
  std::condition_variable changed;
  detail::slot_ledger::slot granted;
  bool is_refused = false;
};

}  // namespace

class blocking_resource_pool::impl {
 public:
  explicit impl(pool_options options)
      : meter_(detail::pool_meter::of(options)), slots_(std::move(options)) {}
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() { LEAT_ASSERT(slots_.lent() == 0 && waiters_.is_empty()); }

  detail::slot_ledger::slot try_acquire(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return try_lend(key);
  }

  detail::slot_ledger::slot try_acquire_idle(const std::string& key) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) detail::throw_pool_closed(key);
    return noted(slots_.try_lend_idle(key, coarse_now()));
  }

  detail::slot_ledger::slot acquire(const std::string& key, deadline until) {
    std::unique_lock lock(mutex_);
    auto found = try_lend(key);
    if (found.key != nullptr) return found;

    // A slot that is free is lent anywhere; only waiting for one holds a loop up.
    refuse_on_loop("pool::resource_pool::acquire");
    waiter self(key);
    waiters_.push_back(self);
    ++waiting_;
    note();
    const time_point began = meter_ != nullptr ? std::chrono::steady_clock::now() : time_point();
    wait(lock, self, blocking_deadline::bound(until));
    if (self.is_refused) detail::throw_pool_closed(key);
    if (self.granted.key != nullptr) {
      if (meter_ != nullptr) meter_->acquired(std::chrono::steady_clock::now() - began);
      return std::move(self.granted);
    }
    self.unlink();
    --waiting_;
    note();
    blocking_deadline::throw_if_exceeded(until, "waiting for a connection to " + key);
    if (meter_ != nullptr) meter_->timed_out();
    detail::throw_pool_timeout(key, slots_, waiting_);
  }

  void take_back(detail::slot_ledger::key_entry& key, std::unique_ptr<resource> returned) noexcept {
    const std::lock_guard lock(mutex_);
    if (is_closed_) returned.reset();
    const time_point now = coarse_now();
    slots_.drop_expired(now);
    slots_.take_back(key, std::move(returned), now);
    if (!waiters_.is_empty()) serve_waiters(now);
    slots_.trim();
    note();
  }

  void close() noexcept {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    slots_.drop_all();
    while (!waiters_.is_empty()) {
      waiter& next = waiters_.pop_front();
      --waiting_;
      next.is_refused = true;
      next.changed.notify_one();
    }
    note();
  }

  pool_statistics statistics() const noexcept {
    const std::lock_guard lock(mutex_);
    return books();
  }

 private:
  [[nodiscard]] pool_statistics books() const noexcept {
    pool_statistics now;
    now.lent = slots_.lent();
    now.idle = slots_.idle();
    now.waiting = waiting_;
    return now;
  }

  void note() noexcept {
    if (meter_ != nullptr) meter_->note(books());
  }

  detail::slot_ledger::slot try_lend(const std::string& key) {
    if (is_closed_) detail::throw_pool_closed(key);
    return noted(slots_.try_lend(key, coarse_now()));
  }
  detail::slot_ledger::slot noted(detail::slot_ledger::slot found) {
    if (found.key != nullptr && meter_ != nullptr) {
      meter_->acquired({});
      note();
    }
    return found;
  }

  static void wait(std::unique_lock<std::mutex>& lock, waiter& self, deadline until) {
    const auto is_over = [&self] { return self.is_refused || self.granted.key != nullptr; };
    if (until.is_never()) {
      self.changed.wait(lock, is_over);
    } else {
      self.changed.wait_until(lock, until.at(), is_over);
    }
  }

  // The slot is the waiter's from here on, whenever its thread comes to run.
  void serve_waiters(time_point now) noexcept {
    for (auto* at = waiters_.first(); at != nullptr && !slots_.is_exhausted();) {
      waiter& next = *at;
      at = waiters_.next(*at);
      try {
        next.granted = slots_.try_lend(next.key, now);
      } catch (const std::bad_alloc&) {
        return;  // they are served by whatever is given back next
      }
      if (next.granted.key == nullptr) continue;
      next.unlink();
      --waiting_;
      next.changed.notify_one();
    }
  }

  mutable std::mutex mutex_;
  std::unique_ptr<detail::pool_meter> meter_;  // null, if nothing is measured
  detail::slot_ledger slots_;
  intrusive_list<waiter, waiter_tag> waiters_;
  std::size_t waiting_ = 0;
  bool is_closed_ = false;
};

blocking_resource_pool::blocking_resource_pool(pool_options options)
    : impl_(make_impl<impl>(std::move(options))) {}

blocking_resource_pool::~blocking_resource_pool() = default;

blocking_resource_pool::lease blocking_resource_pool::try_acquire(const std::string& key) {
  return {*this, impl_->try_acquire(key)};
}

blocking_resource_pool::lease blocking_resource_pool::try_acquire_idle(const std::string& key) {
  return {*this, impl_->try_acquire_idle(key)};
}

blocking_resource_pool::lease blocking_resource_pool::acquire(const std::string& key,
                                                              deadline until) {
  return {*this, impl_->acquire(key, until)};
}

void blocking_resource_pool::take_back(detail::slot_ledger::key_entry& key,
                                       std::unique_ptr<resource> returned, bool is_clean) noexcept {
  if (!is_clean) returned.reset();  // outside the lock: closing may take a system call
  impl_->take_back(key, std::move(returned));
}

void blocking_resource_pool::close() noexcept {
  impl_->close();
}

pool_statistics blocking_resource_pool::statistics() const noexcept {
  return impl_->statistics();
}

}  // namespace leat::pool
