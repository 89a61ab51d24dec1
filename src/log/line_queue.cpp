// SPDX-License-Identifier: MIT
#include "log/line_queue.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace leat::log {
namespace {

// How late a line may be at most because nobody was woken for it.
constexpr auto nap = std::chrono::milliseconds(1);

// Memory of a longer line goes back, or a ring of long ones would keep it for ever.
constexpr std::size_t most_kept = 2048;

void add_one(std::atomic<std::uint64_t>& to) noexcept {
  to.store(to.load(std::memory_order_relaxed) + 1);
}

}  // namespace

line_queue::line_queue(std::size_t room, overflow_policy when_full)
    : ring_(room), when_full_(when_full) {}

void line_queue::put(level at, std::string& text) {
  bool wakes = false;
  {
    std::unique_lock lock(mutex_);
    if (waiting_ == ring_.size() && !make_room(lock)) return;
    line& free = ring_[place(waiting_)];
    free.text.swap(text);
    free.at = at;
    ++waiting_;
    add_one(accepted_);
    wakes = wakes_writer();
  }
  if (wakes) for_writer_.notify_one();
  if (text.capacity() > most_kept) text = std::string();
}

bool line_queue::make_room(std::unique_lock<std::mutex>& lock) {
  switch (when_full_) {
    case overflow_policy::drop_newest: add_one(dropped_); return false;
    case overflow_policy::drop_oldest:
      first_ = place(1);
      --waiting_;
      ++taken_;
      add_one(dropped_);
      return true;
    case overflow_policy::block: break;
  }
  ++blocked_;
  if (wakes_writer()) for_writer_.notify_one();
  for_room_.wait(lock, [this] { return waiting_ < ring_.size(); });
  --blocked_;
  return true;
}

bool line_queue::wakes_writer() noexcept {
  const bool wakes = writer_ == writer_state::asleep ||
                     (writer_ == writer_state::napping && 2 * waiting_ >= ring_.size());
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

std::size_t line_queue::take(std::vector<line>& into) {
  std::unique_lock lock(mutex_);
  while (waiting_ == 0 && !is_closed_) nap_or_sleep(lock);
  const std::size_t taken = std::min(waiting_, into.size());
  for (std::size_t i = 0; i < taken; ++i) std::swap(into[i], ring_[place(i)]);
  first_ = place(taken);
  waiting_ -= taken;
  taken_ += taken;
  has_written_ = true;
  if (blocked_ != 0) for_room_.notify_all();
  return taken;
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
