// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leat/base/chrono.hpp"
#include "leat/base/function.hpp"
#include "leat/log/field.hpp"
#include "leat/log/level.hpp"

namespace leat::log {

class redaction;

/// One thing that happened, on its way to the sinks. Processors see it and may change it.
///
/// Keys are unique: setting one again replaces its value and keeps its place. Values of keys
/// that the backend redacts are hidden as they enter, so that not even a processor sees them.
///
/// Lifetime: exists only while it is processed; keep nothing of it.
/// Thread-safety: none.
class record {
 public:
  record(const record&) = delete;
  record& operator=(const record&) = delete;

  [[nodiscard]] log::level level() const noexcept { return level_; }
  [[nodiscard]] std::chrono::system_clock::time_point time() const noexcept { return time_; }

  /// The name of the logger; often empty.
  [[nodiscard]] std::string_view logger() const noexcept { return logger_; }
  [[nodiscard]] std::string_view event() const noexcept { return event_; }
  void set_event(std::string_view text) { event_ = keep(text); }

  /// Bound fields first, then those of the call, each in the order it was given.
  [[nodiscard]] std::span<const field> fields() const noexcept { return fields_; }
  [[nodiscard]] const field* find(std::string_view key) const noexcept;

  /// Adds or replaces a field; copies its text.
  void set(std::string_view key, const value& what);
  void erase(std::string_view key);

 private:
  friend class core;

  record(log::level at, std::chrono::system_clock::time_point time, std::string_view logger,
         std::string_view event, const redaction& hidden) noexcept
      : hidden_(hidden), time_(time), logger_(logger), event_(event), level_(at) {}

  /// Adds or replaces a field whose texts outlive the record.
  void set_view(std::string_view key, const value& what);
  std::string_view keep(std::string_view text) { return kept_.emplace_back(text); }

  const redaction& hidden_;
  std::chrono::system_clock::time_point time_;
  std::string_view logger_;
  std::string_view event_;
  std::vector<field> fields_;
  std::list<std::string> kept_;  // the texts that processors added; they never move
  log::level level_;
};

enum class verdict : std::uint8_t { keep, drop };

/// Looks at every record that passes the level, in the thread that made it, before it is
/// formatted: adds what the context knows, renames, samples. One that throws loses the
/// record, which is counted as failed.
///
/// It must not log to the backend it belongs to.
/// Thread-safety: called from every thread that logs, at the same time.
using processor = std::function<verdict(record&)>;

}  // namespace leat::log
