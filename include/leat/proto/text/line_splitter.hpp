// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace leat::proto {

/// Cuts text into lines, in pieces that may end anywhere. LF, CR LF and CR each end a line; a
/// line end at the end of the text begins no further line.
///
///     splitter.feed(piece);
///     for (std::string_view line; splitter.next(line);) use(line);
///     ...
///     splitter.finish();       // a last line without an end
///     for (std::string_view line; splitter.next(line);) use(line);
///
/// A CR is told at once, without waiting for an LF behind it, which is dropped when it comes.
///
/// Thread-safety: none.
class line_splitter {
 public:
  static constexpr std::size_t default_max_bytes = std::size_t{1} << 20;

  /// A line of more than `max_bytes` is an error.
  explicit line_splitter(std::size_t max_bytes = default_max_bytes) noexcept
      : max_bytes_(max_bytes) {}

  /// Shows the next piece; the one before has to be used up.
  /// Lifetime: `text` is valid until `next()` has returned false.
  void feed(std::string_view text) noexcept { input_ = text; }

  /// The text is over.
  void finish() noexcept { is_finished_ = true; }

  /// The next line, without its end. Returns false when more text is needed or there is none.
  /// Lifetime: the view is valid until the next call.
  [[nodiscard]] bool next(std::string_view& line);

  /// What `next()` has not looked at yet, which then belongs to the caller.
  /// Lifetime: as `next()`.
  [[nodiscard]] std::string_view take_rest() noexcept;

  void set_max_bytes(std::size_t max_bytes) noexcept { max_bytes_ = max_bytes; }

  /// Why `next()` will not go on: text_errc::line_too_long.
  [[nodiscard]] std::error_code error() const noexcept;

 private:
  void skip_lf() noexcept;

  std::size_t max_bytes_;
  std::string_view input_;
  std::string held_;           // the beginning of a line
  bool is_held_used_ = false;  // `held_` was given out as a line
  bool skips_lf_ = false;      // the CR in front of it ended a line
  bool is_finished_ = false;
  bool is_too_long_ = false;
};

}  // namespace leat::proto
