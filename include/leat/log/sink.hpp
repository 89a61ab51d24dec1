// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "leat/base/function.hpp"
#include "leat/log/level.hpp"

namespace leat::log {

/// What happens to what a log file already holds.
enum class file_mode : std::uint8_t { append, truncate };

/// When a log file begins anew. Beside `gateway.log` there are then `gateway.1.log`, the one
/// before it, and so on.
struct rotation {
  std::uint64_t max_bytes = std::uint64_t{64} << 20;  ///< Of one file; at least 1.
  std::size_t kept_files = 5;                         ///< Besides the current one; at most 10,000.
};

/// Where lines go. A description: nothing is opened before a backend is made of it.
class sink {
 public:
  /// Receives one formatted line, without its line feed.
  using function = std::function<void(level at, std::string_view line)>;

  [[nodiscard]] static sink standard_error();
  [[nodiscard]] static sink standard_output();

  /// A file, with its missing parent directories. It is flushed whenever no record waits.
  [[nodiscard]] static sink file(std::string path, file_mode mode = file_mode::append);

  /// The same, appending, and moved aside before a line would make it longer than
  /// `when.max_bytes`; the oldest is removed then. Not to be shared with other processes, nor
  /// with a tool that rotates it too.
  [[nodiscard]] static sink rotating_file(std::string path, rotation when = {});

  /// Calls `write` for each line, one call at a time, from the backend's thread if it has
  /// one. What it throws is counted as a failed record. It must not log to the same backend.
  [[nodiscard]] static sink custom(function write);

  enum class kind : std::uint8_t { standard_error, standard_output, file, rotating_file, custom };

  [[nodiscard]] kind what() const noexcept { return kind_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] file_mode mode() const noexcept { return mode_; }
  [[nodiscard]] const log::rotation& rotation() const noexcept { return rotation_; }
  [[nodiscard]] const function& call() const noexcept { return call_; }

 private:
  explicit sink(kind what) noexcept : kind_(what) {}

  kind kind_;
  file_mode mode_ = file_mode::append;
  std::string path_;
  log::rotation rotation_;
  function call_;
};

}  // namespace leat::log
