// SPDX-License-Identifier: MIT
#include "log/line_queue.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace leat::log {
namespace {

// How late a line may be at most because nobody was woken for it.
constexpr auto nap = std::chrono::milliseconds(1);

// Text of a batch: about as many lines of 250 bytes as it may have. A longer line gets a batch of
// its own, whose memory is not kept.
constexpr std::size_t most_text = 16384;
// A batch is written whatever comes, so with few lines a policy that drops the oldest still means
// the oldest.
constexpr std::size_t most_lines = 64;

void add_one(std::atomic<std::uint64_t>& to) noexcept {
  to.store(to.load(std::memory_order_relaxed) + 1);
}

}  // namespace

line_queue::batch::batch(std::size_t text_bytes) {
  text_.reserve(std::max(text_bytes, most_text));
  ends_.reserve(most_lines);
}

bool line_queue::batch::has_room(std::size_t text_bytes) const noexcept {
  return has_memory() && ends_.size() < most_lines && text_bytes <= text_.capacity() - text_.size();
}

line_queue::batch::line line_queue::batch::operator[](std::size_t i) const noexcept {
  const std::size_t which = first_ + i;
  const std::size_t begin = which == 0 ? 0 : ends_[which - 1].offset;
  return {ends_[which].at, std::string_view(text_).substr(begin, ends_[which].offset - begin)};
}

void line_queue::put(level at, std::string_view text) {
  bool wakes = false;
  {
    std::unique_lock lock(mutex_);
    if (waiting_ == room_ && !make_room(lock)) return;
    batch& last = batch_with_room(text.size());
    last.text_ += text;
    last.ends_.push_back({last.text_.size(), at});
    ++waiting_;
    add_one(accepted_);
    wakes = wakes_writer();
  }
  if (wakes) for_writer_.notify_one();
}

line_queue::batch& line_queue::batch_with_room(std::size_t text_bytes) {
  if (batches_.empty() || !batches_.back().has_room(text_bytes)) {
    if (spare_.has_room(text_bytes)) {
      batches_.push_back(std::exchange(spare_, {}));
    } else {
      batches_.push_back(batch(text_bytes));
    }
  }
  return batches_.back();
}

void line_queue::give_back(batch& used) noexcept {
  if (!spare_.has_memory() && used.has_memory() && used.text_.capacity() <= 2 * most_text) {
    used.text_.clear();
    used.ends_.clear();
    used.first_ = 0;
    spare_ = std::move(used);
  }
  used = batch();
}

void line_queue::drop_first() noexcept {
  batch& front = batches_.front();
  ++front.first_;
  if (front.size() == 0) {
    give_back(front);
    batches_.pop_front();
  }
  --waiting_;
  ++taken_;
  add_one(dropped_);
}

bool line_queue::make_room(std::unique_lock<std::mutex>& lock) {
  switch (when_full_) {
    case overflow_policy::drop_newest: add_one(dropped_); return false;
    case overflow_policy::drop_oldest: drop_first(); return true;
    case overflow_policy::block: break;
  }
  ++blocked_;
  if (wakes_writer()) for_writer_.notify_one();
  for_room_.wait(lock, [this] { return waiting_ < room_; });
  --blocked_;
  return true;
}

bool line_queue::wakes_writer() noexcept {
  const bool wakes = writer_ == writer_state::asleep ||
                     (writer_ == writer_state::napping && 2 * waiting_ >= room_);
  if (wakes) writer_ = writer_state::awake;
  return wakes;
}

void line_queue::nap_or_sleep(std::unique_lock<std::mutex>& lock) {
  if (std::exchange(has_written_, false)) {
    writer_ = writer_state::napping;
    for_writer_.wait_for(lock, nap, [this] { return writer_ == writer_state::awake; });
  } else {
    writer_ = writer_state::asleep;
    for_writer_.wait(lock, [this] { return writer_ == writer_state::awake; });
  }
  writer_ = writer_state::awake;
}

bool line_queue::take(batch& into) {
  std::unique_lock lock(mutex_);
  give_back(into);
  while (waiting_ == 0 && !is_closed_) nap_or_sleep(lock);
  if (waiting_ == 0) return false;
  into = std::move(batches_.front());
  batches_.pop_front();
  waiting_ -= into.size();
  taken_ += into.size();
  has_written_ = true;
  if (blocked_ != 0) for_room_.notify_all();
  return true;
}

bool line_queue::wants_flush() const {
  const std::lock_guard lock(mutex_);
  return waiting_ == 0 || flush_waiters_ != 0;
}

void line_queue::note_written(bool was_flushed) {
  const std::lock_guard lock(mutex_);
  // A line that was dropped while these were written has left behind them, and counts when the
  // lines after it do: there are some, or it would not have been dropped.
  written_.store(taken_);
  if (!was_flushed) return;
  flushed_.store(taken_);
  if (flush_waiters_ != 0) for_flush_.notify_all();
}

void line_queue::wait_until_flushed() {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = accepted_.load();
  ++flush_waiters_;
  if (writer_ == writer_state::napping) {
    writer_ = writer_state::awake;
    for_writer_.notify_one();
  }
  for_flush_.wait(lock, [&] { return flushed_.load() >= target; });
  --flush_waiters_;
}

void line_queue::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  writer_ = writer_state::awake;
  for_writer_.notify_one();
}

}  // namespace leat::log
