// SPDX-License-Identifier: MIT
#include "leat/pool/resource_pool.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "leat/pool/error.hpp"

// Invariant: nobody waits who could be served. Whatever gives something back serves the line
// before it returns, so whoever comes new and finds something does not overtake anybody.

namespace leat::pool {

bool resource_pool::awaiter::await_ready() {
  if (is_stop_pending()) return false;
  if (pool_.is_closed_) {
    refused_ = true;
    return true;
  }
  lease_ = pool_.try_acquire(key_);
  return lease_.pool_ != nullptr;
}

resource_pool::lease resource_pool::awaiter::await_resume() {
  if (refused_) throw pool_closed("the pool for " + key_ + " is closed");
  if (has_timed_out()) {
    throw pool_timeout("no connection to " + key_ +
                       " became free in time: " + pool_.describe_holders());
  }
  return std::move(lease_);
}

void resource_pool::awaiter::start() noexcept {
  pool_.waiters_.push_back(*this);
  ++pool_.waiting_;
  arm_deadline();
}

detach_result resource_pool::awaiter::detach() noexcept {
  disarm_deadline();
  ready_node::unlink();
  --pool_.waiting_;
  return detach_result::detached;
}

resource_pool::resource_pool(pool_options options) : options_(options) {
  checked_limit(options.max_idle_time, "pool_options::max_idle_time");
}

resource_pool::~resource_pool() {
  LEAT_ASSERT(lent_ == 0 && waiters_.is_empty());
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
}

pool_statistics resource_pool::statistics() const noexcept {
  pool_statistics now;
  now.lent = lent_;
  now.idle = idle_.size();
  now.waiting = waiting_;
  return now;
}

resource_pool::lease resource_pool::try_acquire(const std::string& key) {
  key_entry& entry = *keys_.try_emplace(key).first;
  const pin keeps(*this, entry);
  if (auto idle = take_idle(entry)) return lend(entry, std::move(idle));
  if (make_room(entry)) return lend(entry, nullptr);
  return {};
}

std::unique_ptr<resource> resource_pool::take_idle(key_entry& key) noexcept {
  const time_point now = executor::current().now();
  for (auto at = idle_.begin(); key.second.idle != 0 && at != idle_.end();) {
    const auto idle = at++;
    if (idle->key != &key) continue;
    if (now - idle->since < options_.max_idle_time && idle->held->is_usable()) {
      auto found = std::move(idle->held);
      --key.second.idle;
      idle_.erase(idle);
      return found;
    }
    drop(idle);
  }
  return nullptr;
}

// An idle resource of another key gives way: a slot that is in nobody's use must not keep a
// request waiting.
bool resource_pool::make_room(const key_entry& key) noexcept {
  if (key.second.size() >= options_.max_per_key) return false;
  if (lent_ + idle_.size() < options_.max_size) return true;
  if (idle_.empty()) return false;
  drop(std::prev(idle_.end()));
  return true;
}

resource_pool::lease resource_pool::lend(key_entry& key, std::unique_ptr<resource> idle) noexcept {
  ++lent_;
  ++key.second.lent;
  return {*this, key, std::move(idle)};
}

void resource_pool::take_back(key_entry& key, std::unique_ptr<resource> returned,
                              bool is_clean) noexcept {
  const pin keeps(*this, key);
  --lent_;
  --key.second.lent;
  if (returned != nullptr && is_clean && !is_closed_) keep_idle(key, std::move(returned));
  returned.reset();
  serve_waiters();
}

void resource_pool::keep_idle(key_entry& key, std::unique_ptr<resource> returned) noexcept {
  const time_point now = executor::current().now();
  try {
    idle_.push_front({std::move(returned), &key, now});
  } catch (const std::bad_alloc&) {
    return;  // the resource is closed instead
  }
  ++key.second.idle;
  if (waiters_.is_empty() && idle_.size() > options_.max_idle) drop(std::prev(idle_.end()));
  if (!expiry_.is_linked()) arm_expiry();
  if (!end_notice_.is_linked()) executor::current().add_guest(end_notice_);
}

void resource_pool::serve_waiters() noexcept {
  for (auto* at = waiters_.first(); at != nullptr && lent_ < options_.max_size;) {
    auto& next = static_cast<awaiter&>(*at);
    at = waiters_.next(*at);
    lease found;
    try {
      found = try_acquire(next.key_);
    } catch (const std::bad_alloc&) {
      return;  // they are served by whatever is given back next
    }
    if (found.pool_ == nullptr) continue;
    next.lease_ = std::move(found);
    --waiting_;
    next.disarm_deadline();
    next.complete();
  }
  if (idle_.size() > options_.max_idle) drop(std::prev(idle_.end()));
}

void resource_pool::drop(idle_list::iterator idle) noexcept {
  key_entry& key = *idle->key;
  --key.second.idle;
  idle_.erase(idle);
  forget_if_unused(key);
}

void resource_pool::drop_all() noexcept {
  expiry_.unlink();
  while (!idle_.empty()) drop(idle_.begin());
}

void resource_pool::drop_expired() noexcept {
  const time_point now = executor::current().now();
  while (!idle_.empty() && now - idle_.back().since >= options_.max_idle_time) {
    drop(std::prev(idle_.end()));
  }
  arm_expiry();
}

void resource_pool::arm_expiry() noexcept {
  if (idle_.empty()) return;
  const auto end = deadline::after(idle_.back().since, options_.max_idle_time);
  if (!end.is_never()) executor::current().arm(expiry_, end.at());
}

void resource_pool::forget_if_unused(key_entry& key) noexcept {
  if (key.second.size() != 0 || key.second.pins != 0) return;
  const auto at = keys_.find(key.first);
  if (at != keys_.end()) keys_.erase(at);
}

std::string resource_pool::describe_holders() const {
  std::string text = std::to_string(lent_) + " of " + std::to_string(options_.max_size) + " in use";
  std::vector<const key_entry*> holders;
  for (const auto& each : keys_) {
    if (each.second.lent != 0) holders.push_back(&each);
  }
  std::ranges::sort(holders, [](const auto* a, const auto* b) {
    return a->second.lent != b->second.lent ? a->second.lent > b->second.lent : a->first < b->first;
  });
  constexpr std::size_t most_named = 5;
  const char* separator = " (";
  for (std::size_t i = 0; i < holders.size() && i < most_named; ++i) {
    text += separator + holders[i]->first + ": " + std::to_string(holders[i]->second.lent);
    separator = ", ";
  }
  if (!holders.empty()) text += holders.size() > most_named ? ", ...)" : ")";
  return text + ", " + std::to_string(waiting_) + " waiting";
}

}  // namespace leat::pool
