// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "leat/log/backend.hpp"

namespace leat::log {

/// The lines that wait for the writer of an asynchronous backend.
///
/// A row of batches under a lock that is held for a copy: a line goes to the end of the last batch,
/// and the writer takes the first one whole. While the writer keeps up, the same two or three
/// batches go round and stay in the caches; in a burst there are as many as it needs, and their
/// memory goes back afterwards. The writer is woken only if it sleeps, because that costs more than
/// a record does. Having written, it therefore naps for a moment before it sleeps: what is said
/// meanwhile wakes nobody, unless the queue is half full.
///
/// Lines are numbered as they are accepted, from 1 on, and leave in that order.
///
/// Thread-safety: any thread may put lines in and ask; one is the writer.
class line_queue {
 public:
  /// Some lines, one behind the other in memory.
  class batch {
   public:
    struct line {
      level at;
      std::string_view text;
    };

    batch() noexcept = default;

    [[nodiscard]] std::size_t size() const noexcept { return ends_.size() - first_; }
    /// Lifetime of the text: until the batch is given back by the next `take()`.
    [[nodiscard]] line operator[](std::size_t i) const noexcept;

   private:
    friend class line_queue;

    struct end {
      std::size_t offset;
      level at;
    };

    explicit batch(std::size_t text_bytes);
    [[nodiscard]] bool has_memory() const noexcept { return ends_.capacity() != 0; }
    [[nodiscard]] bool has_room(std::size_t text_bytes) const noexcept;

    std::string text_;
    std::vector<end> ends_;
    std::size_t first_ = 0;  // those in front of it were dropped
  };

  line_queue(std::size_t room, overflow_policy when_full) : room_(room), when_full_(when_full) {}

  /// Copies a line into the queue, or counts a drop.
  /// Errors: `std::bad_alloc`, and the line was not accepted.
  void put(level at, std::string_view text);

  /// For the writer: the lines that have waited longest, up to 64. Waits for some; false means that
  /// the queue was closed and is empty. What `into` held before is given back.
  [[nodiscard]] bool take(batch& into);

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
  void drop_first() noexcept;
  [[nodiscard]] batch& batch_with_room(std::size_t text_bytes);
  void give_back(batch& used) noexcept;
  [[nodiscard]] bool wakes_writer() noexcept;
  void nap_or_sleep(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::condition_variable for_writer_;
  std::condition_variable for_room_;
  std::condition_variable for_flush_;
  std::deque<batch> batches_;  // none is empty
  batch spare_;
  std::size_t waiting_ = 0;
  std::size_t blocked_ = 0;  // threads that wait for room
  std::size_t flush_waiters_ = 0;
  std::uint64_t taken_ = 0;  // the number of the last line that has left
  writer_state writer_ = writer_state::awake;
  bool has_written_ = false;  // since it last slept or napped
  bool is_closed_ = false;
  const std::size_t room_;
  const overflow_policy when_full_;

  // Changed under the lock, and read without it.
  std::atomic<std::uint64_t> accepted_ = 0;
  std::atomic<std::uint64_t> written_ = 0;
  std::atomic<std::uint64_t> flushed_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace leat::log
