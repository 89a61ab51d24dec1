// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include <spdlog/details/log_msg.h>
#include <spdlog/sinks/sink.h>

#include "leat/log/backend.hpp"
#include "leat/log/sink.hpp"

namespace leat::log {

/// Opens the sinks, gives each line to all of them and counts what became of it. Lets no
/// exception out, for which spdlog would print to standard error.
///
/// Thread-safety: writing and flushing by one thread at a time; the counts by any.
class fan_out {
 public:
  /// Errors: `sink_error`; `invalid_argument` if a rotation is out of bounds.
  fan_out(const std::vector<sink>& sinks, colours how);

  /// Whether a line should come with colours. Sinks that show none take them off.
  [[nodiscard]] bool shows_colours() const noexcept;

  /// A line counts as failed if a sink refuses it, or refuses to be flushed right behind it.
  /// `wants_flush` is asked once the line is with the sinks.
  template <class Question>
  void write(const spdlog::details::log_msg& message, Question wants_flush) {
    bool is_good = write_to_each(message);
    if (wants_flush()) is_good &= flush();
    ++(is_good ? written_ : failed_);
  }

  /// Returns false if a sink could not be flushed.
  bool flush() noexcept;

  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
  [[nodiscard]] std::uint64_t failed() const noexcept { return failed_; }

 private:
  bool write_to_each(const spdlog::details::log_msg& message) noexcept;

  struct target {
    std::unique_ptr<spdlog::sinks::sink> sink;
    bool shows_colours;
  };

  std::vector<target> sinks_;
  std::atomic<std::uint64_t> written_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
};

/// A finished line, as spdlog passes it on. Lifetime: refers to `line`.
[[nodiscard]] spdlog::details::log_msg as_message(level at, std::string_view line);

}  // namespace leat::log
