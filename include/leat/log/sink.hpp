// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "leat/log/level.hpp"

namespace leat::log {

/// What happens to what a log file already holds.
enum class file_mode : std::uint8_t { append, truncate };

/// Where lines go. A description: nothing is opened before a backend is made of it.
class sink {
 public:
  /// Receives one formatted line, without its line feed.
  using function = std::function<void(level at, std::string_view line)>;

  [[nodiscard]] static sink standard_error();
  [[nodiscard]] static sink standard_output();

  /// A file, with its missing parent directories. It is flushed whenever no record waits.
  [[nodiscard]] static sink file(std::string path, file_mode mode = file_mode::append);

  /// Calls `write` for each line, one call at a time, from the backend's thread if it has
  /// one. What it throws is counted as a failed record. It must not log to the same backend.
  [[nodiscard]] static sink custom(function write);

  enum class kind : std::uint8_t { standard_error, standard_output, file, custom };

  [[nodiscard]] kind what() const noexcept { return kind_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] file_mode mode() const noexcept { return mode_; }
  [[nodiscard]] const function& call() const noexcept { return call_; }

 private:
  explicit sink(kind what) noexcept : kind_(what) {}

  kind kind_;
  file_mode mode_ = file_mode::append;
  std::string path_;
  function call_;
};

}  // namespace leat::log
