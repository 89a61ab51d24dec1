// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

#include <leat/coro/task.hpp>

namespace cli {

/// Where bytes of an answer go.
class sink {
 public:
  sink() = default;
  sink(const sink&) = delete;
  sink& operator=(const sink&) = delete;
  virtual ~sink() = default;

  /// Writes all of `bytes`, which outlive the call.
  /// Cancellation: deferred. Errors: `output_closed`, `std::system_error`.
  virtual leat::task<void> write(std::string_view bytes) = 0;
};

/// A descriptor that was there before us, such as the standard output. It is written to on a
/// thread, because it cannot be made non-blocking: it belongs to other processes as well.
class descriptor_sink final : public sink {
 public:
  /// `is_stopping` ends a write that waits for a reader, within a tenth of a second.
  /// Lifetime: `is_stopping` outlives the sink.
  descriptor_sink(int descriptor, const std::atomic<bool>& is_stopping) noexcept;
  leat::task<void> write(std::string_view bytes) override;

 private:
  void write_blocking(std::string_view bytes) const;

  int descriptor_;
  const std::atomic<bool>& is_stopping_;
  bool is_file_;
};

/// A file that is there when it is complete, and not before: it is written beside its place, under
/// another name, and put there at the end. Whatever happens in between leaves what was there.
class download_file final : public sink {
 public:
  /// Blocks. Errors: `usage_error`, if there is something at `path` that is no file;
  /// `std::system_error`.
  explicit download_file(std::string path);
  /// Removes what is not complete.
  ~download_file() override;

  leat::task<void> write(std::string_view bytes) override;
  /// Puts the file in its place.
  leat::task<void> commit();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
};

/// Waits until `descriptor` can be read from or written to, as `events` of poll says; false when
/// `is_stopping` was set meanwhile. Blocks.
[[nodiscard]] bool wait_ready(int descriptor, short events, const std::atomic<bool>& is_stopping);

/// Whether `descriptor` is a terminal, and how wide it is.
[[nodiscard]] bool is_terminal(int descriptor) noexcept;
[[nodiscard]] std::size_t terminal_width(int descriptor) noexcept;

}  // namespace cli
