// SPDX-License-Identifier: MIT
#include "leat/pool/detail/slot_ledger.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace leat::pool::detail {

slot_ledger::slot_ledger(pool_options options) : options_(std::move(options)) {
  checked_limit(options_.max_idle_time, "pool_options::max_idle_time");
}

slot_ledger::slot slot_ledger::try_lend(const std::string& key, time_point now, time_point asked) {
  if (auto found = try_lend_idle(key, now, asked); found.key != nullptr) return found;
  key_entry& entry = *keys_.try_emplace(key).first;
  if (!make_room(entry)) {
    forget_if_unused(entry);
    return {};
  }
  latest_ = &entry;
  return lend(entry, nullptr);
}

slot_ledger::slot slot_ledger::try_lend_idle(const std::string& key, time_point now,
                                             time_point asked) noexcept {
  if (latest_ == nullptr || latest_->first != key) {
    const auto at = keys_.find(key);
    if (at == keys_.end()) return {};
    latest_ = &*at;
  }
  key_entry& entry = *latest_;
  ++entry.second.pins;  // what is dropped on the way may be its last
  auto idle = take_idle(entry, now, asked);
  --entry.second.pins;
  if (idle != nullptr) return lend(entry, std::move(idle));
  forget_if_unused(entry);
  return {};
}

slot_ledger::slot slot_ledger::lend(key_entry& key, std::unique_ptr<resource> idle) noexcept {
  ++lent_;
  ++key.second.lent;
  return {&key, std::move(idle)};
}

std::unique_ptr<resource> slot_ledger::take_idle(key_entry& key, time_point now,
                                                 time_point asked) noexcept {
  for (auto* at = idle_.first(); key.second.idle != 0 && at != nullptr;) {
    idle_place& idle = *at;
    at = idle_.next(idle);
    if (idle.key != &key) continue;
    if (now - idle.since < options_.max_idle_time && idle.held.is_usable_since(asked)) {
      return remove(idle);
    }
    drop(idle);
  }
  return nullptr;
}

// An idle resource of another key gives way: a slot that is in nobody's use must not keep a
// request waiting.
bool slot_ledger::make_room(const key_entry& key) noexcept {
  if (key.second.size() >= options_.max_per_key) return false;
  if (lent_ + idle_count_ < options_.max_size) return true;
  if (idle_count_ == 0) return false;
  drop(idle_.back());
  return true;
}

void slot_ledger::take_back(key_entry& key, std::unique_ptr<resource> clean,
                            time_point now) noexcept {
  --lent_;
  --key.second.lent;
  if (clean == nullptr) return forget_if_unused(key);
  idle_place& place = clean.release()->idle_place_;
  place.key = &key;
  place.since = now;
  idle_.push_front(place);
  ++idle_count_;
  ++key.second.idle;
}

void slot_ledger::trim() noexcept {
  while (idle_count_ > options_.max_idle) drop(idle_.back());
}

void slot_ledger::drop_all() noexcept {
  while (idle_count_ != 0) drop(idle_.front());
}

void slot_ledger::drop_expired(time_point now) noexcept {
  while (idle_count_ != 0 && now - idle_.back().since >= options_.max_idle_time) {
    drop(idle_.back());
  }
}

deadline slot_ledger::next_expiry() const noexcept {
  if (idle_count_ == 0) return deadline::never();
  return deadline::after(idle_.back().since, options_.max_idle_time);
}

std::unique_ptr<resource> slot_ledger::remove(idle_place& idle) noexcept {
  idle.unlink();
  --idle_count_;
  --idle.key->second.idle;
  return std::unique_ptr<resource>(&idle.held);
}

void slot_ledger::drop(idle_place& idle) noexcept {
  key_entry& key = *idle.key;
  const auto dead = remove(idle);
  forget_if_unused(key);
}

void slot_ledger::forget_if_unused(key_entry& key) noexcept {
  if (key.second.size() != 0 || key.second.pins != 0) return;
  if (latest_ == &key) latest_ = nullptr;
  const auto at = keys_.find(key.first);
  if (at != keys_.end()) keys_.erase(at);
}

std::string slot_ledger::describe_holders(std::size_t waiting) const {
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
  return text + ", " + std::to_string(waiting) + " waiting";
}

}  // namespace leat::pool::detail
