// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leat/base/chrono.hpp"
#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"
#include "leat/log/error.hpp"
#include "leat/log/level.hpp"
#include "leat/log/logger.hpp"
#include "leat/log/presentation.hpp"
#include "leat/log/record.hpp"
#include "leat/log/sink.hpp"

namespace leat::log {

/// Who writes to the sinks.
enum class delivery : std::uint8_t {
  synchronous,   ///< The thread that logs, and it waits: for tests and small tools.
  asynchronous,  ///< A thread of the backend; the one that logs only fills a queue.
};

/// What becomes of a record when the queue is full.
enum class overflow_policy : std::uint8_t {
  drop_newest,  ///< It is lost. What led to the flood stays readable.
  drop_oldest,  ///< The one that waited longest is lost.
  block,        ///< The caller waits. Never on a thread that runs a loop.
};

/// The keys whose values are hidden unless others are configured: authorization, cookie,
/// password and their like.
[[nodiscard]] std::vector<std::string> default_redacted_keys();

struct backend_options {
  level minimum = level::info;
  log::presentation presentation = log::presentation::json;
  log::colours colours = log::colours::automatic;

  /// Standard error if there is none.
  std::vector<sink> sinks{};

  /// In the order they are called.
  std::vector<processor> processors{};

  /// Values of fields with such a key are shown as "[redacted]". A key is hidden if it ends in
  /// one of these, by letters and digits alone and in any case: `api_key` on the list also
  /// hides `x-api-key` and `openApiKey`.
  std::vector<std::string> redacted_keys = default_redacted_keys();

  /// The wall clock; the system's if empty. Called from every thread that logs.
  std::function<std::chrono::system_clock::time_point()> now{};

  /// For asynchronous delivery: records that may wait, at least 1, and what happens to more.
  std::size_t queue_records = 8192;
  overflow_policy overflow = overflow_policy::drop_newest;
};

/// What became of the records. Once the backend is flushed and nobody logs,
/// `submitted == written + dropped + failed`.
struct backend_counts {
  std::uint64_t submitted = 0;  ///< Passed the level, and no processor dropped it.
  std::uint64_t written = 0;    ///< Taken by every sink.
  std::uint64_t dropped = 0;    ///< Lost to a full queue.
  std::uint64_t failed = 0;     ///< A processor or a sink threw.
};

/// Owns the sinks and, for asynchronous delivery, the one thread that writes to them. There
/// is no global one: the program makes it, and hands out loggers.
///
/// Its end writes what is queued, flushes the sinks and joins the thread. Loggers may outlive
/// it; what they say afterwards is lost.
///
/// Thread-safety: every function may be called from any thread, except the destructor.
class backend {
 public:
  /// Errors: `sink_error` if a file cannot be opened; `invalid_argument` if the queue has no
  /// room.
  explicit backend(delivery how, backend_options options = {});
  backend(const backend&) = delete;
  backend& operator=(const backend&) = delete;
  ~backend();

  [[nodiscard]] log::logger logger(std::string_view name = {}) const;

  void set_minimum(level minimum) noexcept;

  /// Waits until everything said before is written, and flushes the sinks. Blocks.
  void flush();

  [[nodiscard]] backend_counts counts() const noexcept;

 private:
  friend class core;

  std::shared_ptr<core> core_;
};

}  // namespace leat::log
