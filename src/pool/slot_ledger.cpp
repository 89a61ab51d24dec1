// SPDX-License-Identifier: MIT
#include "leat/pool/detail/slot_ledger.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <vector>

namespace leat::pool::detail {

slot_ledger::slot_ledger(pool_options options) : options_(std::move(options)) {
  checked_limit(options_.max_idle_time, "pool_options::max_idle_time");
}

slot_ledger::slot slot_ledger::try_lend(const std::string& key, time_point now, time_point asked) {
  if (latest_ == nullptr || latest_->first != key) latest_ = &*keys_.try_emplace(key).first;
  key_entry& entry = *latest_;
  const pin keeps(*this, entry);
  auto idle = take_idle(entry, now, asked);
  if (idle == nullptr && !make_room(entry)) return {};
  ++lent_;
  ++entry.second.lent;
  return {&entry, std::move(idle)};
}

std::unique_ptr<resource> slot_ledger::take_idle(key_entry& key, time_point now,
                                                 time_point asked) noexcept {
  for (auto at = idle_.begin(); key.second.idle != 0 && at != idle_.end();) {
    const auto idle = at++;
    if (idle->key != &key) continue;
    if (now - idle->since < options_.max_idle_time && idle->held->is_usable_since(asked)) {
      auto found = std::move(idle->held);
      --key.second.idle;
      if (spare_.empty()) {
        spare_.splice(spare_.begin(), idle_, idle);
      } else {
        idle_.erase(idle);
      }
      return found;
    }
    drop(idle);
  }
  return nullptr;
}

// An idle resource of another key gives way: a slot that is in nobody's use must not keep a
// request waiting.
bool slot_ledger::make_room(const key_entry& key) noexcept {
  if (key.second.size() >= options_.max_per_key) return false;
  if (lent_ + idle_.size() < options_.max_size) return true;
  if (idle_.empty()) return false;
  drop(std::prev(idle_.end()));
  return true;
}

void slot_ledger::take_back(key_entry& key, std::unique_ptr<resource> clean,
                            time_point now) noexcept {
  const pin keeps(*this, key);
  --lent_;
  --key.second.lent;
  if (clean == nullptr) return;
  try {
    if (spare_.empty()) spare_.emplace_front();
    spare_.front() = {std::move(clean), &key, now};
    idle_.splice(idle_.begin(), spare_, spare_.begin());
  } catch (const std::bad_alloc&) {
    return;  // the resource is closed instead
  }
  ++key.second.idle;
}

void slot_ledger::trim() noexcept {
  while (idle_.size() > options_.max_idle) drop(std::prev(idle_.end()));
}

void slot_ledger::drop_all() noexcept {
  while (!idle_.empty()) drop(idle_.begin());
}

void slot_ledger::drop_expired(time_point now) noexcept {
  while (!idle_.empty() && now - idle_.back().since >= options_.max_idle_time) {
    drop(std::prev(idle_.end()));
  }
}

deadline slot_ledger::next_expiry() const noexcept {
  if (idle_.empty()) return deadline::never();
  return deadline::after(idle_.back().since, options_.max_idle_time);
}

void slot_ledger::drop(idle_list::iterator idle) noexcept {
  key_entry& key = *idle->key;
  --key.second.idle;
  idle_.erase(idle);
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
