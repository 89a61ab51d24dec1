// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "leat/log/backend.hpp"

namespace leat::log {

/// The lines that wait for the writer of an asynchronous backend.
///
/// A ring of strings under a lock that is held for a swap: a line goes in and the memory of one
/// that was written comes out, so once the ring has been round nothing is allocated. The writer
/// takes many lines at a time. It is woken only if it sleeps, because that costs more than a record
/// does. Having written, it therefore naps for a moment before it sleeps: what is said meanwhile
/// wakes nobody, unless the ring is half full.
///
/// Lines are numbered as they are accepted, from 1 on, and leave in that order.
///
/// Thread-safety: any thread may put lines in and ask; one is the writer.
class line_queue {
 public:
  struct line {
    std::string text;
    level at = level::info;
  };

  line_queue(std::size_t room, overflow_policy when_full);

  /// Puts a line in; `text` is then any other text, with room for the next one. Or counts a drop.
  void put(level at, std::string& text);

  /// For the writer: what waits, in order, up to the size of `into`, and how many that are. Waits
  /// for some; none means that the queue was closed and is empty.
  [[nodiscard]] std::size_t take(std::vector<line>& into);

  /// For the writer, behind a line that it has written: whether nothing is left to be taken, or
  /// somebody waits for a flush.
  [[nodiscard]] bool wants_flush() const;
  /// For the writer: all that it took has been written; `was_flushed`: and flushed.
  void note_written(bool was_flushed);

  /// Waits until what was put in before is written and flushed, or dropped.
  void wait_until_flushed();

  /// The writer takes what is left, and then nothing.
  void close();

  // These take no lock.
  [[nodiscard]] std::uint64_t accepted() const noexcept { return accepted_.load(); }
  /// Up to which number lines have been written or dropped.
  [[nodiscard]] std::uint64_t written() const noexcept { return written_.load(); }
  [[nodiscard]] std::uint64_t flushed() const noexcept { return flushed_.load(); }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(); }

 private:
  enum class writer_state : std::uint8_t { awake, napping, asleep };

  [[nodiscard]] bool make_room(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::size_t place(std::size_t behind_first) const noexcept {
    const std::size_t at = first_ + behind_first;
    return at < ring_.size() ? at : at - ring_.size();
  }
  [[nodiscard]] bool wakes_writer() noexcept;
  void nap_or_sleep(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::condition_variable for_writer_;
  std::condition_variable for_room_;
  std::condition_variable for_flush_;
  std::vector<line> ring_;
  std::size_t first_ = 0;
  std::size_t waiting_ = 0;
  std::size_t blocked_ = 0;  // threads that wait for room
  std::size_t flush_waiters_ = 0;
  std::uint64_t taken_ = 0;  // the number of the last line that has left
  writer_state writer_ = writer_state::awake;
  bool has_written_ = false;  // since it last slept or napped
  bool is_closed_ = false;
  const overflow_policy when_full_;

  // Changed under the lock, and read without it.
  std::atomic<std::uint64_t> accepted_ = 0;
  std::atomic<std::uint64_t> written_ = 0;
  std::atomic<std::uint64_t> flushed_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace leat::log
