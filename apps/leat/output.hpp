// SPDX-License-Identifier: MIT
#pragma once

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
  explicit descriptor_sink(int descriptor) noexcept;
  /// Cancellation: lossy; a write that waits for a reader ends within a tenth of a second.
  leat::task<void> write(std::string_view bytes) override;

 private:
  [[nodiscard]] std::size_t write_some(std::string_view bytes) const;

  int descriptor_;
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

/// Waits until `descriptor` can be read from or written to, as `events` of poll says; false if it
/// cannot within a tenth of a second. Nothing stops a thread that waits in the kernel, so whoever
/// waits for longer does so in rounds, and hears of a stop between two. Blocks.
[[nodiscard]] bool wait_ready(int descriptor, short events);

/// Whether `descriptor` is a terminal, and how wide it is.
[[nodiscard]] bool is_terminal(int descriptor) noexcept;
[[nodiscard]] std::size_t terminal_width(int descriptor) noexcept;

}  // namespace cli
