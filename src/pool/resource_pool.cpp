// SPDX-License-Identifier: MIT
#include "leat/pool/resource_pool.hpp"

#include <new>
#include <utility>

#include "leat/pool/error.hpp"

#include "pool/messages.hpp"
#include "pool/pool_meter.hpp"

// Invariant: nobody waits who could be served. Whatever gives something back serves the line
// before it returns, so whoever comes new and finds something does not overtake anybody.

namespace leat::pool {

bool resource_pool::awaiter::await_ready() {
  if (is_stop_pending()) return false;
  if (pool_.is_closed_) {
    refused_ = true;
    return goes_on_at_once();
  }
  lease_ = pool_.try_acquire(*key_, asked_);
  if (!lease_.is_held()) return false;
  if (pool_.meter_ != nullptr) pool_.meter_->acquired({});
  pool_.note();
  return goes_on_at_once();
}

resource_pool::lease resource_pool::awaiter::await_resume() {
  if (refused_) detail::throw_pool_closed(*key_);
  if (has_timed_out() && pool_.meter_ != nullptr) pool_.meter_->timed_out();
  if (has_timed_out()) detail::throw_pool_timeout(*key_, pool_.slots_, pool_.waiting_);
  return std::move(lease_);
}

void resource_pool::awaiter::start() noexcept {
  pool_.waiters_.push_back(*this);
  ++pool_.waiting_;
  if (pool_.meter_ != nullptr) began_ = executor::current().now();
  pool_.note();
  if (limit_ != no_timeout) {
    set_deadline(deadline::after(executor::current().limits_begin(), limit_));
  }
  arm_deadline();
}

detach_result resource_pool::awaiter::detach() noexcept {
  disarm_deadline();
  ready_node::unlink();
  --pool_.waiting_;
  pool_.note();
  return detach_result::detached;
}

resource_pool::resource_pool(pool_options options)
    : meter_(detail::pool_meter::of(options)), slots_(std::move(options)) {}

resource_pool::~resource_pool() {
  LEAT_ASSERT(slots_.lent() == 0 && waiters_.is_empty());
}

void resource_pool::close() noexcept {
  is_closed_ = true;
  drop_all();
  while (!waiters_.is_empty()) {
    auto& next = static_cast<awaiter&>(waiters_.pop_front());
    --waiting_;
    next.refused_ = true;
    next.disarm_deadline();
    next.complete();
  }
  note();
}

pool_statistics resource_pool::statistics() const noexcept {
  pool_statistics now;
  now.lent = slots_.lent();
  now.idle = slots_.idle();
  now.waiting = waiting_;
  return now;
}

void resource_pool::note() noexcept {
  if (meter_ != nullptr) meter_->note(statistics());
}

resource_pool::lease resource_pool::try_acquire(const std::string& key, time_point asked) {
  return {*this, slots_.try_lend(key, executor::current().now(), asked)};
}

void resource_pool::take_back(detail::slot_ledger::key_entry& key,
                              std::unique_ptr<resource> returned, bool is_clean) noexcept {
  if (!is_clean || is_closed_) returned.reset();
  if (returned == nullptr) {
    slots_.take_back(key, nullptr, {});
  } else {
    executor& home = executor::current();
    slots_.take_back(key, std::move(returned), home.now());
    if (!expiry_.is_linked()) arm_expiry();
    if (!end_notice_.is_linked()) home.add_guest(end_notice_);
  }
  if (!waiters_.is_empty()) serve_waiters();
  slots_.trim();
  note();
}

void resource_pool::serve_waiters() noexcept {
  for (auto* at = waiters_.first(); at != nullptr && !slots_.is_exhausted();) {
    auto& next = static_cast<awaiter&>(*at);
    at = waiters_.next(*at);
    lease found;
    try {
      found = try_acquire(*next.key_);
    } catch (const std::bad_alloc&) {
      return;  // they are served by whatever is given back next
    }
    if (!found.is_held()) continue;
    next.lease_ = std::move(found);
    --waiting_;
    if (meter_ != nullptr) meter_->acquired(executor::current().now() - next.began_);
    next.disarm_deadline();
    next.complete();
  }
}

void resource_pool::drop_all() noexcept {
  expiry_.unlink();
  slots_.drop_all();
  note();
}

void resource_pool::drop_expired() noexcept {
  slots_.drop_expired(executor::current().now());
  note();
  arm_expiry();
}

void resource_pool::arm_expiry() noexcept {
  if (const auto next = slots_.next_expiry(); !next.is_never()) {
    executor::current().arm(expiry_, next.at());
  }
}

}  // namespace leat::pool
