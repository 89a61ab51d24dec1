// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "leat/log/backend.hpp"

namespace leat::log {

/// Brings finished lines to the sinks, now or later.
///
/// Thread-safety: every function may be called from any thread, but none while `close()` runs.
class line_delivery {
 public:
  line_delivery() = default;
  line_delivery(const line_delivery&) = delete;
  line_delivery& operator=(const line_delivery&) = delete;
  virtual ~line_delivery() = default;

  /// Takes a line, or counts it as dropped.
  /// Errors: `std::bad_alloc`, and the line was not accepted.
  virtual void submit(level at, std::string_view line) = 0;

  /// Waits until every line submitted before is written or dropped, and flushes the sinks.
  virtual void flush() = 0;

  /// Writes what is queued and ends the thread, if there is one. Nothing may be asked of the
  /// object afterwards.
  virtual void close() = 0;

  /// Whether lines should come with colours; `fan_out` takes them off where they are unwanted.
  [[nodiscard]] virtual bool shows_colours() const noexcept = 0;

  /// Lines that were accepted, and how many of them have been written and flushed; those that were
  /// dropped from a full queue count as if they had. A signal handler may ask, so it takes no
  /// lock.
  struct progress {
    std::uint64_t accepted;
    std::uint64_t finished;
    std::uint64_t flushed;
  };
  [[nodiscard]] virtual progress how_far() const noexcept = 0;

  [[nodiscard]] virtual std::uint64_t written() const = 0;
  [[nodiscard]] virtual std::uint64_t dropped() const = 0;
  [[nodiscard]] virtual std::uint64_t failed() const = 0;
};

/// Errors: `sink_error`.
[[nodiscard]] std::unique_ptr<line_delivery> make_synchronous_delivery(
    const std::vector<sink>& sinks, colours how);
[[nodiscard]] std::unique_ptr<line_delivery> make_asynchronous_delivery(
    const std::vector<sink>& sinks, colours how, std::size_t queue_records,
    overflow_policy overflow);

}  // namespace leat::log
