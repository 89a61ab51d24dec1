// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <system_error>

#include "leat/proto/http1/error.hpp"

namespace leat::proto::http1 {

/// Reads the line that opens a chunk: its size and, ignored, its extensions
/// (RFC 9112, section 7.1).
///
/// Feed it bytes as they arrive; the line may be split anywhere. Nothing is buffered, and the
/// whole line is held to `max_line_bytes`.
class chunk_size_reader {
 public:
  enum class status : std::uint8_t { need_more, done, failed };

  explicit chunk_size_reader(std::uint32_t max_line_bytes) noexcept : bytes_left_(max_line_bytes) {}

  /// Consumes `input` from the front, up to and including the line feed.
  /// Once it has returned `done` or `failed` it consumes nothing more.
  status feed(std::string_view& input) noexcept;

  /// The size of the chunk. Zero until `feed()` has returned `done`. At most 2^63 - 1, so that
  /// whoever keeps it in a signed number reads the same.
  [[nodiscard]] std::uint64_t size() const noexcept { return status_ == status::done ? size_ : 0; }

  /// How many bytes of extensions have been skipped, from the semicolon on.
  [[nodiscard]] std::uint32_t extension_bytes() const noexcept { return extension_bytes_; }

  /// Why the line was refused: errc::bad_chunk, errc::chunk_line_too_long. Empty unless
  /// `feed()` has returned `failed`.
  [[nodiscard]] std::error_code error() const noexcept;

 private:
  enum class position : std::uint8_t {
    first_digit,
    digits,
    before_extension,
    extension,
    line_feed
  };

  void step(char c) noexcept;
  void step_in_size(char c) noexcept;
  void fail(errc why) noexcept;

  std::uint64_t size_ = 0;
  std::uint32_t bytes_left_;
  std::uint32_t extension_bytes_ = 0;
  errc error_{};
  position position_ = position::first_digit;
  status status_ = status::need_more;
};

}  // namespace leat::proto::http1
